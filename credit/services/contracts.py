"""The contract: drawn up, shown, read, signed, sealed; and whether it is still what was signed."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, documents, events, fsm, parameters, seals
from core.errors import MoveNotAllowed
from core.models import Document
from credit.errors import CostNotRead
from credit.events import ContractSigned, CostSheetShown
from credit.models import Application, Contract, CreditLine
from credit.numbers import next_number
from credit.services import papers, phone_binding
from credit.services.costs import CostSheet, cost_sheet
from credit.services.terms import schedule_of


@dataclass(frozen=True)
class Paper:
    """A contract as drawn up: its number, the printed document, and the sheet of costs in it."""

    number: str
    document: Document
    sheet: CostSheet


@dataclass(frozen=True)
class Signature:
    """How a customer signed: by what means, and the reference under which proof of it is kept."""

    method: str  # "sms", "face", "counter"
    reference: str


def draw_up(application: Application) -> Paper:
    """Print the contract of an approved application. Slow; never inside a transaction."""
    day = application.business_day
    number = next_number("C", day)
    instalments = schedule_of(application, principal=application.approved_amount, starts_on=day)
    sheet = cost_sheet(application, instalments, drawn_on=day)
    printed = papers.contract(application, number=number, sheet=sheet, instalments=instalments)
    document = documents.store(
        printed, name=f"{number}.pdf", content_type="application/pdf", by=None
    )
    return Paper(number, document, sheet)


def send(application: Application, paper: Paper, *, at: datetime) -> Contract:
    """Put the papers before the customer; the caller holds the application."""
    contract = Contract(
        number=paper.number,
        application=application,
        document=paper.document,
        cost_sheet=paper.sheet.stored(),
    )
    with fsm.refusing(contract):
        contract.send(at=at)
    contract.save()
    audit.record(contract, "credit.contract.sent", actor=None, document=paper.document.address)
    return contract


@transaction.atomic
def show_cost_sheet(contract_id: int, *, at: datetime) -> Contract:
    """The sheet of all-in financing cost is on the customer's screen; reading time begins."""
    contract = Contract.objects.select_for_update(of=("self",)).get(pk=contract_id)
    if contract.cost_shown_at is None:
        contract.cost_shown_at = at
        contract.save(update_fields=["cost_shown_at"])
        audit.record(contract, "credit.contract.cost_shown", actor=None, at_time=at.isoformat())
        events.publish(CostSheetShown(application_id=contract.application_id))
    return contract


def sign(contract_id: int, *, signature: Signature, at: datetime) -> Contract:
    """The customer signs what they read; the bank seals paper and evidence together.

    Raises CostNotRead before the reading time is over, PhoneNotBound while a rule of admission
    wants another number, SealMissing.
    """
    contract = Contract.objects.select_related("application__admission", "document").get(
        pk=contract_id
    )
    _must_have_read(contract, at)
    _must_be_open(contract)
    phone_binding.must_be_bound(contract.application)
    printed = documents.content(contract.document)
    evidence = _evidence(contract, printed, signature, at)
    sealed = seals.seal(printed, evidence=evidence, reason=f"个人借款合同 {contract.number}")
    document = documents.store(
        sealed, name=f"{contract.number}-signed.pdf", content_type="application/pdf", by=None
    )
    return _signed(contract_id, document, evidence, at=at)


@transaction.atomic
def _signed(
    contract_id: int, document: Document, evidence: dict[str, Any], *, at: datetime
) -> Contract:
    contract = Contract.objects.select_for_update(of=("self",)).get(pk=contract_id)
    with fsm.refusing(contract):
        contract.sign(document=document, signature=evidence, at=at)
    contract.save(update_fields=["status", "signed_document", "signature", "signed_at"])
    _sign_line(contract.application.line_id)
    audit.record(contract, "credit.contract.signed", actor=None, document=document.address)
    events.publish(ContractSigned(application_id=contract.application_id))
    return contract


def is_unchanged(contract: Contract) -> bool:
    """Whether the sealed contract, and the evidence stored beside it, are what was signed."""
    sealed = documents.content(contract.signed_document)
    if not seals.check(sealed).holds:
        return False
    return seals.evidence_in(sealed) == contract.signature


def reading_seconds_left(contract: Contract, *, at: datetime) -> int:
    """How long the customer still has to read before they may sign."""
    needed = int(parameters.number("cost.reading_seconds", on=contract.application.business_day))
    if contract.cost_shown_at is None:
        return needed
    over = contract.cost_shown_at + timedelta(seconds=needed)
    return max(-int((at - over).total_seconds() // 1), 0)


def _must_have_read(contract: Contract, at: datetime) -> None:
    if contract.cost_shown_at is None:
        raise CostNotRead(_("Look at the sheet of all-in financing cost first."))
    left = reading_seconds_left(contract, at=at)
    if left > 0:
        raise CostNotRead(
            _("Please read the sheet of all-in financing cost; you can sign in %(left)d s.")
            % {"left": left}
        )


def _must_be_open(contract: Contract) -> None:
    """Refuse early what the transition would refuse, before a seal is spent on it."""
    if contract.status != Contract.Status.SENT:
        raise MoveNotAllowed(
            _("%(contract)s is “%(state)s”; it cannot be signed.")
            % {"contract": contract, "state": contract.get_status_display()}
        )


def _evidence(
    contract: Contract, printed: bytes, signature: Signature, at: datetime
) -> dict[str, Any]:
    """What proves that this person signed this paper: kept in the paper, under the seal."""
    return {
        "contract": contract.number,
        "document_sha256": hashlib.sha256(printed).hexdigest(),
        "customer": contract.application.customer_id,
        "cost_shown_at": contract.cost_shown_at.isoformat(),
        "annualised_cost": contract.cost_sheet["disclosed"],
        "signed_at": at.isoformat(),
        "method": signature.method,
        "reference": signature.reference,
    }


def _sign_line(line_id: int | None) -> None:
    """The first contract under a line signs the line too."""
    if line_id is None:
        return
    line = CreditLine.objects.select_for_update(of=("self",)).get(pk=line_id)
    if line.status == CreditLine.Status.GRANTED:
        with fsm.refusing(line):
            line.sign()
        line.save(update_fields=["status"])
        audit.record(line, "credit.line.signed", actor=None)
