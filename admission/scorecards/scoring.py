"""Scoring as columns, and one applicant as a frame of one row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from admission.scorecards.card import Card, Feature, odds_scale
from admission.scorecards.cells import BLANKS, as_figures, as_words, holds_no_figure, marks, odd
from admission.scorecards.errors import Unusable

# A score is at most some thousand points: two bytes hold it, and half the memory moves.
POINTS = pl.Int16
YES_OR_NO = ["true", "false"]


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence about a file: ``template`` with ``params`` filled in, for doors to translate."""

    template: str
    params: Mapping[str, object]

    def __str__(self) -> str:
        return self.template % self.params


@dataclass(frozen=True, slots=True)
class Treated:
    """What a file did not bring as training did, and how many rows were treated as declared.

    ``absent`` are columns that are not there, ``wrong_kind`` those that hold words where the card
    asks figures; ``as_missing`` says what is written in cells that count as missing.
    """

    absent: list[str] = field(default_factory=list)
    wrong_kind: list[str] = field(default_factory=list)
    as_missing: dict[str, dict[str, int]] = field(default_factory=dict)
    unseen: dict[str, int] = field(default_factory=dict)
    not_figures: dict[str, int] = field(default_factory=dict)

    def remarks(self) -> list[Remark]:
        """A sentence for each column that was not as training had it."""
        lacking = "%(column)s: no such column; everybody counts as missing."
        of_words = "%(column)s: holds no figure; everybody counts as missing."
        strange = "%(column)s: %(rows)s rows say what training never saw."
        odd_cells = "%(column)s: %(rows)s rows are no figures and count as missing."
        return [
            *(Remark(lacking, {"column": each}) for each in self.absent),
            *(Remark(of_words, {"column": each}) for each in self.wrong_kind),
            *(_counted(strange, *each) for each in self.unseen.items()),
            *(_counted(odd_cells, *each) for each in self.not_figures.items()),
        ]


def _counted(template: str, column: str, rows: int) -> Remark:
    return Remark(template, {"column": column, "rows": f"{rows:,}"})


@dataclass(frozen=True, slots=True)
class Reason:
    """What one question gave an applicant: ``lost`` points against the best answer, and
    ``from_average`` against the average person of training."""

    feature: str
    value: str | None
    bin: str
    points: int
    lost: int
    from_average: int
    is_unseen: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """One applicant's score with every question, the costliest answers first."""

    score: int
    pd: float
    base_points: int
    reasons: list[Reason]


def points_of(feature: Feature) -> pl.Expr:
    """The points of one question, as a column of its name."""
    unseen = feature.unseen_points or 0
    return feature.binned.mapped(feature.points, unseen=unseen, dtype=POINTS)


def score_of(card: Card) -> pl.Expr:
    """The score, as a column."""
    base = pl.lit(card.base_points, dtype=POINTS)
    return pl.sum_horizontal(base, *(points_of(each) for each in card.features)).alias("score")


def probability(card: Card, score: pl.Expr) -> pl.Expr:
    """How likely somebody of this score turns bad, 0 to 1; six places are the same anywhere."""
    factor, at_even_odds = odds_scale(card.scale)
    return (1 / (1 + ((score - at_even_odds) / factor).exp())).round(6).alias("pd")


def score(card: Card, frame: pl.DataFrame) -> pl.DataFrame:
    """``score`` and ``pd`` of every row of ``frame``, in its order."""
    fitting, _treated = as_declared(card, frame)
    scored = fitting.lazy().select(score_of(card)).collect(engine="streaming")
    return scored.with_columns(probability(card, pl.col("score").cast(pl.Float64)))


def as_declared(card: Card, frame: pl.DataFrame) -> tuple[pl.DataFrame, Treated]:
    """The columns that the card asks, as training had them, and what had to be treated.

    Raises Unusable where the card declares that it refuses.
    """
    treated, columns = Treated(), []
    for each in card.features:
        if each.name not in frame.columns:
            treated.absent.append(each.name)
            dtype = pl.String if each.binned.is_text else pl.Float64
            columns.append(pl.lit(None, dtype=dtype).alias(each.name))
            continue
        columns.append(_as_trained(each, frame[each.name], treated))
    if card.settings.absent == "refuse":
        _refuse_what_is_not_there(treated)
    return frame.with_columns(columns).select(card.names), treated


def _refuse_what_is_not_there(treated: Treated) -> None:
    if treated.absent:
        raise Unusable("The file lacks %(columns)s, which the card asks.",
                       columns=", ".join(treated.absent))  # fmt: skip
    if treated.wrong_kind:
        raise Unusable("%(columns)s: the card asks figures, the file holds none.",
                       columns=", ".join(treated.wrong_kind))  # fmt: skip


def _as_trained(feature: Feature, column: pl.Series, treated: Treated) -> pl.Series:
    if not feature.binned.is_text:
        if column.dtype.is_integer() or column.dtype == pl.Float64:
            return column
        made = as_figures(column)
        _tell(treated, column, made)
        if holds_no_figure(column):
            treated.wrong_kind.append(feature.name)
        elif lost := odd(column, made):
            treated.not_figures[feature.name] = lost
        return made
    known = [each for each in feature.binned.words if each.lower() not in BLANKS]
    if column.dtype == pl.String and column.unique().drop_nulls().is_in(known).all():
        return column
    made = _as_known(as_words(column), known)
    _tell(treated, column, made)
    strange = made.drop_nulls().filter(~made.drop_nulls().is_in(known))
    if not strange.is_empty():
        if feature.unseen_points is None:
            raise Unusable("%(column)s says “%(word)s”, which the card has never seen and refuses.",
                           column=feature.name, word=strange[0])  # fmt: skip
        treated.unseen[feature.name] = strange.len()
    return made


def _as_known(words: pl.Series, known: Sequence[str]) -> pl.Series:
    """A code that one file writes 3 and another 3.0 is one code, and True is true."""
    yes_or_no = words.str.to_lowercase()
    yes_or_no = yes_or_no.set(~yes_or_no.is_in(YES_OR_NO), None)
    for other in (words.str.replace(r"^([+-]?[0-9]+)\.0+$", "${1}"), yes_or_no):
        words = words.zip_with(words.is_in(known) | ~other.is_in(known).fill_null(False), other)
    return words


def _tell(treated: Treated, column: pl.Series, made: pl.Series) -> None:
    if told := marks(column, made):
        treated.as_missing[column.name] = told


def bins_of(card: Card, frame: pl.DataFrame) -> pl.DataFrame:
    """The number of the bin of every row, a column for each question; unseen words: the next."""
    return frame.select(
        each.binned.mapped(
            range(len(each.binned.bins)), unseen=len(each.binned.bins), dtype=pl.Int16
        )
        for each in card.features
    )


def explain(card: Card, person: Mapping[str, Any]) -> Explained:
    """One applicant's score and reasons, by the expressions that score everybody."""
    frame = pl.DataFrame({name: [value] for name, value in person.items()}, strict=False)
    (explained,) = explain_all(card, frame)
    return explained


def explain_all(card: Card, frame: pl.DataFrame) -> list[Explained]:
    """The score and reasons of every row of ``frame``, in its order."""
    fitting, _treated = as_declared(card, frame)
    points = fitting.select(points_of(each) for each in card.features).rows()
    bins = bins_of(card, fitting).rows()
    values = fitting.rows()
    scored = score(card, frame).rows()
    averages = [_average(each) for each in card.features]
    return [
        Explained(total, pd, card.base_points, _reasons(card, averages, row, gave, at))
        for row, gave, at, (total, pd) in zip(values, points, bins, scored, strict=True)
    ]


def _average(feature: Feature) -> float:
    """The points that an average person of training has here."""
    bins = feature.binned.bins
    return sum(each.points * each.count for each in bins) / sum(each.count for each in bins)


def _reasons(
    card: Card,
    averages: Sequence[float],
    values: Sequence[object],
    points: Sequence[int],
    bins: Sequence[int],
) -> list[Reason]:
    told = zip(card.features, averages, values, points, bins, strict=True)
    return sorted((_reason(*each) for each in told), key=lambda each: -each.lost)


def _reason(feature: Feature, average: float, value: object, points: int, at: int) -> Reason:
    bins = feature.binned.bins
    unseen = at == len(bins)
    return Reason(
        feature=feature.name,
        value=None if value is None else _written(value),
        bin="" if unseen else bins[at].label,
        points=points,
        lost=max(feature.best - points, 0),
        from_average=round(points - average),
        is_unseen=unseen,
    )


def _written(value: object) -> str:
    """Whole numbers without a fraction, whatever column they came in."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def costliest(card: Card, frame: pl.DataFrame, most: int = 4) -> pl.DataFrame:
    """Of every row the questions that cost most points against the best answer: ``reason_1`` ….

    A question that cost nothing is no reason; equal losses stand in the card's order.
    """
    fitting, _treated = as_declared(card, frame)
    points = fitting.select(points_of(each) for each in card.features).to_numpy()
    lost = np.array([each.best for each in card.features]) - points
    order = np.argsort(-lost, axis=1, kind="stable")[:, :most]
    costs = np.take_along_axis(lost, order, axis=1) > 0
    names = pl.Series(card.names, dtype=pl.String)
    return pl.DataFrame(
        {
            f"reason_{at + 1}": names.gather(
                pl.Series(order[:, at]).set(~pl.Series(costs[:, at]), None)
            )
            for at in range(order.shape[1])
        }
    )
