"""The scoring policy as risk staff write it: who is in which segment, from which score which band.

A customer is in the first segment whose condition holds, and in the last one otherwise: an unknown
condition does not hold, and is told. A band begins at its score and ends where the better one
begins, so that neither a gap nor an overlap can be written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from admission.features import CATALOGUE, FEATURES
from core.expressions import Expression, ExpressionError, Kind
from core.expressions.expression import fingerprint

BUSINESS, SELF_EMPLOYED, FARMER, RESIDENT = "business", "employed", "farmer", "resident"
SEGMENTS = (BUSINESS, SELF_EMPLOYED, FARMER, RESIDENT)
"""In the order in which their conditions are heard; the last has none and takes everybody else."""
BANDS = ("A", "B", "C", "D", "E")
LOWEST_SCORE, HIGHEST_SCORE = -10_000, 10_000

SCORABLE = frozenset(name for name, each in FEATURES.items() if each.decides)
"""What a card that judges may ask: features, and of these only such as may decide."""


@dataclass(frozen=True)
class ScoringText:
    """A policy, unread: conditions by segment, and the scores from which A, B, C and D begin.

    ``kept`` are features that are stored with every decision although nothing reads them yet, so
    that cards can later be trained on what was known that day.
    """

    conditions: Mapping[str, str]
    bands: Mapping[str, Sequence[int]]
    kept: tuple[str, ...] = ()

    def settings(self) -> dict[str, object]:
        """As the policy's record keeps it."""
        return {
            "conditions": dict(self.conditions),
            "bands": {name: list(edges) for name, edges in self.bands.items()},
            "kept": list(self.kept),
        }

    @classmethod
    def from_settings(cls, kept: Mapping[str, object]) -> "ScoringText":
        """From the record; KeyError, TypeError or ValueError for what is no policy."""
        return cls(
            conditions={str(name): str(text) for name, text in dict(kept["conditions"]).items()},
            bands={str(name): tuple(edges) for name, edges in dict(kept["bands"]).items()},
            kept=tuple(str(each) for each in kept["kept"]),
        )

    @property
    def hash(self) -> str:
        """The SHA-256 of all it says."""
        return fingerprint("scoring policy", {"settings": self.settings()})


@dataclass(frozen=True)
class ScoringFault:
    """One thing that keeps a policy from being put into force: where, and why."""

    part: str
    place: str
    template: str = ""
    params: Mapping[str, object] | None = None
    error: ExpressionError | None = None


class ScoringRefused(Exception):
    """A policy with faults; all of them are told at once."""

    def __init__(self, faults: Sequence[ScoringFault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = list(faults)


@dataclass(frozen=True)
class ScoringBook:
    """A policy that has passed every check."""

    text: ScoringText
    conditions: Mapping[str, Expression]

    @property
    def fields(self) -> frozenset[str]:
        """What must be known to say who is in which segment."""
        return frozenset().union(*(each.fields for each in self.conditions.values()))

    @property
    def kept(self) -> frozenset[str]:
        """What is stored beside."""
        return frozenset(self.text.kept)

    def segments(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Of every row its ``segment``, and ``unsure``: the segments whose condition was unknown
        and that would have come first."""
        heard = [
            (name, self.conditions[name].column()) for name in SEGMENTS if name in self.conditions
        ]
        segment = pl.coalesce(
            *(pl.when(holds).then(pl.lit(name)) for name, holds in heard), pl.lit(SEGMENTS[-1])
        )
        not_yet = pl.lit(value=True)
        unsure = []
        for name, holds in heard:
            unsure.append(pl.when(not_yet & holds.is_null()).then(pl.lit(name)))
            not_yet = not_yet & ~holds.fill_null(value=False)
        told = (
            pl.concat_list(unsure).list.drop_nulls() if unsure else pl.lit([], pl.List(pl.String))
        )
        columns = frame.select(segment.alias("segment"), told.alias("unsure"))
        return columns if columns.height == frame.height else _for_each(columns, frame.height)

    def band(self, segment: str, score: pl.Expr) -> pl.Expr:
        """The band of a score."""
        bands = zip(BANDS, self.text.bands[segment], strict=False)
        best_first = [pl.when(score >= edge).then(pl.lit(band)) for band, edge in bands]
        return pl.coalesce(*best_first, pl.lit(BANDS[-1])).alias("band")


def _for_each(told: pl.DataFrame, rows: int) -> pl.DataFrame:
    """Conditions that name no field are one literal for everybody."""
    return pl.concat([told] * rows) if rows else told.clear()


def read(text: ScoringText, *, is_new: bool = False) -> ScoringBook:
    """The policy, checked. Raises ScoringRefused with every reason.

    One that ``is_new`` must also show that its conditions never divide by 0.
    """
    if found := faults_of(text, is_new=is_new):
        raise ScoringRefused(found)
    return ScoringBook(
        text,
        {
            name: CATALOGUE.parse(text.conditions[name], want=Kind.BOOL)
            for name in SEGMENTS[:-1]
            if text.conditions.get(name, "").strip()
        },
    )


def faults_of(text: ScoringText, *, is_new: bool = True) -> list[ScoringFault]:
    """Everything that is wrong with a policy."""
    return [*_of_conditions(text, is_new=is_new), *_of_bands(text), *_of_kept(text)]


def _of_conditions(text: ScoringText, *, is_new: bool) -> list[ScoringFault]:
    found = []
    for name, condition in text.conditions.items():
        if name not in SEGMENTS[:-1]:
            found.append(ScoringFault("conditions", name, "There is no such segment."))
            continue
        if not condition.strip():
            continue
        try:
            CATALOGUE.parse(condition, want=Kind.BOOL, is_new=is_new)
        except ExpressionError as exc:
            found.append(ScoringFault("conditions", name, error=exc))
    return found


def _of_bands(text: ScoringText) -> list[ScoringFault]:
    found = []
    for name in SEGMENTS:
        edges = list(text.bands.get(name, ()))
        if len(edges) != len(BANDS) - 1 or not all(_is_whole(each) for each in edges):
            words = "Write four whole numbers: the scores from which A, B, C and D begin."
            found.append(ScoringFault("bands", name, words))
        elif not all(LOWEST_SCORE <= each <= HIGHEST_SCORE for each in edges):
            words = "A score lies between %(low)s and %(high)s."
            limits = {"low": LOWEST_SCORE, "high": HIGHEST_SCORE}
            found.append(ScoringFault("bands", name, words, limits))
        elif any(worse >= better for better, worse in zip(edges, edges[1:], strict=False)):
            words = "A better band begins at a higher score: A above B above C above D."
            found.append(ScoringFault("bands", name, words))
    return found


def _of_kept(text: ScoringText) -> list[ScoringFault]:
    words = "%(name)s is no feature that may be kept for a card."
    return [
        ScoringFault("kept", name, words, {"name": name})
        for name in text.kept
        if name not in SCORABLE
    ]


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
