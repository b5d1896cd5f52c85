"""Loan money: looked at once more, paid once through the core bank, and what came of it.

No answer is not a no. An order that was not answered is *unknown*, settled by asking, never by
paying again. What is told apart here by three short transactions with the call between them:
ordered, called, and paid, failed or unknown.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission import selectors as admission
from admission.models import Decision
from admission.services import answering
from core import audit, events, fsm, notices, parameters
from core.models import User
from core.roles import Role
from credit import selectors
from credit.errors import CoreBankSilent, NoAccount, NothingToPay
from credit.events import LoanDisbursed
from credit.gateways import core_bank
from credit.gateways.core_bank import NoAnswer, Order, Paid, Refused, Unheard
from credit.models import Application, Contract, CreditLine, Drawdown
from credit.numbers import next_number
from credit.services import guarantors
from credit.services.lending import open_loan

PURPOSE = "application"
BETTER_WAIT = timedelta(minutes=10)  # a payment unheard of this long after its order never arrives


def way_of_payment(application: Application) -> str:
    """``self`` where the borrower may be paid, ``entrusted`` where the payee must be.

    Draws that were split to stay below the threshold count together.
    """
    if application.payee_name:
        return "entrusted"
    day = application.business_day
    kind = "_business" if application.product.is_for_business else ""
    threshold = int(parameters.number(f"payment.self_at_most{kind}", on=day))
    days = int(parameters.number("payment.splitting_days", on=day))
    before = selectors.self_paid_before(application, since=day - timedelta(days=days))
    return "entrusted" if application.approved_amount + before > threshold else "self"


def obstacles(application: Application) -> list[str]:
    """What stands between an application and its money, by code; empty when nothing does."""
    found = []
    contract = Contract.objects.filter(application=application).first()
    if contract is None or contract.status != Contract.Status.SIGNED:
        found.append("contract_not_signed")
    if application.line_id is not None:
        line = CreditLine.objects.get(pk=application.line_id)
        if not line.is_open_on(application.business_day):
            found.append("line_not_open")
        elif selectors.room_under(line, besides=application) < application.approved_amount:
            found.append("line_has_no_room")
    if _is_about_somebody_else(application):
        found.append("other_number")
    newest = admission.newest_decisions([application.customer_id], PURPOSE).first()
    if _rules_refuse(application, newest):
        found.append("rules_refuse")
    if _evidence_is_missing(application, newest):
        found.append("evidence_missing")
    if not selectors.is_visited_as_asked(application):
        found.append("visit_missing")
    if way_of_payment(application) == "entrusted" and not application.payee_account:
        found.append("payee_missing")
    return found


def _is_about_somebody_else(application: Application) -> bool:
    """Whether what was voted on was decided under another ID number, of borrower or guarantor."""
    voted_on = [application.admission, *guarantors.decisions_of(application)]
    return any(each is not None and each.under_other_number for each in voted_on)


def _rules_refuse(application: Application, newest: Decision | None) -> bool:
    """Whether the borrower was refused since what was voted on, and that refusal stands. What was
    decided about something else in between does not lift it."""
    if application.admission_id is None:
        return newest is not None and newest.outcome == Decision.Outcome.REFUSE
    since, who = application.admission_id, application.customer_id
    return admission.refusals_after(since, who, PURPOSE).exists()


def _evidence_is_missing(application: Application, newest: Decision | None) -> bool:
    """Whether a medium rule that holds of borrower or guarantor lacks its evidence: in what was
    voted on, or in what was decided since, an overridden refusal included."""
    voted_on = [application.admission, *guarantors.decisions_of(application)]
    return any(answering.evidence_missing(each) for each in {*voted_on, newest})


def disburse(application_id: int, *, at: datetime | None = None) -> Drawdown | None:
    """Pay an application's money, or find out how its payment went.

    None when something stands in the way. Never call this inside a transaction. Raises NoAccount,
    and CoreBankSilent where it does not say whether there is one.
    """
    at = at or timezone.now()
    drawdown = Drawdown.objects.filter(contract__application=application_id).first()
    if drawdown is None or drawdown.status == Drawdown.Status.FAILED:
        return _order_and_pay(application_id, at=at)
    if drawdown.status in {Drawdown.Status.PAYING, Drawdown.Status.UNKNOWN}:
        return settle_unknown(drawdown.pk, at=at)
    return drawdown


def pay_again(application_id: int, *, actor: User, at: datetime | None = None) -> Drawdown | None:
    """Staff order a payment that the core bank refused once more, under a new number.

    Raises NothingToPay unless the last one failed, NoAccount and CoreBankSilent.
    """
    newest = Drawdown.objects.filter(contract__application=application_id).first()
    if newest is None or newest.status != Drawdown.Status.FAILED:
        raise NothingToPay(_("Only a payment that failed can be ordered again."))
    audit.record(newest, "credit.drawdown.ordered_again", actor=actor)
    return _order_and_pay(application_id, at=at or timezone.now())


def settle_unknown(drawdown_id: int, *, at: datetime | None = None) -> Drawdown:
    """Ask the core bank what became of a payment. It is never paid again from here."""
    at = at or timezone.now()
    drawdown = Drawdown.objects.get(pk=drawdown_id)
    if drawdown.status not in {Drawdown.Status.PAYING, Drawdown.Status.UNKNOWN}:
        return drawdown
    found = core_bank.find(drawdown.payment_number, amount=drawdown.amount)
    if isinstance(found, Unheard):
        may_still_arrive = drawdown.sent_at is None or at - drawdown.sent_at < BETTER_WAIT
        found = NoAnswer("not yet known") if may_still_arrive else Refused("never arrived")
    return _record(drawdown.pk, found, at=at)


def _order_and_pay(application_id: int, *, at: datetime) -> Drawdown | None:
    application = Application.objects.select_related("customer").get(pk=application_id)
    account = application.payee_account or _account_of(application)
    drawdown = _ordered(application_id, at=at)
    if drawdown is None:
        return None
    answer = core_bank.pay(
        Order(
            number=drawdown.payment_number,
            payee_account=account,
            payee_name=application.payee_name or application.customer.name,
            amount=drawdown.amount,
            purpose=application.purpose,
            day=drawdown.business_day,
        )
    )
    return _record(drawdown.pk, answer, at=at)


def _account_of(application: Application) -> str:
    match core_bank.account_of(application.customer.id_number):
        case None:
            raise NoAccount(
                _("%(number)s cannot be paid: the customer has no account that can be used.")
                % {"number": application.number}
            )
        case NoAnswer():
            raise CoreBankSilent(
                _("The core bank did not answer, and nothing was paid. Try again in some minutes.")
            )
        case account:
            return account


@transaction.atomic(durable=True)
def _ordered(application_id: int, *, at: datetime) -> Drawdown | None:
    """The payment as ordered, before anybody outside hears of it: a crash after this is *unknown*.

    Line and application are held, so that two draws cannot both find the same room.
    """
    application = (
        Application.objects.select_for_update(of=("self",))
        .select_related("product")
        .get(pk=application_id)
    )
    if application.line_id is not None:
        CreditLine.objects.select_for_update(of=("self",)).get(pk=application.line_id)
    if application.status != Application.Status.READY or obstacles(application):
        return None
    contract = Contract.objects.select_for_update(of=("self",)).get(application=application)
    if contract.drawdowns.exclude(status=Drawdown.Status.FAILED).exists():
        return None
    drawdown = Drawdown(
        payment_number=next_number("P", application.business_day),
        contract=contract,
        amount=application.approved_amount,
        business_day=application.business_day,
    )
    with fsm.refusing(drawdown):
        drawdown.check_passed()
        drawdown.send(at=at)
    drawdown.save()
    audit.record(drawdown, "credit.drawdown.ordered", actor=None, amount=drawdown.amount)
    return drawdown


@transaction.atomic(durable=True)
def _record(drawdown_id: int, answer: Paid | Refused | NoAnswer, *, at: datetime) -> Drawdown:
    """Write down what the core bank said. Money that is paid becomes a loan in the same breath."""
    drawdown = (
        Drawdown.objects.select_for_update(of=("self",))
        .select_related("contract")
        .get(pk=drawdown_id)
    )
    if drawdown.status not in {Drawdown.Status.PAYING, Drawdown.Status.UNKNOWN}:
        return drawdown
    match answer:
        case Paid(reference=reference):
            _paid(drawdown, reference, at=at)
        case Refused(because=because):
            with fsm.refusing(drawdown):
                drawdown.fail(reason=because[:200])
            drawdown.save(update_fields=["status", "failure"])
            audit.record(drawdown, "credit.drawdown.failed", actor=None, because=because)
            _tell_of(drawdown, gettext_lazy("A payment failed: %(number)s"))
        case NoAnswer(because=because) if drawdown.status == Drawdown.Status.PAYING:
            with fsm.refusing(drawdown):
                drawdown.lose_sight()
            drawdown.save(update_fields=["status"])
            audit.record(drawdown, "credit.drawdown.unknown", actor=None, because=because)
    return drawdown


def _paid(drawdown: Drawdown, reference: str, *, at: datetime) -> None:
    """Payment, contract, line, application and loan move together."""
    with fsm.refusing(drawdown):
        drawdown.confirm(reference=reference, at=at)
    drawdown.save(update_fields=["status", "core_reference", "paid_at"])
    contract = Contract.objects.select_for_update(of=("self",)).get(pk=drawdown.contract_id)
    with fsm.refusing(contract):
        contract.take_effect()
    contract.save(update_fields=["status"])
    application = Application.objects.select_for_update(of=("self",)).get(
        pk=contract.application_id
    )
    with fsm.refusing(application):
        application.disburse(at=at)
    application.save(update_fields=["status", "disbursed_at"])
    _activate_line(application.line_id)
    loan = open_loan(drawdown.pk, day=drawdown.business_day)
    audit.record(drawdown, "credit.drawdown.paid", actor=None, reference=reference, loan=loan.pk)
    audit.record(application, "credit.application.disbursed", actor=None, loan=loan.number)
    events.publish(LoanDisbursed(loan_id=loan.pk))


def _activate_line(line_id: int | None) -> None:
    """The first money under a line puts it to use. A line frozen meanwhile stays frozen."""
    if line_id is None:
        return
    line = CreditLine.objects.select_for_update(of=("self",)).get(pk=line_id)
    if line.status in {CreditLine.Status.GRANTED, CreditLine.Status.SIGNED}:
        with fsm.refusing(line):
            line.activate()
        line.save(update_fields=["status"])
        audit.record(line, "credit.line.activated", actor=None)


def _tell_of(drawdown: Drawdown, text: Promise) -> None:
    notices.send(
        text,
        {"number": drawdown.payment_number},
        role=Role.APPROVER,
        level="orange",
        url="/admin/credit/drawdown/",
    )


def tell_of_missing_account(application: Application, refused: NoAccount) -> None:
    """Tell who helps the customer along, here to an account."""
    manager = application.looked_after_by
    if manager is not None:
        notices.send(
            str(refused),
            user=manager,
            level="yellow",
            url=f"/m/applications/{application.pk}/",
        )
