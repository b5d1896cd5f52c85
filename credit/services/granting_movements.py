"""Open lines held against the limits of a later round: what each becomes, and why."""

import json
from collections.abc import Collection
from typing import Any

import polars as pl
from django.db import connection

from credit.loan_rules import movements
from credit.models import LimitPolicy
from credit.selectors import OWING
from credit.services import granting_policy, own_loans
from credit.services.granting_sql import GONE, ORPHANED, UNSIGNED
from village.models import Customer
from village.services import copying

# A limit that still waits for a person or for a visit moves no line that can be drawn already.
LINES = f"""
SELECT d.id, d.campaign_id, d.policy_id, l.id, l.household_id, l.borrower_id,
       NOT {UNSIGNED}, l.amount, d."limit", d.outcome = 'none',
       l.borrower_id = d.borrower_id AND NOT {GONE}, {ORPHANED},
       d.explanation->>'risk_band',
       CASE WHEN NOT {UNSIGNED} THEN (
            SELECT coalesce(sum(owed.principal_left), 0)::bigint
              FROM credit_loan owed
              JOIN credit_drawdown paid ON paid.id = owed.drawdown_id
              JOIN credit_contract made ON made.id = paid.contract_id
              JOIN credit_application asked ON asked.id = made.application_id
             WHERE asked.line_id = l.id AND owed.status = ANY(%(owing)s)) ELSE 0 END
  FROM credit_limitdecision d
  JOIN credit_creditline l ON l.household_id = d.household_id
  JOIN village_customer b ON b.id = l.borrower_id
 WHERE d.campaign_id = ANY(%(campaigns)s) AND d.movement = ''
   AND (%(only)s::bigint[] IS NULL OR d.id = ANY(%(only)s))
   AND l.status NOT IN ('expired', 'closed') AND l.decision_id < d.id
   AND (d.outcome IN ('grant', 'none') OR d.outcome = 'pre_grant' AND l.status = 'pre_granted')
 ORDER BY d.id
   FOR UPDATE OF d, l
"""  # noqa: S608 - our own words
COLUMNS = {
    "decision": pl.Int64,
    "campaign": pl.Int64,
    "policy": pl.Int64,
    "line": pl.Int64,
    "household": pl.Int64,
    "borrower": pl.Int64,
    "is_signed": pl.Boolean,
    "amount": pl.Int64,
    "limit": pl.Int64,
    "is_refused": pl.Boolean,
    "borrower_stays": pl.Boolean,
    "is_orphaned": pl.Boolean,
    "risk_band": pl.String,
    "owed": pl.Int64,
}
PAID = {"late": pl.Int64, "days_past_due": pl.Int64, "used_average": pl.Float64}
HERE = list(map(str, Customer.HERE))
WRITE = """
UPDATE credit_limitdecision d
   SET movement = told.movement, explanation = d.explanation || told.words::jsonb
  FROM unnest(%(ids)s::bigint[], %(movements)s::text[], %(words)s::text[])
       AS told (id, movement, words)
 WHERE d.id = told.id
"""


def compare(campaign_ids: Collection[int], only: Collection[int] | None) -> pl.DataFrame:
    """Every open line of the villages with what this round makes of it, written down and locked.

    A row per limit decision that was not compared yet: ``decision``, ``campaign``, ``line``,
    ``movement``, the ``amount`` before, and ``is_orphaned`` where who signed has died or left. As
    many queries for a village as for one household.
    """
    asked = {
        "campaigns": list(campaign_ids),
        "only": None if only is None else list(only),
        "owing": list(map(str, OWING)),
        "here": HERE,
    }
    lines = copying.frame(LINES, COLUMNS, asked)
    if lines.is_empty():
        return lines
    judged = pl.concat(_judged(lines)).sort("decision")
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE,
            {
                "ids": judged["decision"].to_list(),
                "movements": judged["movement"].to_list(),
                "words": [_told(row) for row in judged.rows(named=True)],
            },
        )
    return judged


def _judged(lines: pl.DataFrame) -> list[pl.DataFrame]:
    """The lines by the policy that each limit was worked out by; a run has one."""
    records = LimitPolicy.objects.in_bulk(lines["policy"].unique().to_list())
    parts = []
    for (policy_id,), some in lines.partition_by("policy", as_dict=True).items():
        engine = granting_policy.read(records[policy_id]).engine
        parts.append((some, engine, movements.candidates(some, engine)))
    paid = _paid(pl.concat([some.filter(asked) for some, _engine, asked in parts]))
    return [
        movements.judge(some.join(paid, on="line", how="left"), engine)
        for some, engine, _asked in parts
    ]


def _paid(lines: pl.DataFrame) -> pl.DataFrame:
    """How those lines were used, and how the household paid all its loans in twelve months.

    Whoever of the household pays late, the line is the household's.
    """
    if lines.is_empty():
        return pl.DataFrame(schema={"line": pl.Int64} | PAID)
    people = copying.columns(
        Customer.objects.filter(household__in=lines["household"].to_list())
        .order_by()
        .values_list("household_id", "id"),
        {"household": pl.Int64, "customer_id": pl.Int64},
    )
    asked = pl.concat([people["customer_id"], lines["borrower"].alias("customer_id")]).unique()
    loans = own_loans.own_loans(asked.to_list())
    by_household = (
        people.join(loans, on="customer_id")
        .group_by("household")
        .agg(
            pl.col("late_12m").sum().alias("late"),
            # One of whose loans the days are not known leaves the household's unknown.
            pl.when(
                pl.col("days_past_due").is_not_null().all() | (pl.col("days_past_due") > 0).any()
            )
            .then(pl.col("days_past_due").max())
            .alias("days_past_due"),
        )
    )
    used = loans.select(
        pl.col("customer_id").alias("borrower"), pl.col("used_average_6m").alias("used_average")
    )
    return (
        lines.select("line", "household", "borrower")
        .join(by_household, on="household", how="left")
        .join(used, on="borrower", how="left")
        .select("line", *PAID)
    )


def _told(row: dict[str, Any]) -> str:
    """Why a signed line moves or stays, as its limit decision keeps it; nothing for another."""
    if not row["is_signed"]:
        return "{}"
    told = {
        "before": row["amount"],
        "kept_because": row["kept_because"],
        "risk_band": row["risk_band"],
        "use": None if row["use"] is None else round(row["use"], 4),
        "late": row["late"],
        "days_past_due": row["days_past_due"],
        "raise_to": row["raise_to"],
        "is_capped": row["is_capped"],
    }
    return json.dumps({"moved": told})
