"""What each source's frame holds: the contract between what sources translate and features read.

Money is fen. Days inside lists are ISO texts, which compare as days do.
"""

from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from admission.features.registry import HOME

Columns = Mapping[str, pl.DataType]

_WORD, _FLAG, _WHOLE, _DAY = pl.String(), pl.Boolean(), pl.Int64(), pl.Date()

OUTSIDE: dict[str, Columns] = {
    "police": {
        "id_match": _FLAG,
        "person_status": _WORD,
        "hukou_area": _WORD,
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
    "civil_affairs": {"status": _WORD, "changed_on": _DAY, "dibao": _FLAG},
    "social_security": {
        "status": _WORD,
        "continuous_months": _WHOLE,
        "months_12": _WHOLE,
        "base": _WHOLE,
        "employer": _WORD,
        "insured_as": _WORD,
        "base_average_12m": _WHOLE,
        "base_12m_ago": _WHOLE,
        "employers_24m": _WHOLE,
        "employer_size": _WHOLE,
    },
    "provident_fund": {
        "status": _WORD,
        "continuous_months": _WHOLE,
        "months_12": _WHOLE,
        "monthly_amount": _WHOLE,
        "person_rate": pl.Float64(),
        "unit_rate": pl.Float64(),
        "base": _WHOLE,
        "base_average_12m": _WHOLE,
        "balance": _WHOLE,
        "employer_type": _WORD,
        "loan_balance": _WHOLE,
        "withdrawals_12m": _WHOLE,
    },
    "real_estate": {
        "homes": pl.List(
            pl.Struct(
                {
                    "registered_on": _WORD,
                    "mortgaged_on": pl.List(_WORD),
                    "sealed": _FLAG,
                    "dispute": _FLAG,
                    "usage": _WORD,
                    "area_m2": pl.Float64(),
                    "value": _WHOLE,
                    "mortgage": _WHOLE,
                    "share": pl.Float64(),
                    "zone": _WORD,
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
                    "paid_in_capital": _WHOLE,
                    "share": pl.Float64(),
                    "industry": _WORD,
                }
            )
        ),
    },
    "tax": {
        "grade": _WORD,
        "owes": _FLAG,
        "income_declared_12m": _WHOLE,
        "sales_12m": _WHOLE,
        "sales_growth": pl.Float64(),
        "paid_12m": _WHOLE,
        "zero_filing_months": _WHOLE,
    },
    "agriculture": {
        "contract_mu": pl.Float64(),
        "transferred_in_mu": pl.Float64(),
        "subsidy_12m": _WHOLE,
        "main_crop": _WORD,
        "insured": _FLAG,
        "subsidy_years": _WHOLE,
        "net_income_per_mu": _WHOLE,
        "livestock": pl.Float64(),
        "operator_level": _WORD,
        "machinery_value": _WHOLE,
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
                    "months_late_60": _WHOLE,
                }
            )
        ),
        "guarantees": pl.List(
            pl.Struct({"balance": _WHOLE, "five_class": _WORD, "liable_as": _WORD})
        ),
        "queries": pl.List(pl.Struct({"on": _WORD, "reason": _WORD, "lender": _WORD})),
        "first_month": _DAY,
        "pay_6m": _WHOLE,
        "card_limit": _WHOLE,
        "card_used_6m": _WHOLE,
        "card_used": _WHOLE,
        "loan_balance": _WHOLE,
        "score": _WHOLE,
        "education": _WORD,
        "public_records": _WHOLE,
        "bad_debts": _WHOLE,
        "recourses": _WHOLE,
    },
    "baihang": {
        "apply_orgs_3m": _WHOLE,
        "apply_count_3m": _WHOLE,
        "open_balance": _WHOLE,
        "overdue_12m": _FLAG,
        "special_list": _FLAG,
    },
    "phone": {"name_match": _FLAG, "online_months": _WHOLE},
    "valuers": {
        "homes": _WHOLE,
        "value": _WHOLE,
        "spread": pl.Float64(),
        "assessed_on": _DAY,
    },
    "core_bank": {"accounts": _WHOLE, "not_normal": _WHOLE, "balance": _WHOLE},
    "aml": {"list_hit": _FLAG, "risk_grade": _WORD},
}

OWN: dict[str, Columns] = {
    "household": {
        "born_on": _DAY,
        "marital": _WORD,
        "lives_here": _FLAG,
        "service_area": _WORD,
        "net_worth": _WHOLE,
        "surveyed_net_income": _WHOLE,
        "surveyed_living_cost": _WHOLE,
        "declared_net_income": _WHOLE,
        "visited_on": _DAY,
        "sex": _WORD,
        "role": _WORD,
        "state": _WORD,
        "education": _WORD,
        "occupation": _WORD,
        "main_business": _WORD,
        "income_kind": _WORD,
        "members": _WHOLE,
        "born_able": pl.List(pl.Int64()),
        "private_debt": _WHOLE,
        "house_value": _WHOLE,
        "vehicle_value": _WHOLE,
        "land_mu": pl.Float64(),
        "rented_land_mu": pl.Float64(),
        "grid": _WORD,
        "served_by": _WORD,
        HOME: _WHOLE,
    },
    "products": {
        "social_card": _FLAG,
        "bill_pay": _FLAG,
        "wealth": _FLAG,
        "insurance": _FLAG,
        "gold": _FLAG,
        "large_deposit": _FLAG,
        "main_channel": _WORD,
        "season": _WORD,
        "market": _WORD,
    },
    "grid": {
        "decides_money": _WORD,
        "membership": _WORD,
        "contact": _WORD,
        "returned": _FLAG,
        "out_of_poverty": _FLAG,
    },
    "farmer_credit": {"credit_grade": _WORD},
    "reviews": {
        "valid_sheets": _WHOLE,
        "points": pl.Float64(),
        "dispersion": pl.Float64(),
        "negatives": _WHOLE,
    },
    "lists": {"flag": _WORD},
    "deposits": {
        "balance": _WHOLE,
        "average_3m": _WHOLE,
        "average_3m_before": _WHOLE,
        "average_12m": _WHOLE,
        "payroll_months_12m": _WHOLE,
        "average_1m": _WHOLE,
        "household_average_12m": _WHOLE,
        "time_deposits": _WHOLE,
        "paid_in_12m": _WHOLE,
        "paid_out_12m": _WHOLE,
        "paid_in_6m": _WHOLE,
        "paid_out_6m": _WHOLE,
        "transactions_3m": _WHOLE,
        "months_open": _WHOLE,
    },
    "payroll": {"average_6m": _WHOLE, "months_12m": _WHOLE, "employer": _WORD},
    "channels": {
        "mobile_bank": _FLAG,
        "logins_30d": _WHOLE,
        "transactions_3m": _WHOLE,
        "acquiring_12m": _WHOLE,
        "acquiring_3m": _WHOLE,
        "acquiring_3m_before": _WHOLE,
        "device_people_90d": _WHOLE,
    },
    "statements": {
        "statements": pl.List(
            pl.Struct({"days": _WHOLE, "paid_in": _WHOLE, "paid_out": _WHOLE, "balance": _WHOLE})
        ),
    },
    "own_loans": {
        "balance": _WHOLE,
        "worst_class_24m": _WORD,
        "written_off": _FLAG,
        "open_count": _WHOLE,
        "line": _WHOLE,
        "line_used": _WHOLE,
        "line_withdrawn": _FLAG,
        "used_average_6m": pl.Float64(),
        "days_past_due": _WHOLE,
        "days_past_due_12m": _WHOLE,
        "late_12m": _WHOLE,
        "overdue_most_12m": _WHOLE,
        "repaid_12m": _WHOLE,
        "repaid_by_hand_12m": _WHOLE,
        "first_late": _FLAG,
        "settled_count": _WHOLE,
        "restructured_24m": _WHOLE,
        "prepaid_90d": _FLAG,
        "products": _WORD,
        "main_kind": _WORD,
        "guaranteed_count": _WHOLE,
    },
}

COLUMNS: dict[str, Columns] = OUTSIDE | OWN


def frame(source: str, answers: Mapping[int, Mapping[str, object]]) -> pl.DataFrame:
    """The frame of one source: a row per customer who has an answer, days read from ISO."""
    wanted = COLUMNS[source]
    days = [name for name, dtype in wanted.items() if isinstance(dtype, pl.Date)]
    rows = [{"customer_id": pk, **values, **_read(values, days)} for pk, values in answers.items()]
    return pl.DataFrame(rows, schema={"customer_id": pl.Int64(), **wanted}, orient="row")


def _read(values: Mapping[str, object], days: Iterable[str]) -> dict[str, date]:
    return {name: date.fromisoformat(str(values[name])) for name in days if values.get(name)}
