"""Scoring as columns, and one applicant as a frame of one row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from admission.scorecards.card import Card, Feature, odds_scale
from admission.scorecards.errors import Unusable
from admission.scorecards.sifting import as_figures, as_words

# A score is at most some thousand points: two bytes hold it, and half the memory moves.
POINTS = pl.Int16


@dataclass(frozen=True, slots=True)
class Treated:
    """What a file did not bring as training did, and how many rows were treated as declared."""

    absent: list[str] = field(default_factory=list)
    unseen: dict[str, int] = field(default_factory=dict)
    not_figures: dict[str, int] = field(default_factory=dict)


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
    if treated.absent and card.settings.absent == "refuse":
        raise Unusable("The file lacks %(columns)s, which the card asks.",
                       columns=", ".join(treated.absent))  # fmt: skip
    return frame.with_columns(columns).select(card.names), treated


def _as_trained(feature: Feature, column: pl.Series, treated: Treated) -> pl.Series:
    if not feature.binned.is_text:
        if column.dtype.is_integer() or column.dtype == pl.Float64:
            return column
        made = as_figures(column)
        if lost := made.null_count() - column.null_count():
            treated.not_figures[feature.name] = lost
        return made
    made = as_words(column)
    known = [word for group in feature.binned.groups for word in group]
    strange = made.drop_nulls().filter(~made.drop_nulls().is_in(known))
    if not strange.is_empty():
        if feature.unseen_points is None:
            raise Unusable("%(column)s says “%(word)s”, which the card has never seen and refuses.",
                           column=feature.name, word=strange[0])  # fmt: skip
        treated.unseen[feature.name] = strange.len()
    return made


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
