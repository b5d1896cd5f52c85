"""Where fractions of a fen go: half a fen upwards, once, at the end of a calculation."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

MILLION = 1_000_000


def half_up(amount: Fraction) -> int:
    """``amount`` fen as whole fen, half a fen upwards."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def half_up_to(amount: Fraction, multiple: int) -> int:
    """``amount`` fen to the nearest ``multiple`` fen, half upwards."""
    return half_up(amount / multiple) * multiple


def interest_on(balance: int, annual_rate: Decimal, years: Fraction) -> int:
    """Interest in whole fen on ``balance`` fen over ``years`` at ``annual_rate``."""
    return half_up(balance * Fraction(annual_rate) * years)


def millionths(annual_rate: Decimal) -> int:
    """A yearly rate as whole millionths, the form in which columns carry it: 0.0485 → 48500."""
    return int((annual_rate * MILLION).quantize(Decimal(1), ROUND_HALF_UP))
