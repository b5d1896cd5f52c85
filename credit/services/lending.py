"""A loan begins when its money is paid."""

from datetime import date

from django.db import transaction

from core import audit, parameters
from credit.loan_rules.schedule import Instalment as Planned
from credit.models import Drawdown, Instalment, LedgerLine, Loan
from credit.numbers import next_number
from credit.services import ledger
from credit.services.terms import schedule_of

Account = LedgerLine.Account


@transaction.atomic
def open_loan(drawdown_id: int, *, day: date) -> Loan:
    """The loan of a drawdown that was paid on ``day``, with its instalments and first entry.

    Asked again for the same drawdown it answers with the same loan. Raises ParameterUnknown
    when no penalty factor is in force on that day.
    """
    ledger.hold_book()
    drawdown = Drawdown.objects.select_for_update(of=("self",)).get(pk=drawdown_id)
    found = Loan.objects.filter(drawdown=drawdown).first()
    if found is not None:
        return found
    loan = _begun(drawdown, day)
    ledger.post(
        loan,
        kind="disbursement",
        reference=f"disbursement:{drawdown.payment_number}",
        business_day=day,
        lines={Account.PRINCIPAL: loan.principal, Account.CASH: -loan.principal},
    )
    audit.record(
        loan, "credit.loan.opened", actor=None, principal=loan.principal, drawdown=drawdown.pk
    )
    return loan


def _begun(drawdown: Drawdown, day: date) -> Loan:
    application = drawdown.contract.application
    plan = schedule_of(application, principal=drawdown.amount, starts_on=day)
    loan = Loan.objects.create(
        number=next_number("L", day),
        drawdown=drawdown,
        customer_id=application.customer_id,
        product_id=application.product_id,
        principal=drawdown.amount,
        principal_left=drawdown.amount,
        annual_rate=application.annual_rate,
        penalty_factor=parameters.number("penalty.overdue_factor", on=day),
        method=application.method,
        starts_on=day,
        ends_on=plan[-1].due_on,
        worked_up_to=day,
    )
    Instalment.objects.bulk_create([_row(loan, planned) for planned in plan])
    return loan


def _row(loan: Loan, planned: Planned) -> Instalment:
    return Instalment(
        loan=loan,
        number=planned.number,
        due_on=planned.due_on,
        principal=planned.principal,
        interest=planned.interest,
    )
