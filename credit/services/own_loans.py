"""What the bank itself has lent its customers: credit's own answer to admission's questions."""

from collections.abc import Sequence

import polars as pl

from admission.sources.own import register_own_source
from credit.models import Loan
from credit.selectors import OWING

SOURCE = "own_loans"
CLASSES = ((361, "损失"), (271, "可疑"), (91, "次级"), (1, "关注"))
NORMAL = "正常"


def register() -> None:
    """Say that this room knows the bank's own loans."""
    register_own_source(SOURCE, own_loans)


def own_loans(customer_ids: Sequence[int]) -> pl.DataFrame:
    """What each customer owes us (fen), how bad it has been, whether anything was written off.

    Who never borrowed owes a known nothing.
    """
    known: dict[int, dict[str, object]] = {
        pk: {"customer_id": pk, "balance": 0, "worst_days": 0, "written_off": False}
        for pk in customer_ids
    }
    loans = Loan.objects.filter(customer__in=customer_ids).values_list(
        "customer_id", "status", "principal_left", "worst_days_past_due"
    )
    for customer, status, left, worst in loans:
        row = known[customer]
        row["balance"] += left if status in OWING else 0
        row["worst_days"] = max(row["worst_days"], worst)
        row["written_off"] = row["written_off"] or status == Loan.Status.WRITTEN_OFF
    schema = {
        "customer_id": pl.Int64,
        "balance": pl.Int64,
        "worst_days": pl.Int64,
        "written_off": pl.Boolean,
    }
    frame = pl.DataFrame(list(known.values()), schema=schema, orient="row")
    return frame.with_columns(_worst_class().alias("worst_class_24m"))


def _worst_class() -> pl.Expr:
    """The class that the days past due alone would give."""
    worst = pl.when(False).then(pl.lit(NORMAL))
    for days, name in CLASSES:
        worst = worst.when(pl.col("worst_days") >= days).then(pl.lit(name))
    return worst.otherwise(pl.lit(NORMAL))
