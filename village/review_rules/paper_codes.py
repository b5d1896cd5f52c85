"""The code on a printed sheet, by which it is keyed: a number with two digits that catch slips."""

from typing import Final

LONGEST: Final = 20
_MODULUS: Final = 97


def code_of(number: int) -> str:
    """The code of a numbered sheet, in groups of four (ISO 7064, modulus 97)."""
    check = _MODULUS + 1 - number * 100 % _MODULUS
    digits = f"{number * 100 + check:08d}"
    return " ".join(
        digits[max(0, end - 4) : end] for end in range(len(digits) % 4 or 4, len(digits) + 1, 4)
    )


def number_of(code: str) -> int | None:
    """The number behind a code as somebody typed it; None where it cannot be one.

    One wrong digit, and two that changed places, are always noticed.
    """
    digits = "".join(code.split()).replace("-", "")
    if not digits.isascii() or not digits.isdigit() or len(digits) > LONGEST:
        return None
    return int(digits) // 100 if int(digits) % _MODULUS == 1 else None
