"""One application from the first word to money in the account, the outside played for real."""

import pytest

from core import audit
from core.models import Outbox
from credit.models import Application, Contract, CreditLine, Drawdown
from credit.services import applications, contracts
from tests.credit import lend
from tests.credit.conftest import AT

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_small_loan_under_a_line_is_approved_signed_and_paid(bank, borrower, outside):
    line = lend.line(borrower)
    lend.authorise(borrower)
    asked = lend.application(borrower)

    applications.advance(asked.pk, at=AT)

    asked.refresh_from_db()
    assert (asked.status, asked.approved_amount) == ("signing", 30_000_00)

    lend.read_and_sign(asked)
    done = applications.advance(asked.pk, at=AT + lend.READ)

    assert done.status == Application.Status.DISBURSED
    drawdown = Drawdown.objects.get()
    assert drawdown.status == Drawdown.Status.PAID
    assert drawdown.loan.principal == 30_000_00
    assert Contract.objects.get().status == Contract.Status.EFFECTIVE
    line.refresh_from_db()
    assert line.status == CreditLine.Status.ACTIVE
    (paid,) = outside.app.bank.payments
    assert (paid.payment_no, paid.amount) == (drawdown.payment_number, "30000.00")
    assert contracts.is_unchanged(Contract.objects.get())
    assert not set(done.steps.values_list("status", flat=True)) - {"done"}
    told = set(Outbox.objects.values_list("kind", flat=True))
    assert {
        "credit.ApplicationApproved",
        "credit.ContractSigned",
        "credit.LoanDisbursed",
    } <= told
    assert list(audit.verify()) == []
