"""How old a figure is, in words."""

from datetime import UTC, date, datetime

import pytest
from django.utils.translation import override

from core import ages

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 22), "today"),
        (date(2026, 11, 21), "1 day ago"),
        (date(2026, 9, 24), "59 days ago"),
        (date(2026, 8, 22), "3 months ago"),
        (date(2024, 11, 20), "2 years ago"),
        (date(2026, 11, 23), "dated ahead"),
    ],
)
def test_an_age_is_told_in_the_largest_unit_that_still_says_something(day, words):
    with override("en"):
        assert ages.in_words(day, as_of=TODAY) == words


def test_a_figure_is_old_after_a_year_and_not_before():
    assert not ages.is_old(date(2025, 11, 22), as_of=TODAY)
    assert ages.is_old(date(2025, 11, 21), as_of=TODAY)


def test_the_day_of_an_instant_is_the_banks_day():
    assert ages.local_day(datetime(2026, 11, 21, 17, 0, tzinfo=UTC)) == TODAY
    assert ages.local_day(TODAY) == TODAY
