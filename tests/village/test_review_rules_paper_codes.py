"""Codes on paper: what is copied wrong is noticed."""

import pytest

from village.review_rules.paper_codes import code_of, number_of


@pytest.mark.parametrize("number", [1, 96, 97, 4711, 999_999, 123_456_789_012])
def test_a_code_leads_back_to_its_number_however_it_is_written(number):
    code = code_of(number)

    assert number_of(code) == number_of(code.replace(" ", "")) == number
    assert number_of(f" {code.replace(' ', '-')} ") == number
    assert all(len(each) == 4 for each in code.split()[1:])


def test_one_wrong_digit_and_two_that_changed_places_are_noticed():
    digits = code_of(481_516).replace(" ", "")

    for at, digit in enumerate(digits):
        for other in "0123456789".replace(digit, ""):
            assert number_of(digits[:at] + other + digits[at + 1 :]) is None
    for at in range(len(digits) - 1):
        one, two = digits[at], digits[at + 1]
        if one != two:
            assert number_of(digits[:at] + two + one + digits[at + 2 :]) is None


@pytest.mark.parametrize("typed", ["", " ", "abc", "１２３４", "9" * 21, "-"])
def test_what_is_no_code_has_no_number(typed):
    assert number_of(typed) is None
