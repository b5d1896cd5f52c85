"""Counting back in natural months, as bureaus and offices do."""

from calendar import monthrange
from datetime import date

import polars as pl


def months_since(day: pl.Expr, as_of: date) -> pl.Expr:
    """Natural months from ``day`` (a date) to ``as_of``: 31 January to 1 February is one."""
    return (as_of.year * 12 + as_of.month) - (
        day.dt.year().cast(pl.Int64) * 12 + day.dt.month().cast(pl.Int64)
    )


def after(as_of: date, months: int) -> str:
    """The day, in ISO, after which the last ``months`` calendar months up to ``as_of`` begin.

    Three months back from 31 May is 28 February: a day that does not exist gives way to the last.
    """
    index = as_of.year * 12 + as_of.month - 1 - months
    year, month = divmod(index, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(as_of.day, last)).isoformat()


DAY_NUMBERS_A_YEAR = 10_000


def day_number(day: date) -> int:
    """A day as the whole number yyyymmdd: two of them, a birthday apart, differ by 10,000."""
    return day.year * DAY_NUMBERS_A_YEAR + day.month * 100 + day.day


def full_years(born: pl.Expr, on: pl.Expr) -> pl.Expr:
    """Birthdays passed from ``born`` to ``on``."""
    return (_number(on) - _number(born)) // DAY_NUMBERS_A_YEAR


def _number(day: pl.Expr) -> pl.Expr:
    year, month, number = (
        part.cast(pl.Int64) for part in (day.dt.year(), day.dt.month(), day.dt.day())
    )
    return year * DAY_NUMBERS_A_YEAR + month * 100 + number
