"""Putting people apart before fitting: alike in bad rate, by groups, or by time."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from sklearn.model_selection import GroupShuffleSplit, train_test_split

from admission.scorecards.cells import as_words
from admission.scorecards.errors import Unusable
from admission.scorecards.sifting import outcome

SORTABLE = r"^\d{4}[-/.]?\d{2}([-/.]?\d{2}([T ].*)?)?$"
"""Days and months whose digits stand in the order of time."""


@dataclass(frozen=True, slots=True)
class Split:
    """Rows to learn from and rows to be examined on."""

    train: pl.DataFrame
    test: pl.DataFrame


def stratified(
    frame: pl.DataFrame, target: str, *, test_share: float = 0.3, seed: int = 42
) -> Split:
    """By chance, with the same share of bad in both parts."""
    bad = outcome(frame, target)
    known = frame.filter(bad.is_not_null())
    bad = bad.drop_nulls().to_numpy()
    if not len(bad):
        raise Unusable("The file has no rows whose %(target)s is known.", target=target)
    if min(bad.sum(), len(bad) - bad.sum()) < 2:
        raise Unusable("%(target)s has fewer than two people of one class.", target=target)
    places = train_test_split(
        np.arange(len(bad)), test_size=test_share, random_state=seed, stratify=bad
    )
    return Split(*(known[np.sort(each)] for each in places))


def by_group(frame: pl.DataFrame, group: str, *, test_share: float = 0.3, seed: int = 42) -> Split:
    """Whole groups (a village, a household) on one side, so that neighbours do not give hints."""
    _need(frame, group)
    parts = GroupShuffleSplit(n_splits=1, test_size=test_share, random_state=seed)
    labels = frame[group].cast(pl.String).fill_null("")
    if labels.n_unique() < 2:
        raise Unusable("%(column)s has one value only; there are no groups.", column=group)
    train, test = next(parts.split(np.arange(frame.height), groups=labels.to_numpy()))
    return Split(frame[np.sort(train)], frame[np.sort(test)])


def by_time(frame: pl.DataFrame, day: str, *, test_share: float = 0.3) -> Split:
    """The earlier people to learn from, the later to be examined on; no day is on both sides."""
    _need(frame, day)
    if frame[day].dtype == pl.String:
        frame = frame.with_columns(as_words(frame[day]))
    _must_sort_as_days(frame[day])
    ordered = frame.filter(pl.col(day).is_not_null()).sort(day, maintain_order=True)
    if ordered.is_empty() or ordered[day].n_unique() < 2:
        raise Unusable("%(column)s has one day only; there is no earlier and later.", column=day)
    first = ordered[day][int(ordered.height * (1 - test_share))]
    if first == ordered[day][0]:
        first = ordered[day].unique().sort()[1]
    return Split(ordered.filter(pl.col(day) < first), ordered.filter(pl.col(day) >= first))


def _must_sort_as_days(column: pl.Series) -> None:
    """Refuse words that sort in another order than time does: 2026年10月 before 2026年9月."""
    if column.dtype != pl.String:
        return
    strange = column.drop_nulls().filter(~column.drop_nulls().str.contains(SORTABLE))
    if not strange.is_empty():
        raise Unusable(
            "%(column)s says “%(value)s”, which is no day; write 2026-03-31 or 2026-03.",
            column=column.name,
            value=strange[0],
        )


def _need(frame: pl.DataFrame, column: str) -> None:
    if column not in frame.columns:
        raise Unusable("There is no column %(column)s to split by.", column=column)
