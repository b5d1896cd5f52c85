"""What was agreed about repaying, in the words of the loan arithmetic."""

from datetime import date

from credit.loan_rules.schedule import Instalment, build
from credit.loan_rules.terms import Method, Terms
from credit.models import Application


def terms_of(application: Application, *, principal: int, starts_on: date) -> Terms:
    """The terms of a priced application drawn on a day; amounts in fen."""
    return Terms(
        principal=principal,
        annual_rate=application.annual_rate,
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
