"""What borrowing costs all in (综合融资成本), a year, by internal rate of return.

Two figures, one flow of money. ``disclosed`` is the one for the sheet 综合融资成本明示表: the
monthly internal rate of return × 12, the same basis as the contract's rate, so that a loan without
fees discloses its own rate. ``effective`` is the daily internal rate of return compounded over a
year of 365 days (XIRR); it is shown beside and is never below a positive ``disclosed``. Flows that
do not lie whole months apart have no monthly rate; for them the disclosed figure is the effective
one brought to the monthly basis, 12 × ((1 + effective)^(1/12) − 1).

Which of the two bases the authority prescribes is to be checked against the text of the rule.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from math import log

from credit.loan_rules.months import add_months
from credit.loan_rules.schedule import Instalment

MILLIONTH = Decimal("0.000001")
CEILING = Decimal("0.24")  # courts cut what lies above
HIGHEST = 1e18  # a rate beyond which no flow is a loan
STEEPEST = 600  # growth of flows, as a power of e, beyond which a float has no room


@dataclass(frozen=True, slots=True)
class Flow:
    """Money that passes between lender and borrower on one day, in fen.

    Positive to the borrower (the draw), negative from the borrower (instalments and every fee,
    whoever receives it).
    """

    on: date
    amount: int


@dataclass(frozen=True, slots=True)
class FinancingCost:
    """The yearly all-in cost as fractions, to a millionth."""

    disclosed: Decimal
    effective: Decimal

    def exceeds(self, ceiling: Decimal = CEILING) -> bool:
        """Whether the disclosed cost is above what may be charged at all."""
        return self.disclosed > ceiling


def flows_of(
    drawn_on: date, instalments: Sequence[Instalment], fees: Sequence[Flow] = ()
) -> tuple[Flow, ...]:
    """The flows of a loan repaid as agreed; fees are negative, also those of partners."""
    lent = sum(each.principal for each in instalments)
    repaid = (Flow(each.due_on, -each.due) for each in instalments)
    return (Flow(drawn_on, lent), *repaid, *fees)


def financing_cost(flows: Sequence[Flow]) -> FinancingCost:
    """The all-in cost of a flow of money; ValueError when it has no single rate of return."""
    by_day = _net_by_day(flows)
    first = by_day[0].on
    effective = _rate([((flow.on - first).days / 365, flow.amount) for flow in by_day])
    months = _months_of(by_day)
    if months is None:
        disclosed = 12 * ((1 + effective) ** (1 / 12) - 1)
    else:
        monthly = _rate([(float(n), flow.amount) for n, flow in zip(months, by_day, strict=True)])
        disclosed = 12 * monthly
    return FinancingCost(_fraction(disclosed), _fraction(effective))


def _net_by_day(flows: Sequence[Flow]) -> list[Flow]:
    net: dict[date, int] = {}
    for flow in flows:
        net[flow.on] = net.get(flow.on, 0) + flow.amount
    by_day = [Flow(day, amount) for day, amount in sorted(net.items()) if amount]
    if not by_day or by_day[0].amount < 0 or all(flow.amount > 0 for flow in by_day):
        raise ValueError("A loan begins with money to the borrower and ends with money back.")
    return by_day


def _months_of(flows: Sequence[Flow]) -> list[int] | None:
    """Whole months of each flow since the first, or None where one lies between."""
    first, months = flows[0].on, []
    for flow in flows:
        count = (flow.on.year - first.year) * 12 + flow.on.month - first.month
        if add_months(first, count) != flow.on:
            return None
        months.append(count)
    return months


def _rate(flows: Sequence[tuple[float, int]]) -> float:
    """The rate per unit of time at which what is paid is worth what was received.

    Halving an interval cannot overshoot, as Newton's step does on short loans with large fees.
    """

    def worth(rate: float) -> float:
        return sum(amount * (1 + rate) ** -time for time, amount in flows)

    low, high = _bracket(worth, longest=flows[-1][0])
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if worth(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _bracket(worth: Callable[[float], float], longest: float) -> tuple[float, float]:
    """Two rates between which the worth to the borrower turns from a loss to a gain."""
    low, high = 0.0, 0.01
    if worth(low) < 0:
        while worth(high) < 0:
            low, high = high, high * 2
            if high > HIGHEST:
                raise ValueError("No rate of return makes these flows a loan.")
        return low, high
    low, high = -0.01, 0.0
    while worth(low) >= 0:
        low, high = low - (1 + low) / 2, low
        if -log(1 + low) * longest > STEEPEST:
            raise ValueError("No rate of return makes these flows a loan.")
    return low, high


def _fraction(rate: float) -> Decimal:
    return Decimal(rate).quantize(MILLIONTH, ROUND_HALF_UP) + 0  # no "-0.000000"
