"""The citizen's number, GB 11643, judged a column at a time."""

import polars as pl

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"


def well_formed(number: str = "id_number") -> pl.Expr:
    """Whether it is seventeen digits and a digit or X."""
    return pl.col(number).str.contains(r"^\d{17}[\dX]$")


def expected_digit(number: str = "id_number") -> pl.Expr:
    """The last character that the first seventeen demand; null where they are not digits."""
    digits = pl.col(number).str.slice(0, 17).cast(pl.Int64, strict=False)
    total = sum(
        ((digits // 10 ** (16 - at)) % 10 * weight for at, weight in enumerate(WEIGHTS)),
        start=pl.lit(0, dtype=pl.Int64),
    )
    return (
        (total % 11)
        .cast(pl.String)
        .replace_strict({str(at): digit for at, digit in enumerate(CHECK_DIGITS)}, default=None)
    )


def born_on(number: str = "id_number") -> pl.Expr:
    """The day of birth it names; null where there is no such day."""
    return pl.col(number).str.slice(6, 8).str.to_date("%Y%m%d", strict=False)


def sex(number: str = "id_number") -> pl.Expr:
    """Odd before the last is a man."""
    odd = pl.col(number).str.slice(16, 1).cast(pl.Int64, strict=False) % 2 == 1
    return pl.when(odd).then(pl.lit("male")).otherwise(pl.lit("female"))
