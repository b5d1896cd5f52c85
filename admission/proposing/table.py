"""Features of customers as the columns that trees and clusters can work with."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from admission.features import FEATURES, UNITS
from admission.scorecards.errors import Unusable
from core.expressions import Kind

LEAST_KNOWN = 0.5
"""Share of people of whom a feature must be known."""
MOST_WORDS, LEAST_SHARE = 8, 0.02
FEWEST_PEOPLE = 200


@dataclass(frozen=True)
class Column:
    """One column: a figure, a yes or no, or whether a feature says one ``word``."""

    feature: str
    kind: Kind
    word: str = ""


@dataclass(frozen=True)
class Table:
    """People as rows of numbers; what is unknown has the column's middle value."""

    columns: list[Column]
    values: NDArray

    @property
    def ranks(self) -> NDArray:
        """Every column by rank, 0 to 1: a yuan more among the poor weighs like thousands above."""
        order = np.argsort(np.argsort(self.values, axis=0, kind="stable"), axis=0, kind="stable")
        ranks = np.empty_like(self.values)
        for at in range(self.values.shape[1]):
            _values, place = np.unique(self.values[:, at], return_inverse=True)
            sums = np.bincount(place, weights=order[:, at])
            ranks[:, at] = (sums / np.bincount(place))[place]
        return ranks / max(len(self.values) - 1, 1)


def table_of(frame: pl.DataFrame, leave_out: frozenset[str] = frozenset()) -> Table:
    """The columns of ``frame`` that say something of enough people. Raises Unusable."""
    if frame.height < FEWEST_PEOPLE:
        raise Unusable(
            "There are %(people)s people; groups are looked for among %(least)s and more.",
            people=frame.height,
            least=FEWEST_PEOPLE,
        )
    columns: list[Column] = []
    values: list[NDArray] = []
    for series in frame.iter_columns():
        declared = FEATURES.get(series.name)
        if declared is None or not declared.decides or series.name in leave_out:
            continue
        if series.len() - series.null_count() < LEAST_KNOWN * series.len():
            continue
        for column, made in _columns(series, UNITS[declared.unit]):
            columns.append(column)
            values.append(made)
    if not columns:
        raise Unusable("No feature is known of half of the people.")
    return Table(columns, np.column_stack(values))


def _columns(series: pl.Series, kind: Kind) -> list[tuple[Column, NDArray]]:
    if kind is Kind.DATE:
        return []
    if kind is Kind.TEXT:
        return _words(series)
    figures = series.cast(pl.Float64)
    filled = figures.fill_null(figures.median()).to_numpy()
    return [] if _is_constant(filled) else [(Column(series.name, kind), filled)]


def _words(series: pl.Series) -> list[tuple[Column, NDArray]]:
    counts = series.drop_nulls().value_counts(sort=True)
    if counts.height > MOST_WORDS:
        return []
    least = LEAST_SHARE * series.len()
    words = [word for word, count in counts.sort("count", series.name, descending=[True, False])
             .iter_rows() if least <= count <= series.len() - least]  # fmt: skip
    return [
        (
            Column(series.name, Kind.TEXT, word),
            (series == word).fill_null(value=False).cast(pl.Float64).to_numpy(),
        )
        for word in words
    ]


def _is_constant(values: NDArray) -> bool:
    """Whether almost everybody has the same."""
    _values, counts = np.unique(values, return_counts=True)
    return bool(counts.max() > (1 - LEAST_SHARE) * len(values))
