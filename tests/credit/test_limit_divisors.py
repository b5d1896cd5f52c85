"""A policy says where it divides by what may be 0, and is not put into force."""

from dataclasses import replace

import pytest

from credit import policy_words
from credit.loan_rules.limit_policy import faults, read
from credit.loan_rules.limit_texts import STANDARD, Formula
from credit.models import LimitPolicy

pytestmark = pytest.mark.usefixtures("in_english")


def with_formula(*formulas):
    return replace(STANDARD, formulas=(*STANDARD.formulas, *formulas))


def test_the_difference_of_two_facts_is_refused_at_publishing_and_says_where():
    text = with_formula(
        Formula("odd", "dti_cap * (net_worth / (annual_net_income - other_credit_debt))")
    )

    (fault,) = faults(text)

    assert (fault.part, fault.name, fault.code) == ("formulas", "odd", "divisor_unproven")
    assert "column 25" in policy_words.reason(fault)
    assert "annual_net_income - other_credit_debt" in policy_words.reason(fault)
    assert LimitPolicy(settings=text.settings()).faults()


def test_what_was_put_into_force_before_still_works():
    text = with_formula(
        Formula("odd", "dti_cap * (net_worth / (annual_net_income - other_credit_debt - 77))")
    )

    assert read(text).formulas[-1].name == "odd"


def test_a_later_formula_divides_by_an_earlier_one_that_is_kept_above_zero():
    base = Formula("base", "max(other_credit_debt, 1)")
    assert faults(with_formula(base, Formula("odd", "dti_cap * (net_worth / base)"))) == []


def a_table(text, then=1):
    return Formula(
        "by_debt",
        table={
            "inputs": [{"text": "risk_band"}, {"text": text}],
            "outputs": [{"name": "value", "kind": "money"}],
            "rows": [
                {"when": ["*", {"from": 1}], "then": [then]},
                {"when": ["*", {"to": 1}], "then": [0]},
                {"when": ["*", "?"], "then": [0]},
            ],
        },
    )


def test_the_input_of_a_table_is_named():
    (fault,) = faults(with_formula(a_table("net_worth / (annual_net_income - net_worth)")))

    said = policy_words.reason(fault)
    assert said.startswith("Input 2 of the table")
    assert "annual_net_income - net_worth" in said


def test_an_unknown_name_in_the_input_of_a_table_is_named_too():
    (fault,) = faults(with_formula(a_table("net_wort / 2")))

    assert policy_words.reason(fault).startswith("Input 2 of the table: ")


def test_the_cell_of_a_table_is_named():
    cell = "dti_cap * (net_worth / (annual_net_income - net_worth))"
    (fault,) = faults(with_formula(a_table("age", then=cell)))

    assert policy_words.reason(fault).startswith("Row 1, column 3 of the table")


def test_the_standard_policy_divides_soundly():
    assert faults(STANDARD) == []
