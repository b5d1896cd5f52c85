"""The close of business for a whole book of loans: the formulas of ``dues``, on columns.

A frame has one row per instalment that has not yet been settled, with the columns of
``InstalmentStanding`` and those of its loan: ``loan_id``, ``penalty_millionths`` (see
``OverdueTerms``), ``compounds`` and ``grace_days``. Amounts are Int64 fen, days are Date.
"""

from datetime import date

import polars as pl

from credit.loan_rules.accrual import penalty_fen

YEAR_DAYS = 360

OPEN_PRINCIPAL = pl.col("principal") - pl.col("paid_principal")
OPEN_INTEREST = pl.col("interest") - pl.col("paid_interest")


def days_past_due(as_of: date) -> pl.Expr:
    """Days that each instalment is late on ``as_of``; none within its grace, paid or not."""
    late = (pl.lit(as_of) - pl.col("due_on")).dt.total_days()
    return pl.when(late > pl.col("grace_days")).then(late).otherwise(0)


def advance(rows: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The instalments as they stand on ``as_of``, nothing paid since they were last closed.

    Running the same day twice adds nothing the second time.
    """
    accrued_to = pl.coalesce("accrued_to", "due_on")
    since = (pl.lit(as_of) - accrued_to).dt.total_days()
    days = pl.when(days_past_due(as_of) > 0).then(since.clip(lower_bound=0)).otherwise(0)
    return rows.with_columns(
        (pl.col("principal_days") + OPEN_PRINCIPAL * days).alias("principal_days"),
        (pl.col("interest_days") + OPEN_INTEREST * days).alias("interest_days"),
        pl.when(days > 0).then(pl.lit(as_of)).otherwise("accrued_to").alias("accrued_to"),
    )


def with_dues(rows: pl.DataFrame, as_of: date, year_days: int = YEAR_DAYS) -> pl.DataFrame:
    """What each instalment owes on ``as_of``; ``rows`` must stand on that day (``advance``)."""
    has_fallen_due = pl.col("due_on") <= as_of
    is_overdue = days_past_due(as_of) > 0
    is_open = (OPEN_PRINCIPAL > 0) | (OPEN_INTEREST > 0)
    due = {
        "overdue_principal": pl.when(is_overdue).then(OPEN_PRINCIPAL),
        "overdue_interest": pl.when(is_overdue).then(OPEN_INTEREST),
        "principal_due": pl.when(has_fallen_due & ~is_overdue).then(OPEN_PRINCIPAL),
        "interest_due": pl.when(has_fallen_due & ~is_overdue).then(OPEN_INTEREST),
        "penalty": _accrued("principal_days", year_days) - pl.col("paid_penalty"),
        "compound": pl.when("compounds").then(
            _accrued("interest_days", year_days) - pl.col("paid_compound")
        ),
        "days_past_due": pl.when(is_open).then(days_past_due(as_of)),
    }
    return rows.with_columns(**{name: amount.fill_null(0) for name, amount in due.items()})


def loan_dues(rows: pl.DataFrame, as_of: date, year_days: int = YEAR_DAYS) -> pl.DataFrame:
    """One row per loan: days past due and everything owed on ``as_of``, in fen."""
    amounts = [
        "overdue_principal",
        "overdue_interest",
        "penalty",
        "compound",
        "principal_due",
        "interest_due",
    ]
    return (
        with_dues(rows, as_of, year_days)
        .group_by("loan_id", maintain_order=True)
        .agg(
            pl.col("days_past_due").max(),
            *(pl.col(amount).sum() for amount in amounts),
            OPEN_PRINCIPAL.sum().alias("balance"),
        )
    )


def _accrued(fen_days: str, year_days: int) -> pl.Expr:
    wide = pl.col(fen_days).cast(pl.Int128)
    return penalty_fen(wide, pl.col("penalty_millionths"), year_days).cast(pl.Int64)
