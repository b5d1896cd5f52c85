"""Money that borrowers pay: what has fallen due first, and then, if they wish, what has not.

A payment counts from the day it was received. One that is booked late, after its day was worked,
takes back the penalty it would have prevented, as long as nothing else was paid meanwhile; it
settles what had fallen due by its day and reaches no further.
"""

from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core import audit, events, fsm
from core.models import User
from credit.errors import LoanNotOwing, NoMoney, PaymentOutOfOrder, ReferenceUsed
from credit.events import LoanSettled
from credit.loan_rules.prepayment import Effect
from credit.loan_rules.waterfall import Allocation, DueKind
from credit.models import Contract, LedgerLine, Loan, Repayment
from credit.selectors import OWING
from credit.services import business_days, ledger
from credit.services.worked_loan import NOTHING_AHEAD, WorkedLoan

Account = LedgerLine.Account
PENALTY = (DueKind.PENALTY, DueKind.COMPOUND)
INTEREST = (DueKind.OVERDUE_INTEREST, DueKind.INTEREST)
PRINCIPAL = (DueKind.OVERDUE_PRINCIPAL, DueKind.PRINCIPAL)


@dataclass(frozen=True)
class Receipt:
    """Money as it arrived: fen, the day that counts, the payer's reference, the channel."""

    amount: int
    received_on: date
    reference: str
    channel: str


@dataclass(frozen=True)
class Payoff:
    """What it takes to be free of a loan on a day, fen: what has fallen due, and the rest."""

    on: date
    fallen_due: int
    principal: int
    interest: int

    @property
    def total(self) -> int:
        """What the borrower pays on the day, fen."""
        return self.fallen_due + self.principal + self.interest


def repay(
    loan_id: int,
    *,
    amount: int,
    received_on: date,
    reference: str,
    channel: str,
    actor: User | None = None,
) -> Repayment:
    """Book a payment, fen: penalty, interest and principal that have fallen due, in that order.

    What is left over pays off the whole loan where it is enough, and is otherwise owed to the
    borrower. The same reference again answers with the same payment. Raises ReferenceUsed,
    LoanNotOwing, PaymentOutOfOrder, TooFarAhead, NoMoney.
    """
    receipt = Receipt(amount, received_on, reference, channel)
    return _receive(loan_id, receipt, effect=None, actor=actor)


def prepay(
    loan_id: int,
    *,
    amount: int,
    received_on: date,
    effect: Effect,
    reference: str,
    channel: str,
    actor: User | None = None,
) -> Repayment:
    """Book a payment of which what is left over pays principal ahead, with its interest so far.

    ``effect`` says whether the term becomes shorter or the instalments lower. Otherwise as
    ``repay``; a payment ahead is never booked late.
    """
    receipt = Receipt(amount, received_on, reference, channel)
    return _receive(loan_id, receipt, effect=effect, actor=actor)


def payoff(loan: Loan, *, on: date) -> Payoff:
    """What it takes to be free of a loan on a day. Nothing is written.

    Raises LoanNotOwing, PaymentOutOfOrder for a day before the loan was last worked.
    """
    _refuse(loan, on, is_ahead=True)
    worked = WorkedLoan(loan)
    worked.work_up_to(on)
    ahead = worked.payoff(on)
    return Payoff(
        on,
        worked.fallen_due(on),
        principal=ahead.principal if ahead else 0,
        interest=ahead.interest if ahead else 0,
    )


@transaction.atomic
def _receive(
    loan_id: int, receipt: Receipt, *, effect: Effect | None, actor: User | None
) -> Repayment:
    ledger.hold_book()
    loan = Loan.objects.select_for_update(of=("self",)).get(pk=loan_id)
    known = Repayment.objects.filter(reference=receipt.reference).first()
    if known is not None:
        return _same(known, loan, receipt)
    if receipt.amount <= 0:
        raise NoMoney(_("A payment must be more than nothing."))
    _refuse(loan, receipt.received_on, is_ahead=effect is not None)
    worked = WorkedLoan(loan)
    spread = _spread(worked, receipt, effect)
    worked.save(paid_on=receipt.received_on, reference=receipt.reference)
    repayment = _booked(loan, receipt, spread, actor)
    if worked.is_clear:
        _settle(loan, on=receipt.received_on, actor=actor)
    return repayment


@dataclass(frozen=True)
class Spread:
    """Where a payment goes, fen."""

    principal: int
    interest: int
    penalty: int
    excess: int


def _spread(worked: WorkedLoan, receipt: Receipt, effect: Effect | None) -> Spread:
    """Work the loan up to the day of a payment, and let the payment settle what it can."""
    on, worked_up_to = receipt.received_on, worked.loan.worked_up_to
    if on >= worked_up_to:
        worked.work_up_to(on)
        allocation = worked.pay(receipt.amount, on)
        ahead = worked.pay_ahead(allocation.excess, on, effect)
    else:
        worked.rewind_to(on)
        allocation = worked.pay(receipt.amount, on)
        worked.work_up_to(worked_up_to)
        ahead = NOTHING_AHEAD
    return Spread(
        principal=_total(allocation, PRINCIPAL) + ahead.principal,
        interest=_total(allocation, INTEREST) + ahead.interest,
        penalty=_total(allocation, PENALTY),
        excess=allocation.excess - ahead.principal - ahead.interest,
    )


def _total(allocation: Allocation, kinds: tuple[DueKind, ...]) -> int:
    return sum(allocation.total(kind) for kind in kinds)


def _same(known: Repayment, loan: Loan, receipt: Receipt) -> Repayment:
    """A payment told of twice is one payment; two payments with one reference are a mistake."""
    if known.loan_id != loan.pk or known.amount != receipt.amount:
        raise ReferenceUsed(
            _("Reference %(reference)s was booked before, for another loan or amount.")
            % {"reference": receipt.reference}
        )
    return known


def _refuse(loan: Loan, day: date, *, is_ahead: bool) -> None:
    """Raises LoanNotOwing, PaymentOutOfOrder, TooFarAhead."""
    if loan.status not in OWING:
        raise LoanNotOwing(
            _("%(loan)s is “%(state)s”; no payment is due on it.")
            % {"loan": loan, "state": loan.get_status_display()}
        )
    newest = loan.repayments.aggregate(day=Max("received_on"))["day"]
    earliest = loan.worked_up_to if is_ahead else newest or loan.starts_on
    if day < earliest:
        raise PaymentOutOfOrder(
            _("%(day)s lies before %(earliest)s, up to which this loan is already worked or paid.")
            % {"day": day, "earliest": earliest}
        )
    stands = max(filter(None, [loan.worked_up_to, business_days.last_closed()]))
    business_days.refuse_far_ahead(day, worked=stands)


def _booked(loan: Loan, receipt: Receipt, spread: Spread, actor: User | None) -> Repayment:
    repayment = Repayment.objects.create(
        loan=loan,
        reference=receipt.reference,
        amount=receipt.amount,
        received_on=receipt.received_on,
        channel=receipt.channel,
        to_principal=spread.principal,
        to_interest=spread.interest,
        to_penalty=spread.penalty,
        excess=spread.excess,
    )
    ledger.post(
        loan,
        kind="repayment",
        reference=f"repayment:{receipt.reference}",
        business_day=receipt.received_on,
        lines={
            Account.CASH: receipt.amount,
            Account.PRINCIPAL: -spread.principal,
            Account.INTEREST: -spread.interest,
            Account.PENALTY: -spread.penalty,
            Account.BORROWER: -spread.excess,
        },
    )
    audit.record(
        loan,
        "credit.loan.repaid",
        actor=actor,
        repayment=repayment.pk,
        received_on=receipt.received_on.isoformat(),
        **asdict(spread),
    )
    return repayment


def _settle(loan: Loan, *, on: date, actor: User | None) -> None:
    """Loan and contract end together; what was drawn can be drawn again under the line."""
    with fsm.refusing(loan):
        loan.settle(on=on)
    loan.save(update_fields=["status", "settled_on"])
    audit.record(loan, "credit.loan.settled", actor=actor, on=on.isoformat())
    contract = Contract.objects.select_for_update(of=("self",)).get(drawdowns__loan=loan)
    with fsm.refusing(contract):
        contract.end()
    contract.save(update_fields=["status"])
    audit.record(contract, "credit.contract.ended", actor=actor, loan=loan.pk)
    events.publish(LoanSettled(loan_id=loan.pk))
