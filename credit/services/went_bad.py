"""What became of loans after an admission decision: credit's answer to admission's question."""

from datetime import date

import polars as pl
from django.db.models import F, Min, Q

from admission.scoring.history import belonging
from admission.sources.afterwards import register_afterwards
from credit.models import Instalment, Loan

BAD_DAYS = 90


def register() -> None:
    """Say that this room knows how loans went."""
    register_afterwards(went_bad)


def went_bad(decisions: pl.DataFrame, day: date) -> pl.DataFrame:
    """Of each decision (``decision``, ``customer_id``, ``as_of``): whether loans followed it,
    ``overdue_90`` and ``overdue_12m`` of those loans, looked at on ``day``. Two queries."""
    customers = decisions["customer_id"].unique().to_list()
    loans = pl.DataFrame(
        list(
            Loan.objects.filter(customer__in=customers).values_list(
                "id", "customer_id", "starts_on", "worst_days_past_due"
            )
        ),
        schema={
            "loan": pl.Int64,
            "customer_id": pl.Int64,
            "starts_on": pl.Date,
            "worst": pl.Int64,
        },
        orient="row",
    )
    late = pl.DataFrame(
        list(_first_late(customers, day)), schema={"loan": pl.Int64, "late": pl.Date}, orient="row"
    )
    after = belonging(loans, decisions, within=None).join(late, on="loan", how="left")
    found = after.group_by("decision").agg(
        pl.lit(True).alias("borrowed"),
        (pl.col("worst") >= BAD_DAYS).any().alias("overdue_90"),
        (pl.col("late") < pl.col("starts_on").dt.offset_by("12mo")).any().alias("overdue_12m"),
    )
    return (
        decisions.select("decision")
        .join(found, on="decision", how="left", maintain_order="left")
        .with_columns(pl.exclude("decision").fill_null(False))
    )


def _first_late(customers: list[int], day: date) -> object:
    """Per loan, the day of the first instalment that was not paid when it fell due."""
    was_late = Q(paid_on__gt=F("due_on")) | Q(paid_on=None, due_on__lt=day)
    return (
        Instalment.objects.filter(was_late, loan__customer__in=customers)
        .values("loan_id")
        .annotate(late=Min("due_on"))
        .values_list("loan_id", "late")
    )
