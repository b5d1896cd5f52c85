"""What became of customers after a decision, by registration: a later room knows, this one asks."""

from collections.abc import Callable
from datetime import date

import polars as pl

COLUMNS = {
    "decision": pl.Int64(),
    "borrowed": pl.Boolean(),
    "overdue_90": pl.Boolean(),
    "overdue_12m": pl.Boolean(),
}
"""Whether a loan followed the decision, was then ever 90 days or more past due, and was past due at
all within twelve months of its first day. A loan follows the newest of its customer's decisions
that was made before it, and no other."""

Afterwards = Callable[[pl.DataFrame, date], pl.DataFrame]
"""Decisions (``decision``, ``customer_id``, ``as_of``) and the day on which one looks; out,
:data:`COLUMNS`."""

_known: list[Afterwards] = []


def register_afterwards(fetch: Afterwards) -> None:
    """Say who knows what became of customers; the last one to say so is asked."""
    _known[:] = [fetch]


def afterwards(decisions: pl.DataFrame, *, day: date) -> pl.DataFrame:
    """What followed each decision; nobody borrowed as far as is known where nobody is asked."""
    asked = decisions.select("decision", "customer_id", "as_of")
    if not _known:
        return asked.select("decision", *(pl.lit(False).alias(name) for name in list(COLUMNS)[1:]))
    return _known[0](asked, day).select(pl.col(name).cast(dtype) for name, dtype in COLUMNS.items())
