"""What each source's frame holds: the contract between what sources translate and features read.

Money is fen. Days inside lists are ISO texts, which compare as days do.
"""

from collections.abc import Mapping

import polars as pl

Columns = Mapping[str, pl.DataType]

_WORD, _FLAG, _WHOLE, _DAY = pl.String(), pl.Boolean(), pl.Int64(), pl.Date()

OUTSIDE: dict[str, Columns] = {
    "police": {
        "id_match": _FLAG,
        "person_status": _WORD,
        "list_type": _WORD,
        "list_expires_on": _DAY,
        "fraud_card": _FLAG,
    },
    "courts": {
        "dishonest": _FLAG,
        "consumption_limit": _FLAG,
        "open_enforcement": _WHOLE,
        "defendant_24m": _WHOLE,
        "capacity": _WORD,
    },
    "government": {"risk_type": _WORD},
    "civil_affairs": {"status": _WORD, "changed_on": _DAY},
    "social_security": {
        "status": _WORD,
        "continuous_months": _WHOLE,
        "months_12": _WHOLE,
        "base": _WHOLE,
        "employer": _WORD,
    },
    "provident_fund": {
        "status": _WORD,
        "continuous_months": _WHOLE,
        "months_12": _WHOLE,
        "monthly_amount": _WHOLE,
        "person_rate": pl.Float64(),
        "unit_rate": pl.Float64(),
    },
    "real_estate": {
        "homes": pl.List(
            pl.Struct(
                {
                    "registered_on": _WORD,
                    "mortgaged_on": pl.List(_WORD),
                    "sealed": _FLAG,
                    "dispute": _FLAG,
                }
            )
        ),
    },
    "business_registry": {
        "role": _WORD,
        "businesses": pl.List(
            pl.Struct(
                {
                    "status": _WORD,
                    "established_on": _WORD,
                    "abnormal": _FLAG,
                    "punishments_12m": _WHOLE,
                    "changes_6m": _WHOLE,
                }
            )
        ),
    },
    "tax": {"grade": _WORD, "owes": _FLAG, "income_declared_12m": _WHOLE},
    "agriculture": {
        "contract_mu": pl.Float64(),
        "transferred_in_mu": pl.Float64(),
        "subsidy_12m": _WHOLE,
        "main_crop": _WORD,
        "insured": _FLAG,
    },
    "pboc": {
        "report_on": _DAY,
        "accounts": pl.List(
            pl.Struct(
                {
                    "kind": _WORD,
                    "lender": _WORD,
                    "lender_type": _WORD,
                    "open": _FLAG,
                    "state": _WORD,
                    "five_class": _WORD,
                    "overdue_periods": _WHOLE,
                    "overdue_amount": _WHOLE,
                    "states": _WORD,
                }
            )
        ),
        "guarantees": pl.List(pl.Struct({"balance": _WHOLE, "five_class": _WORD})),
        "queries": pl.List(pl.Struct({"on": _WORD, "reason": _WORD, "lender": _WORD})),
        "first_month": _DAY,
        "pay_6m": _WHOLE,
        "card_limit": _WHOLE,
        "card_used_6m": _WHOLE,
        "bad_debts": _WHOLE,
        "recourses": _WHOLE,
    },
    "baihang": {"apply_orgs_3m": _WHOLE, "open_balance": _WHOLE, "overdue_12m": _FLAG},
    "phone": {"name_match": _FLAG, "online_months": _WHOLE},
    "aml": {"list_hit": _FLAG, "risk_grade": _WORD},
}

OWN: dict[str, Columns] = {
    "household": {
        "born_on": _DAY,
        "marital": _WORD,
        "lives_here": _FLAG,
        "registered_here": _FLAG,
        "net_worth": _WHOLE,
        "surveyed_net_income": _WHOLE,
        "declared_net_income": _WHOLE,
        "visited_on": _DAY,
    },
    "lists": {"flag": _WORD},
    "deposits": {
        "balance": _WHOLE,
        "average_3m": _WHOLE,
        "average_3m_before": _WHOLE,
        "average_12m": _WHOLE,
        "payroll_months_12m": _WHOLE,
    },
    "own_loans": {"balance": _WHOLE, "worst_class_24m": _WORD, "written_off": _FLAG},
}

COLUMNS: dict[str, Columns] = OUTSIDE | OWN


def frame(source: str, answers: Mapping[int, Mapping[str, object]]) -> pl.DataFrame:
    """The frame of one source: a row per customer who has an answer, days read from ISO."""
    wanted = COLUMNS[source]
    as_written = {
        name: pl.String() if isinstance(dtype, pl.Date) else dtype for name, dtype in wanted.items()
    }
    rows = [{"customer_id": pk, **values} for pk, values in answers.items()]
    made = pl.DataFrame(rows, schema={"customer_id": pl.Int64(), **as_written}, orient="row")
    days = [name for name, dtype in wanted.items() if isinstance(dtype, pl.Date)]
    return made.with_columns(pl.col(days).str.to_date("%Y-%m-%d")) if days else made
