"""A field as it was read, and the forms that values have."""

import re
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from admission.readings.lines import Line, Piece

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
DAY = re.compile(r"(\d{4})[年.\-/](\d{1,2})[月.\-/](\d{1,2})日?")
AMOUNT = re.compile(r"[￥¥]?([+-]?\d[\d,]*(?:\.\d{1,2})?)(?![\d.,]*[笔次])(万)?")
"""An amount; a number of movements (12笔) is none."""
SURE, FAIRLY_SURE = 0.95, 0.8
"""From which certainty on a field needs but a glance, and below which it is to be compared."""
DOUBTED = 0.5
"""What a value keeps of its certainty where a check speaks against it."""


@dataclass(frozen=True)
class Found:
    """One field: its value as text, how sure it is (0 to 1), and from which words it was read.

    ``doubt`` says in a code what speaks against it; ``box`` where it stands on the
    upright picture.
    """

    name: str
    value: str
    confidence: float
    phrase: str = ""
    box: tuple[float, float, float, float] | None = None
    doubt: str = ""

    @classmethod
    def of(cls, name: str, piece: Piece | None, *, doubt: str = "") -> "Found":
        """A field out of a piece; without one it is empty and nothing is sure."""
        if piece is None or not piece.value:
            return cls(name, "", 0.0)
        sure = piece.confidence * (DOUBTED if doubt else 1)
        return cls(name, piece.value, round(sure, 3), piece.phrase, piece.box, doubt)

    def doubted(self, doubt: str) -> "Found":
        """The same value, less sure."""
        if not self.value or self.doubt:
            return self
        return replace(self, confidence=round(self.confidence * DOUBTED, 3), doubt=doubt)

    def stored(self) -> dict[str, Any]:
        """The field ready for JSON."""
        return asdict(self)


def id_number_holds(number: str) -> bool:
    """Whether the last character is the one that the first seventeen demand (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
    return number[-1] == CHECK_DIGITS[total % 11]


def born_in(number: str) -> str:
    """The day of birth that an ID number names, as ISO text, whether it exists or not."""
    return f"{number[6:10]}-{number[10:12]}-{number[12:14]}"


def sex_in(number: str) -> str:
    """男 or 女, as an ID number has it."""
    return "女男"[int(number[16]) % 2]


def credit_code_holds(code: str) -> bool:
    """Whether the last sign of a unified social credit code is right (GB 32100)."""
    if any(sign not in CODE_SIGNS for sign in code):
        return False
    values = [CODE_SIGNS.index(sign) for sign in code]
    total = sum(value * weight for value, weight in zip(values, CODE_WEIGHTS, strict=False))
    return values[-1] == (31 - total % 31) % 31


def day_in(text: str) -> str:
    """The first day that a text names, as ISO text; empty where it names none that exists."""
    match = DAY.search(text)
    if match is None:
        return ""
    try:
        return date(*map(int, match.groups())).isoformat()
    except ValueError:
        return ""


def yuan_in(text: str) -> str:
    """The first amount that a text names, in yuan with two decimals; empty where it names none."""
    match = AMOUNT.search(text)
    if match is None:
        return ""
    try:
        amount = Decimal(match[1].replace(",", ""))
    except InvalidOperation:
        return ""
    return f"{amount * (10_000 if match[2] else 1):.2f}"


def turned(piece: Piece | None, into: Any) -> Piece | None:
    """A piece with its value brought into its form; None where it has none."""
    if piece is None:
        return None
    value = into(piece.value)
    return replace(piece, value=value) if value else None


def piece_of(found: tuple[re.Match[str], Line] | None, group: int = 0) -> Piece | None:
    """The piece that a pattern found."""
    return None if found is None else Piece.of(found[0][group], found[1])
