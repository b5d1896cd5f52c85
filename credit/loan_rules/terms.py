"""What was agreed about repaying one loan, and on which days its instalments fall."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from credit.loan_rules.daycount import DayCount, Ends, year_fraction
from credit.loan_rules.months import MonthEnd, add_months, day_in_month


class Method(StrEnum):
    """How principal and interest are spread over the term."""

    EQUAL_INSTALMENT = "equal_instalment"  # 等额本息
    EQUAL_PRINCIPAL = "equal_principal"  # 等额本金
    INTEREST_FIRST = "interest_first"  # 先息后本, interest by the month
    QUARTERLY_INTEREST = "quarterly_interest"  # 按季付息, principal at maturity
    BULLET = "bullet"  # 到期一次还本付息
    STAGED_PRINCIPAL = "staged_principal"  # 阶段还本


class Unit(StrEnum):
    """In what the length of a period is measured."""

    MONTH = "month"
    WEEK = "week"
    DAY = "day"


class InterestBy(StrEnum):
    """Whether a whole month costs a twelfth of the year, or as much as it has days."""

    PERIOD = "period"  # whole months annual/12, broken periods by days
    DAYS = "days"  # every period by days


SETTLEMENT_MONTHS = {Method.INTEREST_FIRST: 1, Method.QUARTERLY_INTEREST: 3}
SPREADS_PRINCIPAL = frozenset(
    {Method.EQUAL_INSTALMENT, Method.EQUAL_PRINCIPAL, Method.STAGED_PRINCIPAL}
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What borrower and bank agreed about repayment; amounts in fen, rate as a yearly fraction.

    ``periods`` × ``every`` ``unit`` is the length of the loan. Where principal is spread, it is
    also the number of instalments; interest-only loans pay on each settlement day 结息日 until
    maturity, and a bullet pays once.
    """

    principal: int
    annual_rate: Decimal
    starts_on: date
    periods: int
    method: Method = Method.EQUAL_INSTALMENT
    every: int = 1
    unit: Unit = Unit.MONTH
    due_day: int | None = None  # fixed repayment day of the month, 1 to 31
    first_due_on: date | None = None  # otherwise the due day in the month after the start
    matures_on: date | None = None  # where the last instalment falls on a day of its own
    day_count: DayCount = DayCount.ACTUAL_360
    ends: Ends = Ends.FIRST_IN
    interest_by: InterestBy = InterestBy.PERIOD
    month_end: MonthEnd = MonthEnd.CLAMP
    grace_principal: int = 0  # first instalments that ask for interest only
    grace_interest: int = 0  # first instalments that ask for no interest yet, only later
    stages: tuple[
        tuple[int, int], ...
    ] = ()  # (instalment number, principal); the last has the rest
    instalment: int | None = None  # an equal instalment agreed beforehand instead of computed
    instalment_multiple: int = 1  # 100 rounds the equal instalment to whole yuan
    evens_last: bool = False  # move the instalment by a fen where that brings the last one closer
    levels_broken: bool = False  # a broken period is part of the equal instalment, not on top of it

    def __post_init__(self) -> None:
        """Refuse terms that no schedule can follow; ValueError says which."""
        self._check_amounts()
        self._check_days()
        if max(self.grace_principal, self.grace_interest) >= self.periods:
            raise ValueError("Grace must end before the last instalment.")
        if min(self.grace_principal, self.grace_interest) < 0:
            raise ValueError("A number of grace periods cannot be negative.")
        self._check_stages()

    def _check_amounts(self) -> None:
        if self.principal <= 0:
            raise ValueError("The principal of a loan must be positive.")
        if not 0 <= self.annual_rate < 10:
            raise ValueError("The annual rate is a fraction between 0 and 10: 0.0485, not 4.85.")
        if self.periods < 1 or self.every < 1:
            raise ValueError("A loan has at least one period of at least one unit.")
        if self.instalment_multiple < 1 or (self.instalment is not None and self.instalment <= 0):
            raise ValueError("An instalment and its rounding must be positive.")

    def _check_days(self) -> None:
        if self.due_day is not None and not 1 <= self.due_day <= 31:
            raise ValueError("The repayment day lies between 1 and 31.")
        if self.unit is not Unit.MONTH and (self.due_day or self.method in SETTLEMENT_MONTHS):
            raise ValueError("Repayment days of the month need periods in months.")
        for day in (self.first_due_on, self.matures_on):
            if day is not None and day <= self.starts_on:
                raise ValueError("Nothing can fall due before the loan has begun.")

    def _check_stages(self) -> None:
        numbers = [number for number, _ in self.stages]
        if self.stages and self.method is not Method.STAGED_PRINCIPAL:
            raise ValueError("Only staged principal has stages.")
        if numbers != sorted(set(numbers)) or any(not 1 <= n <= self.periods for n in numbers):
            raise ValueError("Stages name each instalment once, in order, within the term.")
        amounts = [amount for _, amount in self.stages]
        if any(amount < 0 for amount in amounts) or sum(amounts) > self.principal:
            raise ValueError("Stages repay at most the principal.")


@dataclass(frozen=True, slots=True)
class Period:
    """The stretch of days that one instalment pays for."""

    number: int
    starts_on: date
    due_on: date
    years: Fraction  # what is charged, as a share of a year
    planned_years: Fraction  # what the split of an equal instalment reckons with


def periods_of(terms: Terms) -> tuple[Period, ...]:
    """Every instalment's stretch of days, in order and without gaps."""
    periods: list[Period] = []
    starts_on = terms.starts_on
    for number, (due_on, months) in enumerate(_due_days(terms), start=1):
        if due_on <= starts_on:
            raise ValueError(f"Instalment {number} would fall due on {due_on}, before it begins.")
        years = year_fraction(starts_on, due_on, terms.day_count, terms.ends)
        planned = years
        if terms.unit is Unit.MONTH and terms.interest_by is InterestBy.PERIOD:
            if months is not None:
                years = planned = Fraction(months, 12)
            elif not terms.levels_broken:
                planned = Fraction(terms.every, 12)
        periods.append(Period(number, starts_on, due_on, years, planned))
        starts_on = due_on
    return tuple(periods)


def maturity_of(terms: Terms) -> date:
    """The day on which the loan ends by contract."""
    if terms.method in SPREADS_PRINCIPAL:
        return _due_days(terms)[-1][0]
    return terms.matures_on or _steps_after(terms, terms.starts_on, terms.periods)


def _due_days(terms: Terms) -> list[tuple[date, int | None]]:
    """Due days, each with its length in whole months, or None where it is broken."""
    if terms.method is Method.BULLET:
        end, nominal = maturity_of(terms), _steps_after(terms, terms.starts_on, terms.periods)
        return [(end, terms.periods * terms.every if end == nominal else None)]
    if terms.method in SETTLEMENT_MONTHS:
        return _settlement_days(terms)
    return _instalment_days(terms)


def _instalment_days(terms: Terms) -> list[tuple[date, int | None]]:
    if terms.first_due_on is None:
        steps = range(1, terms.periods + 1)
        found = [_steps_after(terms, terms.starts_on, n, terms.due_day) for n in steps]
    else:
        first, day = terms.first_due_on, terms.due_day
        found = [first] + [_steps_after(terms, first, n, day) for n in range(1, terms.periods)]
    days: list[tuple[date, int | None]] = [(day, terms.every) for day in found]
    if found[0] != _steps_after(terms, terms.starts_on, 1):
        days[0] = (found[0], None)
    if terms.matures_on is not None and terms.matures_on != found[-1]:
        days[-1] = (terms.matures_on, None)
    return days


def _settlement_days(terms: Terms) -> list[tuple[date, int | None]]:
    """Settlement days until maturity; with a due day quarters end in March, June, September …"""
    end, step = maturity_of(terms), SETTLEMENT_MONTHS[terms.method]
    fixed = terms.due_day is not None or terms.first_due_on is not None
    anchor = _first_settlement(terms, step) if fixed else terms.starts_on
    day = terms.due_day or anchor.day
    days: list[tuple[date, int | None]] = []
    before, steps = terms.starts_on, 0 if fixed else 1
    while True:
        due = _months_after(terms, anchor, step * steps, day) if steps else anchor
        whole = steps > 0 or due == _months_after(terms, terms.starts_on, step)
        if due >= end:
            months = (
                step if whole and due == end else _rest_in_months(terms, before, end, step, day)
            )
            return [*days, (end, months)]
        days.append((due, step if whole else None))
        before, steps = due, steps + 1


def _rest_in_months(terms: Terms, before: date, end: date, step: int, day: int) -> int | None:
    """The stretch before maturity when it is whole months though less than a full step."""
    for months in range(1, step):
        if _months_after(terms, before, months, day) == end:
            return months
    return None


def _first_settlement(terms: Terms, step: int) -> date:
    if terms.first_due_on is not None:
        return terms.first_due_on
    month = terms.starts_on.replace(day=1)
    while True:
        due = day_in_month(month.year, month.month, terms.due_day or 1, terms.month_end)
        if month.month % step == 0 and due > terms.starts_on:
            return due
        month = add_months(month, 1)


def _steps_after(terms: Terms, start: date, steps: int, day: int | None = None) -> date:
    count = steps * terms.every
    match terms.unit:
        case Unit.MONTH:
            return _months_after(terms, start, count, day)
        case Unit.WEEK:
            return start + timedelta(weeks=count)
        case Unit.DAY:
            return start + timedelta(days=count)


def _months_after(terms: Terms, start: date, months: int, day: int | None = None) -> date:
    return add_months(start, months, day=day, month_end=terms.month_end)
