"""What stands in a cell: a figure, a word, or a sign that nothing is there."""

import re

import polars as pl

BLANKS = frozenset({"", "?", ".", "na", "n/a", "#n/a", "nan", "null", "<na>"})
"""Nothing is there, whatever the column; in small letters."""
DASHES = frozenset({"-", "--", "—", "–", "/", "\\", "*", "n.a.", "nil", "none", "missing"})
SPACES = "\t\n\x0b\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""White space, which is no part of a word before and after it: what polars strips."""
UNKNOWN = frozenset({"unknown", "无", "未知", "不详", "空", "暂无"})
MARKS = BLANKS | DASHES | UNKNOWN
"""The same among figures, where a dash and “none” cannot mean anything else."""

DRESSED = re.compile(r"^[+-]?[$¥￥€£]?\s?[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?\s?%?$")
UNDRESSED = re.compile(r"[$¥￥€£,%\s]")
MOSTLY, SOME = 0.95, 20
MOST_MARKS = 5


def as_figures(column: pl.Series) -> pl.Series:
    """Numbers as Float64, what is no number as missing; ``1,234``, ``¥1,234`` and ``12.5%`` are."""
    if column.dtype.is_temporal() or column.dtype.is_nested():
        return pl.Series(column.name, [None] * column.len(), dtype=pl.Float64)
    if column.dtype not in {pl.String, pl.Categorical, pl.Enum}:
        return column.cast(pl.Float64, strict=False).fill_nan(None)
    text = _written(column)
    numbers = text.cast(pl.Float64, strict=False)
    dressed = numbers.is_null() & text.str.contains(DRESSED.pattern).fill_null(value=False)
    if dressed.any():
        bare = text.str.replace_all(UNDRESSED.pattern, "").cast(pl.Float64, strict=False)
        numbers = numbers.zip_with(~dressed, bare)
    return numbers.fill_nan(None)


def as_words(column: pl.Series) -> pl.Series:
    """Anything as words: the number 3.0 is written 3, so that files of either kind agree."""
    if column.dtype.is_nested():
        return pl.Series(column.name, [None] * column.len(), dtype=pl.String)
    if column.dtype.is_float():
        written = column.fill_nan(None).cast(pl.String)
        return written.str.replace(r"\.0$", "")
    written = _written(column)
    if column.dtype.is_numeric():
        return written
    return written.set(written.str.to_lowercase().is_in(BLANKS).fill_null(value=False), None)


def are_figures(column: pl.Series) -> bool:
    """Whether a column means figures: all that is filled in, or nearly all and many different."""
    if column.dtype.is_numeric():
        return True
    if column.dtype not in {pl.String, pl.Categorical, pl.Enum}:
        return False
    filled = column.filter(~_is_mark(column))
    figures = as_figures(filled).drop_nulls()
    if figures.is_empty():
        return False
    if figures.len() == filled.len():
        return True
    return figures.len() >= MOSTLY * filled.len() and figures.n_unique() > SOME


def holds_no_figure(column: pl.Series) -> bool:
    """Whether something is filled in, and none of it is a figure: the wrong kind of column."""
    filled = column.filter(~_is_mark(column))
    return not filled.is_empty() and as_figures(filled).null_count() == filled.len()


def marks(column: pl.Series, made: pl.Series) -> dict[str, int]:
    """What is written in cells of ``column`` that count as missing in ``made``, how often each;
    the most frequent, the others together under ``…``."""
    if column.dtype.is_nested():
        return {}
    lost = column.filter(made.is_null() & column.is_not_null())
    counted = _written(lost).value_counts(sort=True, name="rows").rows()
    counted = sorted((each for each in counted if each[0]), key=lambda each: (-each[1], each[0]))
    told = dict(counted[:MOST_MARKS])
    if others := sum(rows for _text, rows in counted[MOST_MARKS:]):
        told["…"] = others
    return told


def odd(column: pl.Series, made: pl.Series) -> int:
    """In how many cells something stands that is neither a figure nor a sign that none is there."""
    return int((made.is_null() & ~_is_mark(column)).sum())


def _is_mark(column: pl.Series) -> pl.Series:
    """Of each cell whether nothing is there."""
    if column.dtype.is_numeric() or column.dtype.is_nested():
        return column.is_null()
    written = _written(column).str.to_lowercase()
    return (written.is_null() | written.is_in(MARKS)).fill_null(value=True)


def _written(column: pl.Series) -> pl.Series:
    return column.cast(pl.String).str.strip_chars()
