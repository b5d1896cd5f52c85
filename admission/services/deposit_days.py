"""Deposits by day: what warnings look back on when a past day is worked again."""

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


def keep() -> int:
    """Keep the staged deposits under their days as well; returns how many."""
    return copying.run(_UPSERT)
