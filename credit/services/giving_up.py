"""A line is given up: asked for with a reason, agreed to by a second person, ended for good.

What is owed under it stays owed by its own contracts. Where the household's limit is by now for
somebody else, because who signed has died, left or may not borrow, that person gets a line.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, fsm
from core.errors import SameHands
from core.models import User
from credit.errors import GivingUpRefused
from credit.models import Application, CreditLine, LimitDecision, LineGivingUp
from credit.services import granting, lines, settling

SETTLED = ("status", "settled_by", "settled_at")


@transaction.atomic
def ask(line_id: int, *, reason: str, actor: User, at: datetime) -> LineGivingUp:
    """Ask that a line be given up. Raises GivingUpRefused without a reason, for a line that has
    ended or is asked for already, or while something is applied for under it."""
    line = CreditLine.objects.select_for_update(of=("self",)).get(pk=line_id)
    if not reason.strip():
        raise GivingUpRefused(_("Say why the line is given up."), code="reason_missing")
    if line.givings_up.filter(status=LineGivingUp.Status.ASKED).exists():
        raise GivingUpRefused(_("A second person is asked already."))
    _must_be_free(line)
    made = LineGivingUp.objects.create(
        line=line, reason=reason.strip()[:200], asked_by=actor, asked_at=at
    )
    audit.record(line, "credit.line.giving_up_asked", actor=actor, reason=made.reason)
    return made


@transaction.atomic
def agree(giving_up_id: int, *, actor: User, at: datetime) -> CreditLine | None:
    """Agree as the second person: the line ends. Raises SameHands, GivingUpRefused.

    Returns the line that another of the household gets instead, if any.
    """
    asked = _to_settle(giving_up_id, actor)
    with fsm.refusing(asked):
        asked.agree(by=actor, at=at)
    asked.save(update_fields=SETTLED)
    line = CreditLine.objects.select_for_update(of=("self",)).get(pk=asked.line_id)
    _must_be_free(line)
    audit.record(line, "credit.line.giving_up_agreed", actor=actor, asked_by=asked.asked_by_id)
    lines.close(line.pk, actor=actor)
    return _line_for_another(line, actor)


@transaction.atomic
def decline(giving_up_id: int, *, actor: User, at: datetime) -> LineGivingUp:
    """Do not agree; the line stays. Raises SameHands."""
    asked = _to_settle(giving_up_id, actor)
    with fsm.refusing(asked):
        asked.decline(by=actor, at=at)
    asked.save(update_fields=SETTLED)
    audit.record(asked.line, "credit.line.giving_up_declined", actor=actor)
    return asked


def _to_settle(giving_up_id: int, actor: User) -> LineGivingUp:
    found = LineGivingUp.objects.select_for_update(of=("self",)).get(pk=giving_up_id)
    if actor.pk == found.asked_by_id:
        raise SameHands
    return found


def _must_be_free(line: CreditLine) -> None:
    if line.status in CreditLine.ENDED:
        raise GivingUpRefused(_("The line has ended already."))
    under_way = Application.objects.filter(line=line).exclude(status__in=Application.ENDED)
    if under_way.exists():
        raise GivingUpRefused(
            _("Something is applied for under this line; have that withdrawn or finished first."),
            code="application_open",
        )


def _line_for_another(line: CreditLine, actor: User) -> CreditLine | None:
    """Who gave up their own line gets no other; somebody else for whom the limit is by now does."""
    newest = LimitDecision.objects.newest().filter(household=line.household_id)
    decision = newest.select_for_update(of=("self",)).first()
    found = granting.worked_out_now(decision) if decision and decision.campaign_id else None
    if found is None or found["borrower_id"] == line.borrower_id:
        return None
    granting.take_over(decision, found)
    settling.put_into_effect(decision, actor=actor)
    return (
        CreditLine.objects.filter(household=line.household_id)
        .exclude(status__in=CreditLine.ENDED)
        .first()
    )
