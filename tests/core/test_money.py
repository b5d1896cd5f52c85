from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import money
from core.templatetags.money import percent, wan, yuan


@given(st.integers(min_value=-(10**14), max_value=10**14))
def test_fen_survive_the_way_to_yuan_and_back(amount):
    assert money.fen(money.yuan(amount)) == amount


@pytest.mark.parametrize(
    ("given_yuan", "fen"), [("0.005", 1), ("0.004", 0), (1, 100), ("59500", 5950000)]
)
def test_half_a_fen_goes_up(given_yuan, fen):
    assert money.fen(given_yuan) == fen


def test_amounts_are_shown_as_people_read_them():
    assert yuan(1234500) == "12,345.00"
    assert wan(5_950_000) == "5.95"
    assert percent(Decimal("0.0485")) == "4.85%"
    assert yuan(None) == wan(None) == percent(None) == "—"
