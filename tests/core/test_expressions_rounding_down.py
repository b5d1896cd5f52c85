"""Shares of amounts rounded down to the fen: what staff write, worked out exactly."""

from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.expressions import Catalogue, Field, Kind

CATALOGUE = Catalogue([Field("amount", Kind.MONEY), Field("months", Kind.INTEGER)])


def both(text: str, **row) -> int | None:
    expression = CATALOGUE.parse(text)
    frame = pl.DataFrame([row], schema={"amount": pl.Int64, "months": pl.Int64})
    column = frame.select(expression.column().alias("x"))["x"][0]
    assert expression.value(row) == column
    return column


@pytest.mark.parametrize(
    ("text", "amount", "fen"),
    [
        ("floor(amount * 0.29, 2)", 100, 29),  # 28.999999999999996 in floating point
        ("floor(amount * 0.5, 2)", 3, 1),
        ("amount * 0.5", 3, 2),  # without floor: half away from zero
        ("floor(amount / 12, 2)", 23, 1),
        ("floor(amount * 0.5, 2)", -3, -2),
        ("floor(amount * 0.999, -3)", 100_100_01, 9_999_000 // 100_000 * 100_000),
    ],
)
def test_down_means_down_to_the_fen(text, amount, fen):
    assert both(text, amount=amount, months=1) == fen


@given(
    amount=st.integers(-(10**10), 10**10),
    thousandths=st.integers(0, 2000),
    months=st.integers(1, 60),
)
def test_a_share_by_the_month_is_exact(amount, thousandths, months):
    text = f"floor(amount * months * ({thousandths / 1000} / 12), 2)"
    exact = Fraction(amount * months * thousandths, 12_000)
    if abs(amount * months) > 10**10:
        return

    assert both(text, amount=amount, months=months) == exact.__floor__()
