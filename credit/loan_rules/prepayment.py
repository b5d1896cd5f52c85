"""Paying back before the day: a part, which changes the rest of the schedule, or all of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from credit.loan_rules.daycount import year_fraction
from credit.loan_rules.rounding import half_up, interest_on
from credit.loan_rules.schedule import (
    Instalment,
    annuity_principals,
    charge,
    computed_level,
    grace_of,
    periods_needed,
)
from credit.loan_rules.terms import Method, Period, Terms, periods_of


class Effect(StrEnum):
    """What the borrower wants from having paid ahead."""

    SHORTENS_TERM = "shortens_term"  # 缩短期限
    LOWERS_INSTALMENT = "lowers_instalment"  # 减少月供


@dataclass(frozen=True, slots=True)
class Prepayment:
    """A partial prepayment: what is paid that day, in fen, and the schedule afterwards.

    Interest on the prepaid principal up to the day goes with it (利随本清); what stays lent earns
    its interest at the next instalment as if nothing had happened.
    """

    on: date
    principal: int
    interest: int
    fee: int
    instalments: tuple[Instalment, ...]

    @property
    def total(self) -> int:
        """What the borrower pays on the day, in fen."""
        return self.principal + self.interest + self.fee


@dataclass(frozen=True, slots=True)
class Settlement:
    """What it takes to be free of a loan on a day, in fen; arrears come on top."""

    on: date
    principal: int
    interest: int
    fee: int

    @property
    def total(self) -> int:
        """What the borrower pays on the day, in fen."""
        return self.principal + self.interest + self.fee


def settlement(
    terms: Terms, plan: Sequence[Instalment], on: date, *, fee_rate: Decimal = Decimal(0)
) -> Settlement:
    """The full settlement figure on ``on``, everything due up to that day having been paid.

    ``fee_rate`` is a share of the principal paid ahead (提前还款违约金). ValueError outside the
    life of the loan.
    """
    remaining = _remaining(plan, on)
    current = remaining[0]
    balance = current.balance_before
    interest = _interest_so_far(terms, current, on, balance) + _deferred(terms, plan, current)
    fee = half_up(balance * Fraction(fee_rate))
    return Settlement(on, balance, interest, fee)


def prepay(
    terms: Terms,
    plan: Sequence[Instalment],
    principal: int,
    on: date,
    effect: Effect,
    *,
    fee_rate: Decimal = Decimal(0),
) -> Prepayment:
    """Pay ``principal`` fen ahead on ``on``, everything due up to that day having been paid.

    ``terms`` are the loan's own, ``plan`` its schedule now, perhaps after earlier prepayments.
    ValueError when nothing would stay lent: that is a settlement.
    """
    remaining = _remaining(plan, on)
    current = remaining[0]
    balance = current.balance_before
    if not 0 < principal < balance:
        raise ValueError("A partial prepayment is above zero and below what is still lent.")
    interest = _interest_so_far(terms, current, on, principal)
    numbers = {each.number for each in remaining}
    periods = [period for period in periods_of(terms) if period.number in numbers]
    principals = _new_principals(terms, periods, remaining, balance - principal, effect)
    deferred = _deferred(terms, plan, current)
    kept = periods[: len(principals)]
    rest = charge(terms, kept, balance - principal, principals, deferred=deferred)
    past = tuple(each for each in plan if each.number not in numbers)
    return Prepayment(on, principal, interest, half_up(principal * Fraction(fee_rate)), past + rest)


def _remaining(plan: Sequence[Instalment], on: date) -> list[Instalment]:
    remaining = [each for each in plan if each.due_on > on]
    if not remaining or on < plan[0].starts_on:
        raise ValueError(f"Nothing is lent on {on} that could be paid ahead.")
    return remaining


def _interest_so_far(terms: Terms, current: Instalment, on: date, amount: int) -> int:
    years = year_fraction(current.starts_on, on, terms.day_count, terms.ends)
    if on == current.starts_on:  # where both ends count, the day was paid for with the last one
        return 0
    return interest_on(amount, terms.annual_rate, years)


def _deferred(terms: Terms, plan: Sequence[Instalment], current: Instalment) -> int:
    """Interest of grace that has been earned before the current period and not yet asked for."""
    if current.number > terms.grace_interest + 1:
        return 0
    earlier = {each.number: each.balance_before for each in plan if each.number < current.number}
    return sum(
        interest_on(earlier[period.number], terms.annual_rate, period.years)
        for period in periods_of(terms)
        if period.number in earlier
    )


def _new_principals(
    terms: Terms,
    periods: Sequence[Period],
    remaining: Sequence[Instalment],
    balance: int,
    effect: Effect,
) -> list[int]:
    if terms.method is Method.EQUAL_INSTALMENT:
        return _new_annuity(terms, periods, remaining, balance, effect)
    planned = [each.principal for each in remaining]
    if effect is Effect.SHORTENS_TERM:
        return _struck_from_the_end(planned, balance)
    return _scaled(planned, balance)


def _new_annuity(
    terms: Terms,
    periods: Sequence[Period],
    remaining: Sequence[Instalment],
    balance: int,
    effect: Effect,
) -> list[int]:
    grace = sum(1 for each in remaining[:-1] if each.number <= grace_of(terms))
    if effect is Effect.LOWERS_INSTALMENT:
        level = computed_level(terms, periods[grace:], balance)
    else:
        level = _level_in_force(terms, periods, remaining, grace)
        periods = periods[: periods_needed(terms, periods, balance, level)]
        grace = min(grace, len(periods) - 1)
    return [0] * grace + annuity_principals(terms, periods[grace:], balance, level)


def _level_in_force(
    terms: Terms, periods: Sequence[Period], remaining: Sequence[Instalment], grace: int
) -> int:
    """The equal instalment the borrower pays now, without what a broken period adds to it."""
    first, period = remaining[grace], periods[grace]
    planned = interest_on(first.balance_before, terms.annual_rate, period.planned_years)
    return first.principal + planned


def _struck_from_the_end(planned: Sequence[int], balance: int) -> list[int]:
    kept = []
    for principal in planned:
        kept.append(min(principal, balance))
        balance -= kept[-1]
        if not balance:
            break
    return kept


def _scaled(planned: Sequence[int], balance: int) -> list[int]:
    """``planned`` in proportion, adding up to ``balance`` exactly."""
    share, asked, given = Fraction(balance, sum(planned)), 0, []
    for principal in planned:
        before = half_up(asked * share)
        asked += principal
        given.append(half_up(asked * share) - before)
    return given
