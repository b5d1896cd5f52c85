"""Interest as days pass: on a balance that changes, and on what is overdue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

import polars as pl

from credit.loan_rules.daycount import DayCount, Ends, year_fraction
from credit.loan_rules.rounding import MILLION, half_up, millionths

Amount = TypeVar("Amount", int, pl.Expr)  # one loan's figure, or a column of them


@dataclass(frozen=True, slots=True)
class Standing:
    """What is lent, in fen, and at which yearly rate, from a day on until the next standing."""

    since: date
    balance: int
    annual_rate: Decimal


@dataclass(frozen=True, slots=True)
class OverdueTerms:
    """What a contract says about money not paid on its day.

    Overdue and misused money cost more, but never both at once: the heavier applies. The
    multiples are dated parameters of the bank (penalty 1.3 to 1.5, misuse 1.5 to 2).
    """

    annual_rate: Decimal
    penalty_multiple: Decimal = Decimal("1.5")
    misuse_multiple: Decimal = Decimal("2")
    is_misused: bool = False
    compounds: bool = True
    grace_days: int = 0
    year_days: int = 360

    @property
    def penalty_rate(self) -> Decimal:
        """The yearly rate on overdue principal, and on overdue interest where it compounds."""
        multiple = self.penalty_multiple
        if self.is_misused:
            multiple = max(multiple, self.misuse_multiple)
        return self.annual_rate * multiple

    @property
    def penalty_millionths(self) -> int:
        """The penalty rate as columns carry it, to a millionth."""
        return millionths(self.penalty_rate)


def interest_between(
    start: date,
    end: date,
    standings: Sequence[Standing],
    *,
    day_count: DayCount = DayCount.ACTUAL_360,
    ends: Ends = Ends.FIRST_IN,
    rounds_each: bool = False,
) -> int:
    """Interest in fen from ``start`` to ``end`` on a balance or rate that changed meanwhile.

    ``standings`` are in order of day; days before the first earn nothing. The sum is rounded once
    (积数计息), or each stretch by itself with ``rounds_each``, as some contracts have it.
    """
    exact = [
        standing.balance * Fraction(standing.annual_rate) * years
        for standing, years in _stretches(start, end, standings, day_count, ends)
    ]
    if rounds_each:
        return sum(half_up(each) for each in exact)
    return half_up(sum(exact, Fraction(0)))


def _stretches(
    start: date, end: date, standings: Sequence[Standing], day_count: DayCount, ends: Ends
) -> list[tuple[Standing, Fraction]]:
    days = [standing.since for standing in standings]
    if days != sorted(days):
        raise ValueError("Standings must be given in order of day.")
    if ends is Ends.BOTH_IN:  # the day more is counted once, at the end, not in every stretch
        end, ends = end + timedelta(days=1), Ends.FIRST_IN
    found = []
    for standing, until in zip(standings, [*days[1:], end], strict=True):
        first, last = max(start, standing.since), min(end, until)
        if first < last:
            found.append((standing, year_fraction(first, last, day_count, ends)))
    return found


def days_past_due(due_on: date, as_of: date, grace_days: int = 0) -> int:
    """How many days after its day an instalment still stands unpaid; within grace none.

    Past the grace, days count from the due day and not from the end of grace.
    """
    late = (as_of - due_on).days
    return late if late > grace_days else 0


def penalty_fen(amount_days: Amount, rate_millionths: Amount, year_days: int) -> Amount:
    """Penalty in fen on overdue fen × days (积数) at a yearly rate in millionths.

    One formula for one loan and for columns. Keeping fen × days instead of fen means that closing
    every day gives the same figure as closing once. Columns must be Int128: the product of a
    large loan, years and millionths does not fit 64 bits.
    """
    return (2 * amount_days * rate_millionths + MILLION * year_days) // (2 * MILLION * year_days)
