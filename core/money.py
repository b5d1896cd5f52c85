"""Money at the doors: yuan as Decimal outside, whole fen inside. Never a float."""

from decimal import ROUND_HALF_UP, Decimal

FEN_PER_YUAN = 100


def fen(yuan: Decimal | int | str) -> int:
    """``yuan`` as whole fen, half a fen upwards."""
    return int((Decimal(yuan) * FEN_PER_YUAN).quantize(Decimal(1), ROUND_HALF_UP))


def yuan(amount_fen: int) -> Decimal:
    """``amount_fen`` in yuan with two decimals."""
    return Decimal(amount_fen).scaleb(-2).quantize(Decimal("0.01"))


def wan(amount_fen: int) -> Decimal:
    """``amount_fen`` in 万元 (ten thousand yuan) with two decimals, as limits are shown."""
    return (Decimal(amount_fen) / 1_000_000).quantize(Decimal("0.01"), ROUND_HALF_UP)
