"""What the map shows: villages shaded by one figure, with a legend in words and a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import money
from core.models import User
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
from credit.selectors_progress import Stage, furthest, placed_in
from village.models import Village
from village.selectors_map import as_drawn

SHADES = 5
SHARE_STEPS = (0, 20, 40, 60, 80)
ROUND_STEPS = (1, 2, 5, 10)


@dataclass(frozen=True)
class Figure:
    """A figure by which villages are shaded."""

    key: str
    word: str
    unit: str
    value: Callable[[Row], int | Decimal]
    is_share: bool = False

    def written(self, value: int | Decimal) -> str:
        """As people read it, without the unit."""
        return f"{value:,.2f}" if isinstance(value, Decimal) else f"{value:,}"


def figures() -> list[Figure]:
    """All figures, the shares first."""
    households, share = _("households"), _("per cent of households")
    made = [
        Figure(f"{stage}_share", str(STAGE_WORDS[stage]), share, _part(at, "share"), is_share=True)
        for at, stage in enumerate(Stage)
    ]
    made += [
        Figure(stage.value, str(STAGE_WORDS[stage]), households, _part(at, "count"))
        for at, stage in enumerate(Stage)
    ]
    made += [
        Figure(
            f"{stage}_amount",
            f"{STAGE_WORDS[stage]} · {AMOUNT_WORDS[stage]}",
            _("10,000 yuan"),
            _wan(at),
        )
        for at, stage in enumerate(Stage)
    ]
    return [*made, Figure("households", _("Registered"), households, lambda row: row.households)]


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

    @classmethod
    def build(cls, user: User, query: Any, *, door: Door) -> "MapPage":
        """What ``user`` sees, shaded by the figure they ask for."""
        known = figures()
        figure = next((each for each in known if each.key == query.get("figure")), known[2])
        villages = villages_for(user, Asked())
        rows = ranked(villages, Asked(sort=figure.key), door)
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
            counted_at=counted_since(villages),
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
    made = [Shade(0, _("none yet"), _many(shades.count(0)))]
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


GROUPS = (
    (gettext_lazy("Share of households"), lambda each: each.is_share),
    (gettext_lazy("Households"), lambda each: not each.is_share and "_amount" not in each.key),
    (gettext_lazy("Amounts, 10,000 yuan"), lambda each: "_amount" in each.key),
)


def _choices(known: list[Figure], here: Figure) -> list[tuple[str, list[Choice]]]:
    return [
        (
            str(title),
            [Choice(each.key, each.word, each.key == here.key) for each in known if belongs(each)],
        )
        for title, belongs in GROUPS
    ]


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
