"""Blind votes: who decides does not see what the others said until all is decided."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.models import Decision
from admission.services import answering
from admission.services.overriding import is_head_office
from core import audit, events, fsm, notices
from core.models import User
from core.roles import Role
from credit import selectors
from credit.errors import VoteIncomplete, VoteNotAllowed
from credit.events import VotesComplete
from credit.models import Application, ApprovalTask
from credit.services import guarantors

MAY_VOTE = "credit.approve_application"


@dataclass(frozen=True)
class Count:
    """How the votes stand. ``amount`` (fen) is set once enough approve: the least of theirs."""

    approving: int
    refusing: int
    amount: int | None
    is_refused: bool

    @property
    def is_decided(self) -> bool:
        """Whether further votes could not change the result."""
        return self.amount is not None or self.is_refused


def open_seats(application: Application, *, seats: int, needed: int) -> None:
    """Set up the panel, once; the caller holds the application."""
    if application.approvals.exists():
        return
    ApprovalTask.objects.bulk_create(
        [
            ApprovalTask(application=application, seat=seat, needed=needed)
            for seat in range(1, seats + 1)
        ]
    )
    notices.send(
        gettext_lazy("Application %(number)s waits for votes."),
        {"number": application.number},
        role=Role.APPROVER,
        url="/admin/credit/approvaltask/",
    )


def count_votes(application: Application) -> Count:
    """How the votes stand; refused once too few seats are left to reach what is needed."""
    seats = list(application.approvals.all())
    needed = seats[0].needed
    amounts = [seat.amount for seat in seats if seat.vote == ApprovalTask.Vote.APPROVE]
    refusing = sum(seat.vote == ApprovalTask.Vote.REFUSE for seat in seats)
    return Count(
        approving=len(amounts),
        refusing=refusing,
        amount=min(amounts) if len(amounts) >= needed else None,
        is_refused=len(seats) - refusing < needed,
    )


def close_seats(application: Application) -> None:
    """Nobody votes any more; the caller holds the application."""
    for seat in application.approvals.select_for_update().exclude(
        status=ApprovalTask.Status.CLOSED
    ):
        with fsm.refusing(seat):
            seat.close()
        seat.save(update_fields=["status"])


@transaction.atomic
def claim(task_id: int, *, actor: User) -> ApprovalTask:
    """Take a seat. Raises VoteNotAllowed for whoever has a hand in the application already."""
    task = _locked(task_id)
    _must_be_impartial(task.application, actor)
    with fsm.refusing(task):
        task.claim(by=actor)
    task.save(update_fields=["status", "approver"])
    audit.record(task, "credit.approval.claimed", actor=actor)
    return task


@transaction.atomic
def vote(
    task_id: int, *, actor: User, vote: str, amount: int | None = None, comment: str = ""
) -> ApprovalTask:
    """Cast a vote from a seat one has taken; it stands. ``amount`` in fen, no vote raises it
    above the ceiling. Raises VoteNotAllowed, VoteIncomplete, RulesUnanswered."""
    task = _locked(task_id)
    if task.approver_id != actor.pk:
        raise VoteNotAllowed(_("Take this seat before you vote from it."))
    if vote == ApprovalTask.Vote.APPROVE:
        _rules_must_let_pass(task.application, actor)
    amount = _checked(task.application, vote, amount, comment)
    with fsm.refusing(task):
        task.cast(vote=vote, amount=amount, comment=comment.strip(), at=timezone.now())
    task.save(update_fields=["status", "vote", "amount", "comment", "voted_at"])
    audit.record(task, "credit.approval.voted", actor=actor, vote=vote, amount=amount)
    if count_votes(task.application).is_decided:
        events.publish(VotesComplete(application_id=task.application_id))
    return task


def _locked(task_id: int) -> ApprovalTask:
    """A seat, with its application held: two approvers of one application come one by one."""
    application_id = ApprovalTask.objects.values_list("application_id", flat=True).get(pk=task_id)
    application = (
        Application.objects.select_for_update(of=("self",))
        .select_related("product")
        .get(pk=application_id)
    )
    task = ApprovalTask.objects.select_for_update(of=("self",)).get(pk=task_id)
    task.application = application
    return task


def _must_be_impartial(application: Application, actor: User) -> None:
    if not actor.has_perm(MAY_VOTE):
        raise VoteNotAllowed(_("Your role does not vote on applications."))
    if actor.pk == application.manager_id:
        raise VoteNotAllowed(_("You brought this application in; others decide on it."))
    if application.approvals.filter(approver=actor).exists():
        raise VoteNotAllowed(_("You have a seat on this panel already."))
    for decision in (application.admission, *guarantors.decisions_of(application)):
        _must_not_rest_on_own_word(decision, actor)


def _must_not_rest_on_own_word(decision: Decision | None, actor: User) -> None:
    if answering.gave_evidence(decision, actor):
        raise VoteNotAllowed(
            _("You wrote down the evidence about a rule that holds; others decide on it.")
        )


def _rules_must_let_pass(application: Application, actor: User) -> None:
    """Every rule that holds of borrower or guarantor has its evidence, and grave cases are approved
    by head office."""
    for decision in (application.admission, *guarantors.decisions_of(application)):
        if decision is not None and decision.under_other_number:
            raise VoteNotAllowed(_("An ID number was corrected: the rules are to be heard again."))
        _must_not_rest_on_own_word(decision, actor)
        answering.must_be_answered(decision)
        if answering.asks_head_office(decision) and not is_head_office(actor):
            raise VoteNotAllowed(_("The rules that hold here ask for head office to approve."))


def _checked(application: Application, vote: str, amount: int | None, comment: str) -> int | None:
    """The amount a vote stands for. Raises VoteIncomplete."""
    if vote == ApprovalTask.Vote.REFUSE:
        if not comment.strip():
            raise VoteIncomplete(_("Say why you refuse."))
        return None
    if vote != ApprovalTask.Vote.APPROVE:
        raise VoteIncomplete(_("Vote to approve or to refuse."))
    ceiling = selectors.ceiling_of(application)
    if amount is None:
        amount = ceiling
    if not application.product.amount_min <= amount <= ceiling:
        raise VoteIncomplete(
            _("Approve an amount between %(least)s and %(most)s yuan.")
            % {"least": application.product.amount_min // 100, "most": ceiling // 100}
        )
    return amount
