"""Repayment schedules: what falls due on which day, to the fen, until the balance is zero."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction

from credit.loan_rules.rounding import half_up, half_up_to, interest_on
from credit.loan_rules.terms import Method, Period, Terms, periods_of

MOST_PERIODS = 1200  # a century of months: an instalment that needs longer never repays


@dataclass(frozen=True, slots=True)
class Instalment:
    """What one loan asks for on one day, in fen."""

    number: int
    starts_on: date
    due_on: date
    principal: int
    interest: int
    balance_after: int

    @property
    def due(self) -> int:
        """Principal and interest together, in fen."""
        return self.principal + self.interest

    @property
    def balance_before(self) -> int:
        """What is still lent during this instalment's stretch of days, in fen."""
        return self.balance_after + self.principal


def build(terms: Terms) -> tuple[Instalment, ...]:
    """The repayment schedule of a loan that is repaid as agreed.

    Principal adds up to exactly what was lent; the last instalment absorbs all rounding.
    """
    periods = periods_of(terms)
    return charge(terms, periods, terms.principal, _principals(terms, periods))


def level_instalment(terms: Terms) -> int:
    """The equal instalment, in fen, that these terms ask for."""
    if terms.instalment is not None:
        return terms.instalment
    repaying = _repaying(terms, periods_of(terms))
    return computed_level(terms, repaying, terms.principal)


def until_repaid(terms: Terms, instalment: int) -> tuple[Instalment, ...]:
    """The schedule of a fixed instalment, which runs for as long as it takes.

    ``terms.periods`` is not heeded: the number of periods is the answer, and no instalment, the
    last included, is above the fixed one. ValueError when it would never repay the loan.
    """
    if terms.method is not Method.EQUAL_INSTALMENT:
        raise ValueError("Only equal instalments can be fixed beforehand.")
    periods = periods_of(replace(terms, periods=MOST_PERIODS, instalment=instalment))
    count = periods_needed(terms, periods, terms.principal, instalment)
    return build(replace(terms, periods=count, instalment=instalment))


def charge(
    terms: Terms,
    periods: Sequence[Period],
    balance: int,
    principals: Sequence[int],
    *,
    deferred: int = 0,
) -> tuple[Instalment, ...]:
    """Instalments for a given split of principal: interest on what is still lent in each period.

    Interest of the first ``grace_interest`` instalments is asked for after them, not forgiven;
    ``deferred`` is such interest from before these periods, in fen.
    """
    instalments: list[Instalment] = []
    for period, principal in zip(periods, principals, strict=True):
        interest = interest_on(balance, terms.annual_rate, period.years)
        is_last = period is periods[-1]
        if period.number <= terms.grace_interest and not is_last:
            deferred, interest = deferred + interest, 0
        else:
            deferred, interest = 0, deferred + interest
        balance -= principal
        instalments.append(
            Instalment(period.number, period.starts_on, period.due_on, principal, interest, balance)
        )
    return tuple(instalments)


def annuity_principals(
    terms: Terms, periods: Sequence[Period], balance: int, instalment: int
) -> list[int]:
    """Principal in each period when all ask for the same instalment and the last for the rest.

    An instalment below the interest repays nothing; it never adds to the loan.
    """
    principals = []
    for period in periods[:-1]:
        planned = interest_on(balance, terms.annual_rate, period.planned_years)
        principal = min(max(instalment - planned, 0), balance)
        principals.append(principal)
        balance -= principal
    return [*principals, balance]


def periods_needed(terms: Terms, periods: Sequence[Period], balance: int, instalment: int) -> int:
    """How many periods an instalment needs to repay ``balance``; ValueError if all are too few."""
    for count, period in enumerate(periods, start=1):
        planned = interest_on(balance, terms.annual_rate, period.planned_years)
        if balance + planned <= instalment:
            return count
        if period.number > grace_of(terms):
            balance -= max(instalment - planned, 0)
    raise ValueError(f"An instalment of {instalment} fen does not repay this loan.")


def computed_level(terms: Terms, periods: Sequence[Period], balance: int) -> int:
    """The equal instalment that repays ``balance`` over ``periods``, rounded as the terms say."""
    exact = _annuity(balance, terms.annual_rate, [period.planned_years for period in periods])
    instalment = half_up_to(exact, terms.instalment_multiple)
    if not terms.evens_last:
        return instalment
    return _nearest_to_even(terms, periods, balance, instalment)


def _principals(terms: Terms, periods: Sequence[Period]) -> list[int]:
    grace = len(periods) - len(_repaying(terms, periods))
    return [0] * grace + _repaid_after_grace(terms, periods[grace:])


def _repaid_after_grace(terms: Terms, periods: Sequence[Period]) -> list[int]:
    match terms.method:
        case Method.EQUAL_INSTALMENT:
            level = terms.instalment or computed_level(terms, periods, terms.principal)
            return annuity_principals(terms, periods, terms.principal, level)
        case Method.EQUAL_PRINCIPAL:
            return _equal_principals(terms.principal, len(periods))
        case Method.STAGED_PRINCIPAL:
            return _staged_principals(terms, periods)
        case Method.INTEREST_FIRST | Method.QUARTERLY_INTEREST | Method.BULLET:
            return [0] * (len(periods) - 1) + [terms.principal]


def _equal_principals(principal: int, count: int) -> list[int]:
    share = half_up(Fraction(principal, count))
    shares, left = [], principal
    for _ in range(count - 1):
        shares.append(min(share, left))
        left -= shares[-1]
    return [*shares, left]


def _staged_principals(terms: Terms, periods: Sequence[Period]) -> list[int]:
    stages = dict(terms.stages)
    shares = [stages.get(period.number, 0) for period in periods[:-1]]
    return [*shares, terms.principal - sum(shares)]


def _repaying(terms: Terms, periods: Sequence[Period]) -> Sequence[Period]:
    """The periods after grace; without spread principal there is nothing to be patient with."""
    if terms.method not in (Method.EQUAL_INSTALMENT, Method.EQUAL_PRINCIPAL):
        return periods
    return periods[grace_of(terms) :]


def grace_of(terms: Terms) -> int:
    """How many first instalments repay nothing: who owes no interest yet owes no principal."""
    return max(terms.grace_principal, terms.grace_interest)


def _annuity(balance: int, annual_rate: Decimal, years: Sequence[Fraction]) -> Fraction:
    """The exact level payment for periods of any length; forty digits, far below a fen."""
    with localcontext(prec=40):
        discount, worth = Decimal(1), Decimal(0)
        for share in years:
            rate = annual_rate * share.numerator / share.denominator
            discount /= 1 + rate
            worth += discount
        return Fraction(balance / worth)


def _nearest_to_even(terms: Terms, periods: Sequence[Period], balance: int, instalment: int) -> int:
    """The instalment near ``instalment`` whose last sibling differs least from it."""

    def unevenness(candidate: int) -> int:
        principals = annuity_principals(terms, periods, balance, candidate)
        last = periods[-1]
        return abs(
            principals[-1]
            + interest_on(principals[-1], terms.annual_rate, last.planned_years)
            - candidate
        )

    step = terms.instalment_multiple
    best = instalment
    for direction in (step, -step):
        while best + direction > 0 and unevenness(best + direction) < unevenness(best):
            best += direction
    return best
