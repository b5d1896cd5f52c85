"""Checks after disbursement."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from admission.judgement.treatment import USE_CHECK
from core import audit, fsm
from core.errors import SameHands
from core.models import User
from credit.events import LoanDisbursed
from credit.models import Loan
from postloan.errors import EvidenceMissing
from postloan.models import FIRST_CHECK, Inspection

DAYS_TO_FIRST_CHECK = 15
DAYS_TO_USE_CHECK = 90


def plan_first_check(event: LoanDisbursed) -> None:
    """Within 15 days of the draw somebody looks whether the money is used as said; and once more
    within the quarter, or before the loan ends, where a rule of its admission asked for that."""
    loan = Loan.objects.select_related(
        "village__grid__manager", "drawdown__contract__application__admission"
    ).get(pk=event.loan_id)
    _plan(loan, FIRST_CHECK, due_on=loan.starts_on + timedelta(days=DAYS_TO_FIRST_CHECK))
    admission = loan.drawdown.contract.application.admission
    if admission is not None and admission.asks_after_drawing(USE_CHECK):
        later = loan.starts_on + timedelta(days=DAYS_TO_USE_CHECK)
        _plan(loan, USE_CHECK, due_on=min(later, loan.ends_on))


def _plan(loan: Loan, kind: str, *, due_on: date) -> None:
    """A check of one kind, once, for whoever walks the village."""
    manager = loan.village.grid.manager
    Inspection.objects.get_or_create(
        loan=loan,
        kind=kind,
        due_on=due_on,
        defaults={
            "inspector": manager,
            "status": Inspection.Status.ASSIGNED if manager else Inspection.Status.PLANNED,
        },
    )


@transaction.atomic
def finish_inspection(
    inspection_id: int, *, findings: str, on: date | None = None, actor: User
) -> Inspection:
    """Bring in what was seen. Raises EvidenceMissing."""
    inspection = _locked(inspection_id)
    if not findings.strip():
        raise EvidenceMissing(_("Write down what you did and found."))
    with fsm.refusing(inspection):
        inspection.finish(findings=findings.strip(), on=on or timezone.localdate())
    if inspection.inspector is None:
        inspection.inspector = actor
    return _saved(inspection, "done", actor, "findings", "done_on", "inspector")


@transaction.atomic
def review_inspection(inspection_id: int, *, actor: User) -> Inspection:
    """Read the findings as a second person. Raises SameHands."""
    inspection = _locked(inspection_id)
    if actor.pk == inspection.inspector_id:
        raise SameHands
    with fsm.refusing(inspection):
        inspection.review(by=actor)
    return _saved(inspection, "reviewed", actor, "reviewed_by")


@transaction.atomic
def mark_overdue(day: date) -> int:
    """Mark checks whose day has passed; returns how many."""
    late = Inspection.objects.select_for_update(of=("self",)).filter(
        status__in=[Inspection.Status.PLANNED, Inspection.Status.ASSIGNED], due_on__lt=day
    )
    marked = 0
    for inspection in late:
        with fsm.refusing(inspection):
            inspection.fall_overdue()
        _saved(inspection, "overdue", None)
        marked += 1
    return marked


def _locked(inspection_id: int) -> Inspection:
    return Inspection.objects.select_for_update(of=("self",)).get(pk=inspection_id)


def _saved(inspection: Inspection, deed: str, actor: User | None, *fields: str) -> Inspection:
    inspection.save(update_fields=["status", *fields])
    audit.record(inspection, f"postloan.inspection.{deed}", actor=actor)
    return inspection
