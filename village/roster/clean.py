"""What people type, made plain: full-width digits, stray spaces, Excel's quotes.

Most cells of most files are plain already, and finding the others is much cheaper than mending
all, so every function here mends only the odd ones.
"""

from collections.abc import Callable

import polars as pl

_GUARD = r"^['\t]+"
_NO_PLAIN_CODE = r"[^0-9A-Za-z]"
_NO_PLAIN_WORDS = r"[\s\u200b\ufeff]|^'"
_DASHED_DAY = r"^\d{4}-\d{2}-\d{2}$"


def code(column: pl.Series) -> pl.Series:
    """Numbers or codes: half-width, without any space; null where nothing is left."""
    return _mend(_or_null(column), _NO_PLAIN_CODE, _code)


def words(column: pl.Series) -> pl.Series:
    """Names or texts: trimmed, without the spaces that spread names of two characters."""
    return _mend(_or_null(column), _NO_PLAIN_WORDS, _words)


def number(column: pl.Series) -> pl.Series:
    """Numbers as text, without thousands separators; null where nothing is left."""
    return _mend(_or_null(column), _NO_PLAIN_CODE, _number)


def day(column: pl.Series) -> pl.Series:
    """Days, however written: 1978-07-13, 1978/7/13, 1978.7.13, 1978年7月13日, 19780713.

    Null where it is no day; whether something was written at all is for the caller to see.
    """
    odd = ~column.str.contains(_DASHED_DAY)
    if odd.fill_null(value=False).any():
        column = column.scatter(odd.arg_true(), _dashed(column.filter(odd)))
    return column.str.to_date("%Y-%m-%d", strict=False)


def understood(column: pl.Series, known: dict[str, str]) -> pl.Series:
    """Words of the field as what they are called here; null where we do not know the word."""
    return column.replace_strict(known, default=None, return_dtype=pl.String)


def _code(odd: pl.Series) -> pl.Series:
    plain = odd.str.normalize("NFKC").str.replace(_GUARD, "")
    return plain.str.replace_all(r"[\s\u200b\ufeff]", "").str.replace(r"^(\d+)\.0+$", "$1")


def _words(odd: pl.Series) -> pl.Series:
    plain = odd.str.replace(_GUARD, "").str.replace_all(r"[\s\u200b\ufeff]+", " ").str.strip_chars()
    for _ in range(2):  # 王 小 明: the middle one has a neighbour on either side
        plain = plain.str.replace_all(r"(\p{Han}) (\p{Han})", "${1}${2}")
    return plain


def _number(odd: pl.Series) -> pl.Series:
    plain = odd.str.normalize("NFKC").str.replace(_GUARD, "")
    return plain.str.replace_all(r"[\s,元亩]", "")


def _dashed(odd: pl.Series) -> pl.Series:
    plain = odd.str.normalize("NFKC").str.replace(_GUARD, "").str.strip_chars()
    plain = plain.str.replace_all("[年月/.]", "-").str.replace("日", "")
    plain = plain.str.replace(r"^(\d{4})(\d{2})(\d{2})$", "${1}-${2}-${3}")
    parts = plain.str.extract_groups(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]|$)").struct.unnest()
    parts.columns = ["year", "month", "day"]
    return parts.select(
        pl.concat_str(
            "year", pl.col("month").str.zfill(2), pl.col("day").str.zfill(2), separator="-"
        )
    ).to_series()


def _mend(column: pl.Series, oddity: str, mend: Callable[[pl.Series], pl.Series]) -> pl.Series:
    odd = column.str.contains(oddity).fill_null(value=False)
    if not odd.any():
        return column
    return column.scatter(odd.arg_true(), _or_null(mend(column.filter(odd))))


def _or_null(column: pl.Series) -> pl.Series:
    return column.set(column == "", None) if (column == "").any() else column
