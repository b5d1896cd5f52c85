"""Money is paid once, whatever the core bank answers or does not."""

from datetime import timedelta

import pytest

from core.models import Notice
from credit.errors import NoAccount, NothingToPay
from credit.models import Application, CreditLine, Drawdown, Loan
from credit.services import applications, disbursement, lines
from sandbox.server import core_bank
from tests.credit import lend
from tests.credit.conftest import AT

pytestmark = pytest.mark.django_db(transaction=True)
LATER = AT + timedelta(hours=1)


@pytest.fixture
def ready(bank, borrower, outside):
    """An application that is signed; the next step pays."""
    lend.line(borrower)
    lend.authorise(borrower)
    asked = lend.application(borrower)
    applications.advance(asked.pk, at=AT)
    lend.read_and_sign(asked)
    return asked


def test_a_payment_without_an_answer_is_unknown_then_settled_by_asking(ready, outside):
    outside.app.faults.set("core-bank/pay", "timeout", None)

    waiting = applications.advance(ready.pk, at=AT)

    drawdown = Drawdown.objects.get()
    assert (waiting.status, drawdown.status) == ("ready", "unknown")
    assert not Loan.objects.exists()

    outside.app.faults.clear()
    done = applications.advance(ready.pk, at=LATER)

    assert done.status == Application.Status.DISBURSED
    assert len(outside.app.bank.payments) == 1
    assert Loan.objects.count() == 1


def test_a_payment_that_never_arrived_fails_only_after_a_while(ready, outside):
    outside.app.faults.set("core-bank/pay", "500", None)
    applications.advance(ready.pk, at=AT)
    drawdown = Drawdown.objects.get()
    assert drawdown.status == "unknown"

    soon = disbursement.settle_unknown(drawdown.pk, at=AT + timedelta(minutes=1))
    late = disbursement.settle_unknown(drawdown.pk, at=LATER)

    assert (soon.status, late.status) == ("unknown", "failed")
    assert outside.app.bank.payments == []


def test_a_failed_payment_is_made_again_by_staff_alone(ready, outside, bank):
    outside.app.faults.set("core-bank/pay", "500", None)
    applications.advance(ready.pk, at=AT)
    disbursement.settle_unknown(Drawdown.objects.get().pk, at=LATER)
    outside.app.faults.clear()

    applications.advance(ready.pk, at=LATER)
    assert outside.app.bank.payments == []

    disbursement.pay_again(ready.pk, actor=bank.approvers[0], at=LATER)

    assert Application.objects.get().status == "disbursed"
    assert Drawdown.objects.filter(status="paid").count() == 1
    assert Drawdown.objects.count() == 2
    with pytest.raises(NothingToPay):
        disbursement.pay_again(ready.pk, actor=bank.approvers[0])


@pytest.fixture
def accounts(monkeypatch):
    """What the core bank says of anybody's accounts; emptied, nobody has one any more."""
    found = [{"account_no": "6217000000000000017", "status": "正常"}]
    monkeypatch.setattr(core_bank, "accounts", lambda person: {"accounts": found})
    return found


def test_without_an_account_nothing_is_paid_and_the_manager_is_told_once(ready, bank, accounts):
    open_account = accounts.pop()
    for minutes in range(3):
        waiting = applications.advance(ready.pk, at=AT + timedelta(minutes=5 * minutes))

    assert waiting.status == "ready"
    assert ready.steps.get(node="disbursement").outcome == {"waits_for": "account"}
    assert Notice.objects.filter(user=bank.manager, title__contains=ready.number).count() == 1
    assert not Drawdown.objects.exists()

    accounts.append(open_account)
    assert applications.advance(ready.pk, at=LATER).status == "disbursed"


def test_a_core_bank_that_does_not_say_has_said_nothing_of_an_account(ready, outside):
    outside.app.faults.set("core-bank/accounts", "500", None)

    applications.advance(ready.pk, at=AT)

    assert ready.steps.get(node="disbursement").outcome == {"waits_for": "payment"}
    assert not Notice.objects.filter(title__contains=ready.number).exists()


def test_staff_who_order_a_payment_again_hear_that_there_is_no_account(
    ready, outside, bank, accounts
):
    outside.app.faults.set("core-bank/pay", "500", None)
    applications.advance(ready.pk, at=AT)
    disbursement.settle_unknown(Drawdown.objects.get().pk, at=LATER)
    outside.app.faults.clear()
    accounts.clear()

    with pytest.raises(NoAccount):
        disbursement.pay_again(ready.pk, actor=bank.approvers[0], at=LATER)


def test_an_answer_about_another_payment_is_no_answer(ready, outside):
    outside.app.faults.set("core-bank/pay", "wrong", 1)

    applications.advance(ready.pk, at=AT)

    assert Drawdown.objects.get().status == "unknown"
    assert applications.advance(ready.pk, at=LATER).status == "disbursed"
    assert len(outside.app.bank.payments) == 1


def test_a_duplicated_answer_pays_once(ready, outside):
    outside.app.faults.set("core-bank/pay", "duplicate", None)

    applications.advance(ready.pk, at=AT)

    assert len(outside.app.bank.payments) == 1
    assert Loan.objects.count() == 1


def test_under_a_frozen_line_nothing_is_paid_until_it_is_thawed(ready, outside, bank):
    line = CreditLine.objects.get()
    lines.freeze(line.pk, reason="预警", actor=bank.publisher)

    stopped = applications.advance(ready.pk, at=AT)

    assert stopped.status == "ready"
    assert disbursement.obstacles(stopped) == ["line_not_open"]
    assert outside.app.bank.payments == []
    lines.thaw(line.pk, actor=bank.publisher)
    assert applications.advance(ready.pk, at=AT).status == "disbursed"


def test_a_customer_without_an_account_is_not_paid(ready, outside):
    outside.app.faults.set("core-bank/accounts", "wrong", None)

    stopped = applications.advance(ready.pk, at=AT)

    assert stopped.status == "ready"
    assert not Drawdown.objects.exists()


def test_what_is_split_to_stay_below_the_threshold_is_counted_together(ready):
    ready.refresh_from_db()
    assert disbursement.way_of_payment(ready) == "self"
    ready.approved_amount = 50_000_001

    assert disbursement.way_of_payment(ready) == "entrusted"
    assert "payee_missing" in disbursement.obstacles(ready)


def test_asking_about_a_payment_that_is_settled_changes_nothing(ready, outside):
    applications.advance(ready.pk, at=AT)
    paid = Drawdown.objects.get()

    again = disbursement.settle_unknown(paid.pk, at=LATER)

    assert (again.status, again.paid_at) == ("paid", paid.paid_at)
    assert Loan.objects.count() == 1
