"""Reads of the post-loan room."""

from datetime import date

import polars as pl
from django.db import connection

from postloan.models import SignalSet

LOANS = """
SELECT loan.id AS loan_id,
       loan.customer_id,
       loan.days_past_due AS loan_dpd_now,
       loan.worst_days_past_due AS loan_dpd_max,
       loan.overdue_principal + loan.overdue_interest + loan.penalty_due AS loan_overdue_amount,
       loan.principal_left AS loan_principal_left,
       coalesce(first_one.paid_on, %(day)s) - first_one.due_on > 7 AS loan_first_pay_default,
       1 - deposit.average_3m::float8 / nullif(deposit.average_3m_before, 0) AS dep_drop_3m,
       deposit.average_3m_before AS dep_avg_prev,
       coalesce(%(day)s - late_check.due_on, 0) AS check_overdue_days,
       village.overdue_share AS village_overdue_share,
       village.loans AS village_loans
FROM credit_loan loan
JOIN village_customer customer ON customer.id = loan.customer_id
JOIN village_household household ON household.id = customer.household_id
JOIN (
    SELECT home.village_id,
           count(DISTINCT home.id)::int AS loans,
           count(DISTINCT home.id) FILTER (WHERE each_loan.days_past_due > 0)::float8
               / count(DISTINCT home.id) AS overdue_share
    FROM credit_loan each_loan
    JOIN village_customer person ON person.id = each_loan.customer_id
    JOIN village_household home ON home.id = person.household_id
    WHERE each_loan.status = 'active'
    GROUP BY home.village_id
) village ON village.village_id = household.village_id
LEFT JOIN credit_instalment first_one
    ON first_one.loan_id = loan.id AND first_one.number = 1 AND first_one.due_on < %(day)s
LEFT JOIN LATERAL (
    SELECT average_3m, average_3m_before FROM admission_deposit
    WHERE customer_id = loan.customer_id AND as_of <= %(day)s ORDER BY as_of DESC LIMIT 1
) deposit ON true
LEFT JOIN LATERAL (
    SELECT min(due_on) AS due_on FROM postloan_inspection
    WHERE loan_id = loan.id AND status IN ('planned', 'assigned', 'overdue') AND due_on < %(day)s
) late_check ON true
WHERE loan.status = 'active'
ORDER BY loan.id
"""

COLUMNS = {
    "loan_id": pl.Int64,
    "customer_id": pl.Int64,
    "loan_dpd_now": pl.Int64,
    "loan_dpd_max": pl.Int64,
    "loan_overdue_amount": pl.Int64,
    "loan_principal_left": pl.Int64,
    "loan_first_pay_default": pl.Boolean,
    "dep_drop_3m": pl.Float64,
    "dep_avg_prev": pl.Int64,
    "check_overdue_days": pl.Int64,
    "village_overdue_share": pl.Float64,
    "village_loans": pl.Int64,
}


def loans_frame(day: date) -> pl.DataFrame:
    """Every active loan with all that signals may ask about it, as of ``day`` (see COLUMNS)."""
    with connection.cursor() as cursor:
        cursor.execute(LOANS, {"day": day})
        rows = cursor.fetchall()
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def signal_names() -> list[tuple[str, str]]:
    """The signals of all versions by code, each as the newest version calls it."""
    kept = SignalSet.objects.order_by("version").values_list("signals", flat=True)
    names = {each["code"]: f"{each['code']} {each['name']}" for some in kept for each in some}
    return sorted(names.items())
