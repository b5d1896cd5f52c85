"""Deposits by day: what warnings look back on when a past day is worked again."""

from datetime import date

from village.services import copying

COLUMNS = {
    "balance": "bigint",
    "average_1m": "bigint",
    "average_3m": "bigint",
    "average_3m_before": "bigint",
    "average_12m": "bigint",
    "paid_in_12m": "bigint",
    "payroll_months_12m": "smallint",
    "months_open": "smallint",
    "time_deposits": "bigint",
    "paid_out_12m": "bigint",
    "paid_in_6m": "bigint",
    "paid_out_6m": "bigint",
    "transactions_3m": "integer",
}
_NAMES = ", ".join(COLUMNS)
_TYPED = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
_NEW = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS)
_UPSERT = f"""
INSERT INTO admission_deposit (customer_id, as_of, {_NAMES})
SELECT m.customer_id, m.as_of, {", ".join(f"v.{name}" for name in COLUMNS)}
FROM matched m CROSS JOIN LATERAL jsonb_to_record(m.values) AS v ({_TYPED})
ON CONFLICT (customer_id, as_of) DO UPDATE SET {_NEW}
"""  # noqa: S608 - column names of our own


_CLOSE = f"""
INSERT INTO admission_deposit (customer_id, as_of, {_NAMES})
SELECT customer_id, %s, {", ".join("0" for _ in COLUMNS)} FROM ended
ON CONFLICT (customer_id, as_of) DO NOTHING
"""  # noqa: S608 - column names of our own


_TAKE_BACK = """
DELETE FROM admission_deposit d USING matched m
 WHERE d.customer_id = m.customer_id AND d.as_of = m.as_of
"""
_OPEN_AGAIN = f"""
DELETE FROM admission_deposit WHERE as_of = %s
   AND ({_NAMES}) = ({", ".join("0" for _ in COLUMNS)})
"""  # noqa: S608 - column names of our own


def keep(day: date) -> None:
    """Keep the staged deposits under their days as well.

    Whom a complete delivery of a day names no more keeps nothing with the bank from then on: that
    is a row of its own, or the last day on which they had something would be read for ever.
    """
    keep_named()
    copying.run(_CLOSE, [day])


def keep_named() -> None:
    """Keep the staged deposits under their days, and conclude nothing about anybody else."""
    copying.run(_UPSERT)


def take_back(day: date, *, closings: bool) -> None:
    """Remove the staged deposits, and with ``closings`` also what a day's deliveries concluded of
    those whom they did not name."""
    copying.run(_TAKE_BACK)
    if closings:
        copying.run(_OPEN_AGAIN, [day])
