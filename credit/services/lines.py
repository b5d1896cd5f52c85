"""Credit lines after they were granted: confirmed by a visit, frozen, thawed, ended."""

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, events, fsm
from core.errors import DomainError
from core.models import User
from credit.events import LineConfirmed, LineFrozen
from credit.models import CreditLine, LimitDecision
from credit.services import granting
from visits.events import VisitAccepted
from visits.models import VisitTask


class ReasonMissing(DomainError):
    """A line is not frozen without saying why."""

    code = "reason_missing"


@transaction.atomic
def freeze(line_id: int, *, reason: str, actor: User | None) -> CreditLine:
    """No more money is drawn under a line for now. Raises ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing(_("Say why the line is frozen."))
    line = _locked(line_id)
    with fsm.refusing(line):
        line.freeze(reason=reason.strip()[:200])
    line.save(update_fields=["status", "frozen_because"])
    audit.record(line, "credit.line.frozen", actor=actor, reason=reason)
    events.publish(LineFrozen(line_id=line.pk))
    return line


@transaction.atomic
def thaw(line_id: int, *, actor: User) -> CreditLine:
    """Money may be drawn under a line again."""
    line = _locked(line_id)
    with fsm.refusing(line):
        line.thaw()
    line.save(update_fields=["status", "frozen_because"])
    audit.record(line, "credit.line.thawed", actor=actor)
    return line


@transaction.atomic
def close(line_id: int, *, actor: User | None) -> CreditLine:
    """A line is given up."""
    line = _locked(line_id)
    with fsm.refusing(line):
        line.close()
    line.save(update_fields=["status"])
    audit.record(line, "credit.line.closed", actor=actor)
    return line


@transaction.atomic
def confirm_pre_granted(event: VisitAccepted) -> None:
    """What was granted before the visit is worked out once more with what the visit found.

    A line that becomes larger, smaller or none at all does so here; what wants a person's eye
    waits in the manual queue and stays undrawable meanwhile.
    """
    task = VisitTask.objects.get(pk=event.task_id)
    line = (
        CreditLine.objects.select_for_update(of=("self",))
        .select_related("decision")
        .filter(household=task.household_id, status=CreditLine.Status.PRE_GRANTED)
        .first()
    )
    if line is None or line.decision.campaign_id is None:
        return
    decision = granting.work_again(line.decision)
    match decision.outcome:
        case LimitDecision.Outcome.GRANT:
            with fsm.refusing(line):
                line.confirm(amount=decision.limit)
            line.save(update_fields=["status", "amount"])
            audit.record(line, "credit.line.confirmed", actor=None, amount=decision.limit)
            events.publish(LineConfirmed(line_id=line.pk))
        case LimitDecision.Outcome.NONE:
            with fsm.refusing(line):
                line.close()
            line.save(update_fields=["status"])
            audit.record(line, "credit.line.closed", actor=None, because="visit")


def _locked(line_id: int) -> CreditLine:
    return CreditLine.objects.select_for_update(of=("self",)).get(pk=line_id)
