"""How loans went in the months after their first day, by registration: a later room knows."""

from collections.abc import Callable
from datetime import date

import polars as pl

COLUMNS = {
    "customer_id": pl.Int64(),
    "starts_on": pl.Date(),
    "worst_days": pl.Int64(),
    "is_mature": pl.Boolean(),
}
"""A row a loan: its first day, the most days that anything was overdue within the months asked
about, and whether all of these months have passed."""

Performance = Callable[[int, date], pl.DataFrame]
"""Months to look at, and the day on which one looks; out, :data:`COLUMNS`."""

FIRST_BAD = {"customer_id": pl.Int64(), "starts_on": pl.Date(), "bad_on": pl.Date()}
"""A row a loan: its first day, and the day on which it first was so many days overdue, if any."""

FirstBad = Callable[[int, date], pl.DataFrame]
"""Days overdue from which a loan is bad, and the day on which one looks; out, :data:`FIRST_BAD`."""

_known: list[Performance] = []
_of_first_bad: list[FirstBad] = []


def register_performance(fetch: Performance) -> None:
    """Say who knows how loans went; the last one to say so is asked."""
    _known[:] = [fetch]


def register_first_bad(fetch: FirstBad) -> None:
    """Say who knows when loans went bad; the last one to say so is asked."""
    _of_first_bad[:] = [fetch]


def first_bad(bad_days: int, *, day: date) -> pl.DataFrame:
    """Every loan of the bank; none as far as is known where nobody is asked."""
    if not _of_first_bad:
        return pl.DataFrame(schema=FIRST_BAD)
    return _of_first_bad[0](bad_days, day).select(
        pl.col(name).cast(dtype) for name, dtype in FIRST_BAD.items()
    )


def performance(months: int, *, day: date) -> pl.DataFrame:
    """Every loan of the bank; none as far as is known where nobody is asked."""
    if not _known:
        return pl.DataFrame(schema=COLUMNS)
    return _known[0](months, day).select(
        pl.col(name).cast(dtype) for name, dtype in COLUMNS.items()
    )
