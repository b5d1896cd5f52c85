"""What commands that bring in files have in common."""

from datetime import date

import pytest
from django.core.management.base import CommandError

from core.management.work import day_of


def test_a_day_is_read_as_it_is_typed_and_none_where_none_was():
    assert day_of("2026-06-30") == date(2026, 6, 30)
    assert day_of(None) is None


@pytest.mark.parametrize("typed", ["2026-02-30", "yesterday", "30.6.2026", ""])
def test_what_is_no_day_is_refused_with_how_to_write_one(typed):
    with pytest.raises(CommandError, match="2026-06-30"):
        day_of(typed)
