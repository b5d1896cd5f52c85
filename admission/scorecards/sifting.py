"""Which columns of a file can be asked at all, and why the others cannot."""

import re
from dataclasses import dataclass, field

import polars as pl

from admission.scorecards.errors import Unusable
from admission.scorecards.settings import Settings

MOST_WORDS, PEOPLE_PER_WORD, FEW = 200, 3, 50
ID_DIGITS = 1e10
DAY = re.compile(r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}")


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
    """Columns that can be cut, figures as Float64 and words as String, and ``bad`` as 0 or 1."""

    frame: pl.DataFrame
    bad: pl.Series
    figures: list[str]
    words: list[str]
    left_out: list[LeftOut]
    without_target: int = 0


def sift(frame: pl.DataFrame, target: str, settings: Settings) -> Sifted:
    """Look at every column of training; rows whose target is missing are left out and counted."""
    bad = outcome(frame, target)
    known = bad.is_not_null()
    frame, bad = frame.filter(known), bad.filter(known)
    _refuse_one_class(bad, target)
    _refuse_strange_names(frame, settings)
    left_out, figures, words, kept = [], [], [], []
    for column in frame.drop(target).iter_columns():
        is_text = not column.dtype.is_numeric() or column.name in settings.categorical
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
        (words if is_text else figures).append(column.name)
    return Sifted(pl.DataFrame(kept), bad, figures, words, left_out, int((~known).sum()))


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
    numbers = column.cast(pl.Float64, strict=False)
    strange = column.filter(
        column.is_not_null() & ~numbers.is_in([0.0, 1.0]).fill_null(value=False)
    )
    if not strange.is_empty():
        raise Unusable(
            "%(target)s must be 0 for good and 1 for bad; it also says “%(value)s”.",
            target=target, value=strange[0],
        )  # fmt: skip
    return numbers.cast(pl.Int8)


def as_figures(column: pl.Series) -> pl.Series:
    """Numbers as Float64, what is no number as missing."""
    return column.cast(pl.Float64, strict=False).fill_nan(None)


def as_words(column: pl.Series) -> pl.Series:
    """Anything as words: the number 3.0 is written 3, so that files of either kind agree."""
    if column.dtype.is_float():
        written = column.fill_nan(None).cast(pl.String)
        return written.str.replace(r"\.0$", "")
    return column.cast(pl.String)


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
    return _unfit_figures(column, filled, different)


def _unfit_words(name: str, filled: pl.Series, different: int) -> LeftOut | None:
    if filled.head(FEW).str.contains(DAY.pattern).all() and different > 1:
        return LeftOut(name, "a_day")
    if different > MOST_WORDS or (different > FEW and filled.len() < different * PEOPLE_PER_WORD):
        return LeftOut(name, "like_an_id", {"different": different})
    return None


def _unfit_figures(column: pl.Series, filled: pl.Series, different: int) -> LeftOut | None:
    """Whole numbers of which everybody has another, unbroken, in order or as long as an ID."""
    if not column.dtype.is_integer() or different < filled.len() or filled.len() <= FEW:
        return None
    unbroken = filled.max() - filled.min() + 1 <= 1.5 * filled.len()
    if unbroken or filled.min() >= ID_DIGITS or filled.is_sorted():
        return LeftOut(column.name, "like_an_id", {"different": different})
    return None
