"""Features of bank statements that customers showed and somebody compared with what was read."""

import polars as pl

from admission.features.parts import sum_of
from admission.features.registry import feature

MONTH = 30
"""Days; what passed an account in the days of its statement is told for so many."""
_statements = pl.col("statements")
_each = pl.element().struct.field


def _a_month(column: str) -> pl.Expr:
    return sum_of(_statements, _each(column) * MONTH // _each("days"))


@feature(source="statements", unit="yuan", window="3m", zh="流水月均流入")
def stmt_in_month() -> pl.Expr:
    """Paid in a month by the newest statement of each account, all accounts together.

    It is turnover and no income: own transfers and loans are in it.
    """
    return _a_month("paid_in")


@feature(source="statements", unit="yuan", window="3m", zh="流水月均流出")
def stmt_out_month() -> pl.Expr:
    """Paid out a month by the newest statement of each account, all accounts together."""
    return _a_month("paid_out")


@feature(source="statements", unit="yuan", zh="流水期末余额")
def stmt_balance() -> pl.Expr:
    """What stood on the accounts at the end of their statements, all accounts together."""
    return sum_of(_statements, _each("balance"))
