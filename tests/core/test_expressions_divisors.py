"""A divisor is accepted only where it is shown not to be 0."""

import pytest

from core.expressions import Catalogue, ExpressionError, Field, Kind
from core.expressions.divisors import Known, is_above_zero, unproven

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


CATALOGUE = Catalogue(
    [
        Field("age", Kind.INTEGER),
        Field("debt", Kind.MONEY),
        Field("worth", Kind.MONEY),
        Field("wage", Kind.MONEY, above_zero=True),
    ]
)


@pytest.mark.parametrize(
    "text", ["debt / worth > 2", "age > 18\n  and debt / worth > 2", "debt / (worth - debt) > n"]
)
def test_what_is_new_and_may_divide_by_zero_is_refused_and_points_at_the_divisor(text):
    with pytest.raises(ExpressionError) as refused:
        CATALOGUE.parse(text, params={"n": 2}, is_new=True)

    error = refused.value
    assert error.code == "divisor_unproven"
    divisor = error.params["divisor"]
    assert text.split("\n")[error.line - 1][error.column - 1 :].lstrip("(").startswith(divisor)
    assert divisor in error.reason
    assert CATALOGUE.parse(text, params={"n": 2})


@pytest.mark.parametrize(
    "text",
    [
        "worth > 0 and debt / worth > n",
        "debt / worth > n if worth != 0 else debt > 0",
        "worth <= 0 or debt / worth > n",
        "age / max(age, 1) > n",
        "debt / wage > n",
        "age / n > 3",
    ],
)
def test_what_is_new_may_divide_by_what_is_guarded_or_lies_above_zero(text):
    assert CATALOGUE.parse(text, params={"n": 2}, is_new=True)
