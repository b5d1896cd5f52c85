"""What the bank itself has lent its customers: credit's own answer to admission's questions."""

from collections.abc import Sequence

import polars as pl

from admission.sources.own import register_own_source
from village.services import copying

SOURCE = "own_loans"
CLASSES = ((361, "损失"), (271, "可疑"), (91, "次级"), (1, "关注"))
NORMAL = "正常"

_LOANS = """
WITH asked AS (SELECT unnest(%(asked)s::bigint[]) AS customer_id),
mine AS (
    SELECT l.*, a.line_id, p.code AS product, l.status IN ('active', 'restructured') AS owing
      FROM asked JOIN credit_loan l USING (customer_id)
      JOIN credit_product p ON p.id = l.product_id
      JOIN credit_drawdown d ON d.id = l.drawdown_id
      JOIN credit_contract k ON k.id = d.contract_id
      JOIN credit_application a ON a.id = k.application_id
),
dues AS (
    SELECT m.customer_id, i.number, i.principal + i.interest AS due,
           greatest(coalesce(i.paid_on, m.worked_up_to) - i.due_on, 0) AS late,
           coalesce(i.paid_on, m.worked_up_to) > m.worked_up_to - 365 AS lately
      FROM mine m JOIN credit_instalment i ON i.loan_id = m.id
     WHERE i.due_on < m.worked_up_to
),
punctual AS (
    SELECT customer_id, count(*) FILTER (WHERE late > 0 AND lately) AS late_12m,
           coalesce(max(late) FILTER (WHERE lately), 0) AS days_past_due_12m,
           coalesce(max(due) FILTER (WHERE late > 0 AND lately), 0) AS overdue_most_12m,
           bool_or(number = 1 AND late > 7) AS first_late
      FROM dues GROUP BY customer_id
),
paid AS (
    SELECT m.customer_id, count(*) AS repaid_12m,
           count(*) FILTER (WHERE r.channel <> 'debit') AS repaid_by_hand_12m
      FROM mine m JOIN credit_repayment r ON r.loan_id = m.id
     WHERE r.received_on > m.worked_up_to - 365
     GROUP BY m.customer_id
),
lines AS (
    SELECT b.borrower_id AS customer_id, sum(b.amount)::bigint AS line
      FROM credit_creditline b JOIN asked ON asked.customer_id = b.borrower_id
     WHERE b.status IN ('granted', 'signed', 'active') GROUP BY b.borrower_id
),
sums AS (
    SELECT customer_id, count(*) AS loans,
           coalesce(sum(principal_left) FILTER (WHERE owing), 0)::bigint AS balance,
           max(worst_days_past_due) AS worst_days, bool_or(status = 'written_off') AS written_off,
           count(*) FILTER (WHERE owing) AS open_count,
           coalesce(sum(principal_left) FILTER (WHERE owing AND line_id IS NOT NULL), 0)::bigint
               AS line_used,
           coalesce(max(days_past_due) FILTER (WHERE owing), 0) AS days_past_due,
           count(*) FILTER (WHERE status = 'settled') AS settled_count,
           count(*) FILTER (WHERE status = 'restructured') AS restructured_24m,
           bool_or(status = 'settled' AND settled_on < ends_on
                   AND settled_on > worked_up_to - 90) AS prepaid_90d,
           string_agg(DISTINCT product, '、') FILTER (WHERE owing) AS products
      FROM mine GROUP BY customer_id
)
SELECT customer_id, coalesce(s.balance, 0), coalesce(s.worst_days, 0),
       coalesce(s.written_off, false), coalesce(s.open_count, 0), coalesce(l.line, 0),
       coalesce(s.line_used, 0), coalesce(s.days_past_due, 0), coalesce(p.days_past_due_12m, 0),
       coalesce(p.late_12m, 0), coalesce(p.overdue_most_12m, 0), coalesce(r.repaid_12m, 0),
       coalesce(r.repaid_by_hand_12m, 0),
       CASE WHEN s.loans > 0 THEN coalesce(p.first_late, false) END,
       coalesce(s.settled_count, 0), coalesce(s.restructured_24m, 0),
       coalesce(s.prepaid_90d, false), s.products
  FROM asked LEFT JOIN sums s USING (customer_id) LEFT JOIN punctual p USING (customer_id)
  LEFT JOIN paid r USING (customer_id) LEFT JOIN lines l USING (customer_id)
"""
_COLUMNS = {
    "customer_id": pl.Int64(),
    "balance": pl.Int64(),
    "worst_days": pl.Int64(),
    "written_off": pl.Boolean(),
    "open_count": pl.Int64(),
    "line": pl.Int64(),
    "line_used": pl.Int64(),
    "days_past_due": pl.Int64(),
    "days_past_due_12m": pl.Int64(),
    "late_12m": pl.Int64(),
    "overdue_most_12m": pl.Int64(),
    "repaid_12m": pl.Int64(),
    "repaid_by_hand_12m": pl.Int64(),
    "first_late": pl.Boolean(),
    "settled_count": pl.Int64(),
    "restructured_24m": pl.Int64(),
    "prepaid_90d": pl.Boolean(),
    "products": pl.String(),
}


def register() -> None:
    """Say that this room knows the bank's own loans."""
    register_own_source(SOURCE, own_loans)


def own_loans(customer_ids: Sequence[int]) -> pl.DataFrame:
    """What each customer owes us (fen), how they paid, how bad it has been, one query.

    Windows count back from the day up to which a loan has been worked. Who never borrowed owes a
    known nothing. Nobody keeps the use of lines at past month ends, so that stays unknown.
    """
    told = copying.in_bulk(_LOANS, _COLUMNS, {"asked": copying.ids(customer_ids)})
    return told.with_columns(_worst_class().alias("worst_class_24m"))


def _worst_class() -> pl.Expr:
    """The class that the days past due alone would give."""
    worst = pl.when(False).then(pl.lit(NORMAL))
    for days, name in CLASSES:
        worst = worst.when(pl.col("worst_days") >= days).then(pl.lit(name))
    return worst.otherwise(pl.lit(NORMAL))
