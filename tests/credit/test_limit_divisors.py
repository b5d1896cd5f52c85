"""A divisor is accepted only where it is shown not to be 0, and a fault says where it stands."""

from dataclasses import replace

import pytest

from credit import policy_words
from credit.loan_rules.limit_divisors import Known, is_above_zero, unproven
from credit.loan_rules.limit_policy import faults, read
from credit.loan_rules.limit_texts import STANDARD, Formula
from credit.models import LimitPolicy

pytestmark = pytest.mark.usefixtures("in_english")
KNOWN = Known(figures={"share": 0.5, "nothing": 0}, above_zero={"base"})


@pytest.mark.parametrize(
    "text",
    [
        "x / 12",
        "x / -3",
        "x / share",
        "x / max(y, 1)",
        "x / (max(y, 0) + 1)",
        "x / min(max(y, 2), 5)",
        "x / base",
        "x / y if y != 0 else 0",
        "x / y if y > 0 else 0",
        "x / y if 0 < y else 0",
        "0 if y == 0 else x / y",
        "0 if y <= 0 else x / y",
        "x / (a - b) if a > b else 0",
        "x / (a - b) if a != b else 0",
        "0 if a == b else x / (b - a)",
        "0 if y == 0 or z == 0 else x / y + x / z",
        "x / y if not y == 0 else 0",
        "y > 0 and x / y > 2",
        "y == 0 or x / y > 2",
        "x / (3 if y > 1 else 2)",
    ],
)
def test_what_cannot_be_zero_may_be_divided_by(text):
    assert unproven(text, KNOWN) == []


@pytest.mark.parametrize(
    ("text", "divisor", "column"),
    [
        ("x / (a - b)", "a - b", 6),
        ("x / y", "y", 5),
        ("x / nothing", "nothing", 5),
        ("x / max(y, 0)", "max(y, 0)", 5),
        ("x / max(y, z)", "max(y, z)", 5),
        ("x / min(y, 1)", "min(y, 1)", 5),
        ("x / y if y >= 0 else 0", "y", 5),
        ("x / y if y != 1 else 0", "y", 5),
        ("0 if y != 0 else x / y", "y", 22),
        ("x / y if z > 0 else 0", "y", 5),
        ("x / (a - b) if a >= b else 0", "a - b", 6),
        ("x / y if y > 0 or z > 0 else 0", "y", 5),
        ("y > 0 or x / y > 2", "y", 14),
        ("  x / y", "y", 7),
        ("1 + x / (2 * y)", "2 * y", 10),
    ],
)
def test_what_can_be_zero_is_found_with_its_place(text, divisor, column):
    ((found),) = unproven(text, KNOWN)

    assert (found.text, found.column) == (divisor, column)


def test_a_formula_kept_above_zero_may_be_divided_by():
    assert is_above_zero("max(y, 1)", KNOWN)
    assert not is_above_zero("y", KNOWN)
    assert not is_above_zero("max(y, 0)", KNOWN)


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
