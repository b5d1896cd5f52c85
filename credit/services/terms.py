"""What was agreed about repaying, in the words of the loan arithmetic."""

from datetime import date
from decimal import Decimal

from credit.loan_rules.schedule import Instalment, build
from credit.loan_rules.terms import SPREADS_PRINCIPAL, Method, Terms
from credit.models import Application


def terms_of(
    application: Application,
    *,
    principal: int,
    starts_on: date,
    annual_rate: Decimal | None = None,
) -> Terms:
    """The terms of an application drawn on a day, at its own rate or, before it is priced, at the
    one given; amounts in fen."""
    return Terms(
        principal=principal,
        annual_rate=application.annual_rate if annual_rate is None else annual_rate,
        starts_on=starts_on,
        periods=application.term_months,
        method=Method(application.method),
        due_day=application.product.repayment_day,
    )


def schedule_of(
    application: Application, *, principal: int, starts_on: date
) -> tuple[Instalment, ...]:
    """The instalments of an application drawn on a day."""
    return build(terms_of(application, principal=principal, starts_on=starts_on))


def monthly_burden(application: Application, *, annual_rate: Decimal) -> int:
    """What a loan as asked for costs a month, fen: the largest instalment where principal is
    repaid along the way, else all that falls due, spread over the months until it does."""
    day, months = application.business_day, application.term_months
    amount = application.asked_amount
    terms = terms_of(application, principal=amount, starts_on=day, annual_rate=annual_rate)
    dues = [each.due for each in build(terms)]
    return max(dues) if terms.method in SPREADS_PRINCIPAL else -(-sum(dues) // months)
