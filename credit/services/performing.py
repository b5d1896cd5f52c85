"""How loans went in their first months: credit's answer, so that admission can train scorecards."""

from datetime import date

import polars as pl

from admission.sources.performance import COLUMNS, register_performance
from village.services import copying

# What was paid late counts until it was paid; what is unpaid, until the window or the day ends.
_LOANS = """
SELECT l.customer_id, l.starts_on,
       greatest(coalesce(max(least(coalesce(i.paid_on, w.seen), w.seen) - i.due_on), 0), 0)
           AS worst_days,
       w.ends <= %(day)s::date AS is_mature
  FROM credit_loan l
 CROSS JOIN LATERAL (
       SELECT e.ends, least(e.ends, %(day)s::date) AS seen
         FROM (SELECT (l.starts_on + make_interval(months => %(months)s))::date AS ends) e
       ) w
  LEFT JOIN credit_instalment i ON i.loan_id = l.id AND i.due_on < w.seen
 WHERE l.starts_on <= %(day)s::date
 GROUP BY l.id, l.customer_id, l.starts_on, w.ends
 ORDER BY l.id
"""


def register() -> None:
    """Say that this room knows how loans went."""
    register_performance(loans_in_their_first)


def loans_in_their_first(months: int, day: date) -> pl.DataFrame:
    """Every loan with the most days overdue within its first ``months``, looked at on ``day``."""
    return copying.frame(_LOANS, dict(COLUMNS), {"months": months, "day": day})
