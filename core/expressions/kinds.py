"""What a value can be, and the bounds within which it is calculated with exactly."""

from dataclasses import dataclass
from enum import StrEnum

SAFE = 2**53 - 1
"""The largest whole number (also of fen: 90 trillion yuan) a row may hold; beyond it is unknown.

Up to here whole numbers and floats hold the same value, so one applicant and a county agree.
"""

AS_GOOD_AS_ZERO = 1e-9
"""A divisor nearer to zero than this is taken for zero: the quotient is unknown."""


NEARLY_WHOLE = 1e-5
"""A share of an amount so little below a whole fen is that fen: only floating point lies between.

Exact up to 100 million yuan for shares of up to three decimals, also by the month.
"""


class Kind(StrEnum):
    """What a value is: a yes-or-no, a whole number, a ratio, an amount, a word or a day.

    DECIMAL is calculated as float. MONEY is whole fen in rows and results, yuan in written rules.
    """

    BOOL = "bool"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    TEXT = "text"
    DATE = "date"

    @property
    def is_a_number(self) -> bool:
        """Whether it is a plain number; an amount of money is not."""
        return self in (Kind.INTEGER, Kind.DECIMAL)

    @property
    def is_calculated(self) -> bool:
        """Whether arithmetic can be done with it."""
        return self in (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY)

    @property
    def is_ordered(self) -> bool:
        """Whether one can be less than another; yes-or-no and words have no order."""
        return self.is_calculated or self is Kind.DATE


@dataclass(frozen=True)
class Field:
    """One thing known (or not known) about an applicant, by the name used in rules.

    ``choices`` are all the words a TEXT field may hold; a rule naming another is refused.
    ``above_zero`` says of a number that it lies above 0 wherever it is known.
    """

    name: str
    kind: Kind
    label: str = ""
    source: str = ""
    unit: str = ""
    example: object = None
    choices: tuple[str, ...] = ()
    above_zero: bool = False
