"""Credit lines after they were granted: frozen, thawed, ended."""

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, events, fsm
from core.errors import DomainError
from core.models import User
from credit.events import LineFrozen
from credit.models import CreditLine, LimitDecision
from village.models import Customer, ListFlag


class ReasonMissing(DomainError):
    """A line is not frozen without saying why."""

    code = "reason_missing"


class NotRenewed(DomainError):
    """A line that the last round ended is not opened again by a word."""

    code = "not_renewed"


class BorrowerGone(DomainError):
    """Nobody draws under the line of somebody who has died or left the household."""

    code = "borrower_gone"


class OnBlackList(DomainError):
    """Nothing is drawn by a household on the black list."""

    code = "on_black_list"


NO_LINE = LimitDecision.Outcome.NONE


@transaction.atomic
def freeze(line_id: int, *, reason: str, actor: User | None) -> CreditLine:
    """No more money is drawn under a line for now. Raises ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing(_("Say why the line is frozen."))
    line = _locked(line_id)
    with fsm.refusing(line):
        line.freeze(reason=reason.strip()[:200])
    line.save(update_fields=["status", "frozen_because", "frozen_from"])
    audit.record(line, "credit.line.frozen", actor=actor, reason=reason)
    events.publish(LineFrozen(line_id=line.pk))
    return line


@transaction.atomic
def thaw(line_id: int, *, actor: User) -> CreditLine:
    """Money may be drawn under a line again.

    Raises OnBlackList while the household stands there, NotRenewed where the last round ended it,
    BorrowerGone where its main borrower has died or left.
    """
    line = _locked(line_id)
    newest = LimitDecision.objects.filter(household=line.household_id, campaign__isnull=False)
    if newest.order_by("-pk").values_list("outcome", flat=True).first() == NO_LINE:
        raise NotRenewed(
            _("The last round gives this household no line; a new limit has to be worked out.")
        )
    if line.household.list_flag == ListFlag.BLACK:
        raise OnBlackList(_("The household is on the black list: the line stays frozen."))
    borrower = line.borrower
    if borrower.state not in Customer.HERE or borrower.household_id != line.household_id:
        raise BorrowerGone(
            _("The main borrower has died or left the household: have the line given up.")
        )
    with fsm.refusing(line):
        line.thaw()
    line.save(update_fields=["status", "frozen_because", "frozen_from"])
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


NOT_BOUND = (CreditLine.Status.PRE_GRANTED, CreditLine.Status.GRANTED)
"""Nobody has signed these yet."""


@transaction.atomic
def end_blacklisted() -> int:
    """No line stays open to a household on the black list; returns how many were stopped.

    What nobody signed is closed, and no longer stands on a signing list or a poster; what was
    signed is frozen, so that what is owed is still repaid.
    """
    listed = CreditLine.objects.filter(household__list_flag=ListFlag.BLACK)
    stopped = [*CreditLine.ENDED, CreditLine.Status.FROZEN]
    found = list(listed.exclude(status__in=stopped).order_by("pk").values_list("pk", "status"))
    for pk, status in found:
        if status in NOT_BOUND:
            close(pk, actor=None)
        else:
            freeze(pk, reason=_("On the black list"), actor=None)
    return len(found)


def _locked(line_id: int) -> CreditLine:
    return CreditLine.objects.select_for_update(of=("self",)).get(pk=line_id)
