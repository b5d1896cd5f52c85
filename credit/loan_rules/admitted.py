"""What admission leaves of a limit."""

from decimal import Decimal

YUAN = 100


def lowered(limit: int, *, factor: Decimal, already: Decimal = Decimal(1)) -> int:
    """``limit`` (fen) times ``factor``, in whole yuan; what ``already`` took off stays off once.

    A limit that was lowered to seven tenths and is to be lowered to seven tenths stays; to be
    lowered to a half, it comes to half of what it was before.
    """
    if already <= 0 or factor >= already:
        return limit
    return int(limit * factor / already) // YUAN * YUAN
