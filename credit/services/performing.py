"""How loans went in their first months: credit's answer, so that admission can train scorecards."""

from datetime import date

import polars as pl

from admission.sources.performance import (
    COLUMNS,
    FIRST_BAD,
    register_first_bad,
    register_performance,
)
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


# The first day on which an instalment had been open for so long; what was paid before was not.
_GONE_BAD = """
SELECT l.customer_id, l.starts_on, min(i.due_on + %(bad_days)s::int) AS bad_on
  FROM credit_loan l
  LEFT JOIN credit_instalment i
         ON i.loan_id = l.id
        AND i.due_on + %(bad_days)s::int <= %(day)s::date
        AND (i.paid_on IS NULL OR i.paid_on >= i.due_on + %(bad_days)s::int)
 WHERE l.starts_on <= %(day)s::date
 GROUP BY l.id, l.customer_id, l.starts_on
 ORDER BY l.id
"""


def register() -> None:
    """Say that this room knows how loans went, and when they went bad."""
    register_performance(loans_in_their_first)
    register_first_bad(loans_gone_bad)


def loans_in_their_first(months: int, day: date) -> pl.DataFrame:
    """Every loan with the most days overdue within its first ``months``, looked at on ``day``."""
    return copying.frame(_LOANS, dict(COLUMNS), {"months": months, "day": day})


def loans_gone_bad(bad_days: int, day: date) -> pl.DataFrame:
    """Every loan with the day on which it first was ``bad_days`` overdue, looked at on ``day``."""
    return copying.frame(_GONE_BAD, dict(FIRST_BAD), {"bad_days": bad_days, "day": day})
