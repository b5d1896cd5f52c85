"""Bins as staff read them, beside values that are written in yuan."""

import pytest

from admission.bin_words import bin_in_words


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("< 5,000,000", "< 50,000"),
        ("1,000,000 … 2,550,050", "10,000 … 25,500.5"),
        ("≥ -300", "≥ -3"),
        ("−∞ … ∞", "−∞ … ∞"),
        ("= -1", "= -1"),
        ("≥ 1.5e+12", "≥ 1.5e+10"),
    ],
)
def test_a_bin_of_an_amount_is_written_in_yuan_and_a_code_as_it_is(label, shown):
    assert bin_in_words("dep_avg_12m", label) == shown


def test_a_bin_of_anything_else_is_as_the_card_writes_it():
    assert bin_in_words("age", "30 … 45") == "30 … 45"
    assert bin_in_words("no_feature_of_ours", "< 5,000") == "< 5,000"


def test_yes_and_no_are_words_and_nothing_is_said_so():
    assert bin_in_words("ch_mobile_bank", "true") == "是"
    assert bin_in_words("ch_mobile_bank", "false, true") == "否, 是"
    assert bin_in_words("age", "∅") != "∅"
