from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visits.findings import Findings, surveyed_limit

YUAN = 100
FOUND = Findings(
    met="测试户主",
    seen_on=date(2026, 3, 2),
    income_year=90_000 * YUAN,
    operating_cost_year=20_000 * YUAN,
    living_cost_year=30_000 * YUAN,
    debt_service_year=10_000 * YUAN,
    assets=200_000 * YUAN,
    debts=40_000 * YUAN,
    need=50_000 * YUAN,
    term_months=24,
)
amounts = st.integers(min_value=0, max_value=10**11)


@pytest.mark.parametrize(
    ("change", "limit", "bound_by"),
    [
        ({}, 42_000, "cash_flow"),
        ({"term_months": 36}, 50_000, "need"),
        ({"term_months": 36, "need": 90_000 * YUAN}, 63_000, "cash_flow"),
        ({"term_months": 60, "need": 90_000 * YUAN}, 80_000, "net_worth"),
        ({"income_year": 0}, 0, "cash_flow"),
        ({"debts": 300_000 * YUAN}, 0, "net_worth"),
    ],
)
def test_the_smallest_of_cash_flow_worth_and_need_decides(change, limit, bound_by):
    surveyed = surveyed_limit(replace(FOUND, **change))

    assert (surveyed.amount, surveyed.bound_by) == (limit * YUAN, bound_by)


@given(income=amounts, cost=amounts, assets=amounts, debts=amounts, need=amounts)
def test_a_limit_is_never_negative_and_never_more_than_needed(income, cost, assets, debts, need):
    found = replace(
        FOUND, income_year=income, living_cost_year=cost, assets=assets, debts=debts, need=need
    )

    assert 0 <= surveyed_limit(found).amount <= need


@given(more=amounts)
def test_earning_more_never_lowers_the_limit(more):
    richer = replace(FOUND, income_year=FOUND.income_year + more)

    assert surveyed_limit(richer).amount >= surveyed_limit(FOUND).amount
