"""What a loan's rate is made of: the loan prime rate in force, and the bank's points on top."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from credit.loan_rules.months import add_months

BASIS_POINT = Decimal("0.0001")
LONG_TERM_FROM = 60  # months: longer terms are priced on the five-year rate


class Repricing(StrEnum):
    """When a loan's rate follows the loan prime rate."""

    NEVER = "never"
    ANNIVERSARY = "anniversary"  # every year on the day of the first draw
    NEW_YEAR = "new_year"  # every 1 January


@dataclass(frozen=True, slots=True)
class LprQuote:
    """The loan prime rate from one day on, as yearly fractions: 0.0345, not 3.45."""

    on: date
    one_year: Decimal
    five_year: Decimal


def lpr_on(day: date, term_months: int, quotes: Sequence[LprQuote]) -> Decimal:
    """The loan prime rate in force on ``day`` for a term; ValueError before the first quote."""
    in_force = max(
        (quote for quote in quotes if quote.on <= day), key=lambda quote: quote.on, default=None
    )
    if in_force is None:
        raise ValueError(f"No loan prime rate is known for {day}.")
    return in_force.five_year if term_months > LONG_TERM_FROM else in_force.one_year


def annual_rate(day: date, bp: int, term_months: int, quotes: Sequence[LprQuote]) -> Decimal:
    """The yearly rate of a loan priced on ``day`` at ``bp`` basis points above (or below) LPR.

    The bp is what the contract holds and the bank stores; the rate follows from it. ValueError
    when points below LPR would make the rate negative.
    """
    rate = lpr_on(day, term_months, quotes) + bp * BASIS_POINT
    if rate < 0:
        raise ValueError(f"{bp} basis points would make the rate negative.")
    return rate


def repricing_days(starts_on: date, matures_on: date, repricing: Repricing) -> list[date]:
    """The days within the loan's life on which its rate is set anew."""
    if repricing is Repricing.NEVER:
        return []
    years = range(1, matures_on.year - starts_on.year + 1)
    if repricing is Repricing.ANNIVERSARY:
        days = [add_months(starts_on, 12 * n) for n in years]
    else:
        days = [date(starts_on.year + n, 1, 1) for n in years]
    return [day for day in days if day < matures_on]
