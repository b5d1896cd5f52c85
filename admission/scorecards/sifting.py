"""Which columns of a file can be asked at all, and why the others cannot."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

import polars as pl

from admission.scorecards.cells import are_figures, as_figures, as_words, marks
from admission.scorecards.errors import Unusable
from admission.scorecards.settings import Settings

MOST_WORDS, PEOPLE_PER_WORD, FEW = 200, 3, 50
ID_DIGITS = 1e10
VALUES_TOLD = 5
DAY = re.compile(r"^(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})")
DAYS_AS_NUMBERS = (19_000_101, 21_001_231)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A column that is not in the card, with the reason and the figure behind it."""

    column: str
    code: str
    detail: dict[str, float | str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """As kept in the card."""
        return {"column": self.column, "reason": self.code, **self.detail}


@dataclass(frozen=True, slots=True)
class Sifted:
    """Columns that can be cut, figures as Float64 and words as String, and ``bad`` as 0 or 1.

    ``as_missing`` says of each column what is written in cells that count as missing.
    """

    frame: pl.DataFrame
    bad: pl.Series
    figures: list[str]
    words: list[str]
    left_out: list[LeftOut]
    without_target: int = 0
    as_missing: dict[str, dict[str, int]] = field(default_factory=dict)


def sift(frame: pl.DataFrame, target: str, settings: Settings) -> Sifted:
    """Look at every column of training; rows whose target is missing are left out and counted."""
    bad = outcome(frame, target)
    known = bad.is_not_null()
    frame, bad = frame.filter(known), bad.filter(known)
    _refuse_one_class(bad, target)
    _refuse_strange_names(frame, settings)
    left_out, figures, words, kept, as_missing = [], [], [], [], {}
    for column in frame.drop(target).iter_columns():
        is_text = column.name in settings.categorical or not are_figures(column)
        made = as_words(column) if is_text else as_figures(column)
        reason = (
            LeftOut(column.name, "excluded")
            if column.name in settings.excluded
            else _unfit(column, made, is_text)
        )
        if reason:
            left_out.append(reason)
            continue
        kept.append(made)
        if told := marks(column, made):
            as_missing[column.name] = told
        (words if is_text else figures).append(column.name)
    _refuse_bins_of_another_kind(settings, words, figures)
    without = int((~known).sum())
    return Sifted(pl.DataFrame(kept), bad, figures, words, left_out, without, as_missing)


def outcome(frame: pl.DataFrame, target: str) -> pl.Series:
    """The target as 1 for bad and 0 for good; null stays null."""
    if target not in frame.columns:
        raise Unusable(
            "There is no column %(target)s to learn from; the file has %(columns)s.",
            target=target, columns=", ".join(frame.columns[:12]),
        )  # fmt: skip
    column = frame[target]
    if column.dtype == pl.Boolean:
        return column.cast(pl.Int8)
    words, numbers = as_words(column), as_figures(column)
    strange = words.is_not_null() & ~numbers.is_in([0.0, 1.0]).fill_null(value=False)
    if strange.any():
        raise Unusable(
            "%(target)s must be 0 for good and 1 for bad; it says %(values)s.",
            target=target, values=_found(words.drop_nulls()),
        )  # fmt: skip
    return numbers.cast(pl.Int8)


def _found(words: pl.Series) -> str:
    """The values of a column with how often each is there, the most frequent first."""
    counted = words.value_counts(sort=True, name="rows").rows()
    counted.sort(key=lambda each: (-each[1], each[0]))
    told = [f"“{word}” ({rows:,})" for word, rows in counted[:VALUES_TOLD]]
    return ", ".join([*told, "…"] if len(counted) > VALUES_TOLD else told)


def _refuse_one_class(bad: pl.Series, target: str) -> None:
    if bad.is_empty():
        raise Unusable("The file has no rows whose %(target)s is known.", target=target)
    bads = int(bad.sum() or 0)
    if bads in {0, bad.len()}:
        raise Unusable(
            "%(target)s has one class only: %(bads)s bad of %(rows)s rows.",
            target=target, bads=bads, rows=bad.len(),
        )  # fmt: skip


def _refuse_strange_names(frame: pl.DataFrame, settings: Settings) -> None:
    named = {*settings.categorical, *settings.excluded, *settings.overrides, *settings.special}
    unknown = sorted(named - {"*"} - set(frame.columns))
    if unknown:
        raise Unusable("The settings name %(name)s, which is no column.", name=unknown[0])


def _refuse_bins_of_another_kind(
    settings: Settings, words: Collection[str], figures: Collection[str]
) -> None:
    """Edges are of figures and groups of words: drawn for the other, they would be ignored."""
    for name, drawn in settings.overrides.items():
        if (drawn.edges and name in words) or (drawn.groups and name in figures):
            raise Unusable(
                "%(column)s: edges are drawn through figures, groups among words.", column=name
            )


def _unfit(column: pl.Series, made: pl.Series, is_text: bool) -> LeftOut | None:
    """Why a column cannot be asked, if so."""
    filled = made.drop_nulls()
    if column.dtype.is_temporal():
        return LeftOut(column.name, "a_day")
    if column.dtype.is_nested():
        return LeftOut(column.name, "not_one_value")
    if filled.is_empty():
        return LeftOut(column.name, "empty")
    different = filled.n_unique()
    if different == 1 and not made.null_count():
        return LeftOut(column.name, "constant", {"value": str(filled[0])})
    if is_text:
        return _unfit_words(column.name, filled, different)
    is_whole = column.dtype.is_integer() or (
        not column.dtype.is_numeric() and bool((filled % 1 == 0).all())
    )
    if not is_whole:
        return None
    # As figures, numbers of more than fifteen digits run together.
    return _unfit_figures(column.name, filled, max(different, column.drop_nulls().n_unique()))


def _unfit_words(name: str, filled: pl.Series, different: int) -> LeftOut | None:
    if filled.head(FEW).str.contains(DAY.pattern).all() and different > 1:
        return LeftOut(name, "a_day")
    if different > MOST_WORDS or (different > FEW and filled.len() < different * PEOPLE_PER_WORD):
        return LeftOut(name, "like_an_id", {"different": different})
    return None


def _are_days(filled: pl.Series) -> bool:
    """Whether all are days written as one number, 20260331."""
    first, last = DAYS_AS_NUMBERS
    if filled.min() < first or filled.max() > last:
        return False
    days = filled.cast(pl.Int64).cast(pl.String).str.to_date("%Y%m%d", strict=False)
    return not days.null_count()


def _unfit_figures(name: str, filled: pl.Series, different: int) -> LeftOut | None:
    """Whole numbers of which everybody has another, unbroken, in order or as long as an ID."""
    if different > 1 and _are_days(filled):
        return LeftOut(name, "a_day")
    if different < filled.len() or filled.len() <= FEW:
        return None
    unbroken = filled.max() - filled.min() + 1 <= 1.5 * filled.len()
    if unbroken or filled.min() >= ID_DIGITS or filled.is_sorted():
        return LeftOut(name, "like_an_id", {"different": different})
    return None
