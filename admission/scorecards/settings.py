"""What a person decides before a card is fitted; every figure has a default that need not move."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from admission.scorecards.errors import Unusable

Trend = Literal["auto", "up", "down", "peak", "valley"]
TRENDS = ("auto", "up", "down", "peak", "valley")
UNSEEN = ("neutral", "worst", "refuse")

ABSENT = ("missing", "refuse")
BOUNDS = {
    "most_bins": (1, 50),
    "fewest_share": (0, 0.5),
    "fewest_events": (0, 1_000_000),
    "fine_bins": (2, 1_000),
    "penalty": (0, 1_000),
    "smoothing": (0.01, 1_000_000),
    "least_iv": (0, 5),
    "most_correlation": (0, 1),
    "most_inflation": (1, 1_000_000),
    "most_p": (0, 1),
    "base_odds": (1e-6, 1e6),
}
"""Within which the figures of settings can be meant."""
MOST_PDO, MOST_SCORE = 200, 10_000


@dataclass(frozen=True, slots=True)
class Override:
    """Bins drawn by hand: ``edges`` of a figure (each begins a bin), or ``groups`` of words.

    Without either, ``trend`` alone steers how the bins of this column may run.
    """

    edges: tuple[float, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    trend: Trend | None = None


@dataclass(frozen=True, slots=True)
class Binning:
    """How finely columns are cut.

    ``fewest_share`` of the rows and ``fewest_events`` of either outcome must lie in each bin; fewer
    of an outcome will do where, by the average, three times as many were to be expected.
    ``penalty`` is what one more bin must bring, in units of the chi-square that chance alone gives
    it; ``smoothing`` is the number of average people added to each bin before its WOE is taken, so
    that an empty bin is neutral and a small one is not believed too much.
    """

    most_bins: int = 8
    fewest_share: float = 0.02
    fewest_events: int = 5
    fine_bins: int = 50
    penalty: float = 1.0
    smoothing: float = 5.0
    trend: Trend = "auto"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which columns may stay: IV that is more than this beyond what chance gives, highest
    |correlation| of two WOE and variance inflation, highest p-value of a coefficient.

    Hardly more than chance will do: where many columns say a little each, a high floor under all
    of them throws away most of what they know together.
    """

    least_iv: float = 0.001
    most_correlation: float = 0.8
    most_inflation: float = 5.0
    most_p: float = 0.05


@dataclass(frozen=True, slots=True)
class Scale:
    """What a point is worth: at ``base_score`` there are ``base_odds`` good to one bad, and every
    ``pdo`` points double those odds."""

    pdo: float = 20.0
    base_score: float = 600.0
    base_odds: float = 50.0


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything beside the data on which a card depends.

    ``special`` names codes that are no figures (-1 for "not asked"), by column, under ``*`` for all
    columns. ``unseen`` says what a word that training never saw counts for, ``absent`` what happens
    when a whole column is not delivered. ``excluded`` columns are not looked at.
    """

    binning: Binning = field(default_factory=Binning)
    selection: Selection = field(default_factory=Selection)
    scale: Scale = field(default_factory=Scale)
    categorical: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    special: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    overrides: Mapping[str, Override] = field(default_factory=dict)
    unseen: str = "neutral"
    absent: str = "missing"

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.unseen not in UNSEEN or self.absent not in ABSENT:
            raise Unusable("Unseen words count as %(unseen)s, absent columns as %(absent)s.",
                           unseen=" / ".join(UNSEEN), absent=" / ".join(ABSENT))  # fmt: skip
        self._refuse_what_is_no_figure()
        for part in (self.binning, self.selection, self.scale):
            _refuse_what_is_out_of_bounds(part)
        for trend in (self.binning.trend, *(each.trend for each in self.overrides.values())):
            if trend is not None and trend not in TRENDS:
                raise Unusable("Risk runs %(trends)s; “%(value)s” is none of them.",
                               trends=" / ".join(TRENDS), value=trend)  # fmt: skip
        if self.scale.pdo <= 0:
            raise Unusable("Points to double the odds must be above zero.")
        if self.scale.pdo > MOST_PDO or abs(self.scale.base_score) > MOST_SCORE:
            raise Unusable(
                "A scale goes to %(score)s points, of which %(pdo)s may double the odds.",
                score=MOST_SCORE,
                pdo=MOST_PDO,
            )

    def _refuse_what_is_no_figure(self) -> None:
        """“nan” and “inf” can be read as numbers; no value lies above or below them."""
        edges = ((name, each.edges) for name, each in self.overrides.items())
        for name, figures in [*self.special.items(), *edges]:
            for each in figures:
                if not math.isfinite(each):
                    raise Unusable("%(column)s: %(value)s is no figure.", column=name, value=each)

    def codes_of(self, column: str) -> tuple[float, ...]:
        """The special codes of one column, in order."""
        return tuple(sorted({*self.special.get("*", ()), *self.special.get(column, ())}))

    def as_json(self) -> dict[str, Any]:
        """As kept in the card."""
        kept = asdict(self)
        kept["special"] = {name: list(codes) for name, codes in sorted(self.special.items())}
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Settings":
        """Settings as :meth:`as_json` wrote them; what is not named has its default."""
        return cls(
            binning=Binning(**kept.get("binning", {})),
            selection=Selection(**kept.get("selection", {})),
            scale=Scale(**kept.get("scale", {})),
            categorical=tuple(kept.get("categorical", ())),
            excluded=tuple(kept.get("excluded", ())),
            special={name: _figures(codes) for name, codes in kept.get("special", {}).items()},
            overrides={
                name: Override(
                    edges=_figures(each.get("edges", ())),
                    groups=tuple(_words(group) for group in each.get("groups", ())),
                    trend=each.get("trend"),
                )
                for name, each in kept.get("overrides", {}).items()
            },
            unseen=kept.get("unseen", "neutral"),
            absent=kept.get("absent", "missing"),
        )


def _refuse_what_is_out_of_bounds(part: Binning | Selection | Scale) -> None:
    """Every figure is one, whole where it counts something, and within what can be meant."""
    for each in fields(part):
        value, default = getattr(part, each.name), each.default
        if isinstance(default, str):
            continue
        is_figure = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_figure or not math.isfinite(value):
            raise Unusable("%(column)s: %(value)s is no figure.", column=each.name, value=value)
        low, high = BOUNDS.get(each.name, (-math.inf, math.inf))
        if not low <= value <= high:
            raise Unusable("%(name)s lies between %(low)s and %(high)s; it is %(value)s.",
                           name=each.name, low=low, high=high, value=value)  # fmt: skip
        if isinstance(default, int) and value != int(value):
            raise Unusable("%(name)s is a whole number; it is %(value)s.",
                           name=each.name, value=value)  # fmt: skip


def _words(group: Sequence[str]) -> tuple[str, ...]:
    if isinstance(group, str) or not all(isinstance(each, str) for each in group):
        raise Unusable("A group is a list of words; %(value)s is none.", value=group)
    return tuple(group)


def _figures(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(float(each) for each in values)
