"""What the map shows: villages shaded by one figure, with a legend in words and a table."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import money
from core.models import User
from credit import map_layers
from credit.contexts_progress import (
    AMOUNT_WORDS,
    STAGE_WORDS,
    Asked,
    Door,
    Row,
    counted_since,
    ranked,
    villages_for,
)
from credit.map_layers import UNIT_WORDS, Layer, Measure, Unit
from credit.selectors_map import CountedVillages
from credit.selectors_progress import Stage, furthest, placed_in
from village.models import Village
from village.selectors_map import as_drawn

SHADES = 5
SHARE_STEPS = (0, 20, 40, 60, 80)
ROUND_STEPS = (1, 2, 5, 10)
ROAD_GROUPS = (
    gettext_lazy("Share of households"),
    gettext_lazy("Households"),
    gettext_lazy("Amounts, 10,000 yuan"),
)
NOTHING = CountedVillages({}, None)


@dataclass(frozen=True)
class Figure:
    """A figure by which villages are shaded."""

    key: str
    word: str
    unit: str
    value: Callable[[Row], int | Decimal]
    group: str
    is_share: bool = False
    is_of_the_road: bool = True

    @property
    def none(self) -> str:
        """What a village without any is said to have; on the road they may still come."""
        return _("none yet") if self.is_of_the_road else _("none")

    def written(self, value: int | Decimal) -> str:
        """As people read it, without the unit."""
        return f"{value:,.2f}" if isinstance(value, Decimal) else f"{value:,}"


def figures_of_the_road() -> list[Figure]:
    """How far villages have come, the shares first."""
    shares, counts, amounts = map(str, ROAD_GROUPS)
    households, share = _("households"), _("per cent of households")
    stages = [(at, stage, str(STAGE_WORDS[stage])) for at, stage in enumerate(Stage)]
    return [
        *(
            Figure(f"{stage}_share", word, share, _part(at, "share"), shares, is_share=True)
            for at, stage, word in stages
        ),
        *(
            Figure(stage.value, word, households, _part(at, "count"), counts)
            for at, stage, word in stages
        ),
        Figure("households", _("Registered"), households, lambda row: row.households, counts),
        *(
            Figure(
                f"{stage}_amount",
                f"{word} · {AMOUNT_WORDS[stage]}",
                _("10,000 yuan"),
                _wan(at),
                amounts,
            )
            for at, stage, word in stages
        ),
    ]


def _figure_of(layer: Layer, measure: Measure, found: Mapping[int, tuple[int, ...]]) -> Figure:
    """A measure of a group, by what was counted; nothing where nothing was."""
    at = layer.measures.index(measure)
    nothing = (0,) * len(layer.measures)

    def value(row: Row) -> int | Decimal:
        number = found.get(row.key, nothing)[at]
        return money.wan(number) if measure.unit == Unit.WAN else number

    return Figure(
        measure.key,
        str(measure.word),
        str(UNIT_WORDS[measure.unit]),
        value,
        str(layer.title),
        is_share=measure.unit == Unit.OF_BORROWERS,
        is_of_the_road=False,
    )


def _part(at: int, name: str) -> Callable[[Row], int]:
    return lambda row: getattr(row.cells[at], name)


def _wan(at: int) -> Callable[[Row], Decimal]:
    return lambda row: money.wan(row.cells[at].amount)


@dataclass(frozen=True)
class Choice:
    """A figure one may choose."""

    key: str
    word: str
    is_here: bool


@dataclass(frozen=True)
class Shade:
    """One step of the legend: its number, what it means, how many villages are in it."""

    number: int
    word: str
    villages: str


@dataclass(frozen=True)
class Shaded:
    """One village as the map and the table show it."""

    row: Row
    shade: int
    written: str


@dataclass(frozen=True)
class Ground:
    """What a map is drawn from: where shapes come from, and the pictures under them, if any."""

    shapes_url: str
    tiles: str
    tiles_credit: str

    @classmethod
    def of(cls, **narrowed: int) -> "Ground":
        """The shapes of all villages one may see, or of those named."""
        tiles = settings.MAP_TILES
        query = f"?{urlencode(narrowed)}" if narrowed else ""
        return cls(
            shapes_url=reverse("village:shapes") + query,
            tiles=tiles.url if tiles else "",
            tiles_credit=tiles.credit if tiles else "",
        )


@dataclass(frozen=True)
class MapPage:
    """The county in one figure."""

    door: Door
    ground: Ground
    choices: list[tuple[str, list[Choice]]]
    figure: Figure
    legend: list[Shade]
    rows: list[Shaded]
    counted_at: datetime | None
    source: str = ""
    as_of: date | None = None

    @classmethod
    def build(cls, user: User, query: Any, *, door: Door) -> "MapPage":
        """What ``user`` sees, shaded by the figure they ask for."""
        villages = villages_for(user, Asked())
        layers = map_layers.for_user(user)
        layer = _layer_with(query.get("figure"), layers)
        found = layer.count([each.pk for each in villages]) if layer else NOTHING
        known = _known(layers, layer, found)
        figure = next((each for each in known if each.key == query.get("figure")), known[2])
        rows = ranked(villages, Asked(), door, by=figure.value)
        values = [figure.value(row) for row in rows]
        steps = SHARE_STEPS if figure.is_share else _steps(values)
        shaded = [
            Shaded(row, _shade(value, steps), figure.written(value))
            for row, value in zip(rows, values, strict=True)
        ]
        return cls(
            door=door,
            ground=Ground.of(),
            choices=_choices(known, figure),
            figure=figure,
            legend=_legend(figure, steps, [each.shade for each in shaded]),
            rows=shaded,
            counted_at=None if layer else counted_since(villages),
            source=str(layer.source) if layer else "",
            as_of=found.as_of,
        )

    @property
    def progress_url(self) -> str:
        """The same as a ranking."""
        return reverse(self.door.progress)


def _steps(values: Sequence[int | Decimal]) -> tuple[int, ...]:
    """Five equal steps of a round size that reach the largest value."""
    most = max(values, default=0)
    size = 1
    while True:
        for step in ROUND_STEPS:
            if step * size * SHADES >= most:
                return tuple(n * step * size for n in range(SHADES))
        size *= 10


def _shade(value: int | Decimal, steps: Sequence[int]) -> int:
    """Which step a value belongs to, from 1; 0 for nothing at all."""
    return sum(value >= step for step in steps) if value else 0


def _legend(figure: Figure, steps: Sequence[int], shades: list[int]) -> list[Shade]:
    made = [Shade(0, figure.none, _many(shades.count(0)))]
    for number, low in enumerate(steps, start=1):
        high = steps[number] if number < len(steps) else None
        made.append(Shade(number, _between(low, high), _many(shades.count(number))))
    return made


def _between(low: int, high: int | None) -> str:
    """One step of the legend in words."""
    if high is None:
        return _("%(low)s and more") % {"low": f"{low:,}"}
    if not low:
        return _("some, under %(high)s") % {"high": f"{high:,}"}
    return _("%(low)s to under %(high)s") % {"low": f"{low:,}", "high": f"{high:,}"}


def _many(villages: int) -> str:
    return ngettext("%(n)d village", "%(n)d villages", villages) % {"n": villages}


def _layer_with(key: str | None, layers: Iterable[Layer]) -> Layer | None:
    """The group that the figure asked for belongs to; none for the road, which is counted
    already."""
    return next((each for each in layers if key in {one.key for one in each.measures}), None)


def _known(layers: Iterable[Layer], counted: Layer | None, found: CountedVillages) -> list[Figure]:
    """All figures one may choose; only those of the group asked for have been counted."""
    return [
        *figures_of_the_road(),
        *(
            _figure_of(layer, measure, found.by_village if layer is counted else {})
            for layer in layers
            for measure in layer.measures
        ),
    ]


def _choices(known: list[Figure], here: Figure) -> list[tuple[str, list[Choice]]]:
    groups: dict[str, list[Choice]] = {}
    for each in known:
        chosen = Choice(each.key, each.word, each.key == here.key)
        groups.setdefault(each.group, []).append(chosen)
    return list(groups.items())


@dataclass(frozen=True)
class Point:
    """A household on the map: where, whose, how far it has come. Names are masked."""

    x: float
    y: float
    who: str
    group: str
    stage: int
    word: str
    url: str


def points_in(village: Village) -> list[Point]:
    """The households of a village that have a place on the map."""
    words = [_("Registered"), *map(str, STAGE_WORDS.values())]
    files = reverse("village:household", args=[0])
    reached = [f"is_{name}" for name in Stage]
    households = placed_in(village.pk).values_list(
        "pk", "x", "y", "head_name", "group_name", *reached
    )
    places = as_drawn([(x, y) for _pk, x, y, *_rest in households])
    points = []
    for (pk, _x, _y, head, group, *stages), (x, y) in zip(households, places, strict=True):
        stage = furthest(stages)
        points.append(
            Point(
                x=x,
                y=y,
                who=masked(head or ""),
                group=group or "",
                stage=stage,
                word=words[stage],
                url=files.replace("0", str(pk)),
            )
        )
    return points


def masked(name: str) -> str:
    """A name of which only the family's part is shown."""
    return f"{name[:1]}{'*' * (len(name) - 1)}"
