"""Reads across the credit room."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from admission.judgement.treatment import VISIT
from core.models import User
from credit.loan_rules.admitted import lowered
from credit.models import (
    Application,
    ApprovalTask,
    CreditLine,
    Drawdown,
    LimitDecision,
    Loan,
)
from village.models import Household
from visits import selectors as visits

OWING = {Loan.Status.ACTIVE, Loan.Status.RESTRUCTURED}
VOTES_ARE_OPEN = {Application.Status.APPROVING}


def room_under(line: CreditLine, *, besides: Application | None = None) -> int:
    """What may still be drawn under a line, fen: less what is owed, less what others ask for."""
    return max(line.amount - _taken(line, besides), 0)


def _taken(line: CreditLine, besides: Application | None) -> int:
    """What is owed under a line and what others ask for under it, fen."""
    owed = Loan.objects.filter(
        drawdown__contract__application__line=line, status__in=OWING
    ).aggregate(sum=Sum("principal_left"))
    pending = Application.objects.filter(line=line).exclude(
        Q(status__in=Application.ENDED) | Q(status=Application.Status.DRAFT)
    )
    if besides is not None:
        pending = pending.exclude(pk=besides.pk)
    asked = sum(
        asked if approved is None else approved
        for asked, approved in pending.values_list("asked_amount", "approved_amount")
    )
    return (owed["sum"] or 0) + asked


@dataclass(frozen=True)
class Room:
    """A limit (fen) as it was set, as admission leaves it, and what of it can still be lent."""

    limit: int
    lowered: int
    left: int


def room_for(application: Application, *, by: str = "line") -> Room:
    """How much may be lent on an application: by its line, by the newest visit (``survey``), or,
    where there is no line, as much as its product allows. Admission may lower each of them."""
    if by == "survey":
        limit, taken = _surveyed(application)
    elif application.line is None:
        limit, taken = application.product.amount_max, 0
    else:
        limit, taken = application.line.amount, _taken(application.line, application)
    lowered = _as_admitted(application, limit, of_line=by != "survey")
    return Room(limit, lowered, max(lowered - taken, 0))


def _as_admitted(application: Application, limit: int, *, of_line: bool) -> int:
    """A limit after the factor of the application's admission, and below what its rules allow.

    Granting lowers a line by the factor of its own admission; that part is not taken off twice.
    """
    admission = application.admission
    if admission is None:
        return limit
    granted = application.line.decision.admission if of_line and application.line else None
    already = granted.limit_factor if granted else Decimal(1)
    left = lowered(limit, factor=admission.limit_factor, already=already)
    at_most = admission.limit_at_most
    return left if at_most is None else min(left, at_most)


def _surveyed(application: Application) -> tuple[int, int]:
    """What the newest accepted visit found bearable, and what the household owes us, fen."""
    household = application.customer.household_id
    survey = visits.newest_surveys([household]).first()
    if survey is None:
        return 0, 0
    owed = Loan.objects.filter(customer__household=household, status__in=OWING).aggregate(
        sum=Sum("principal_left")
    )
    return survey.surveyed_limit, owed["sum"] or 0


def is_visited_as_asked(application: Application) -> bool:
    """Whether nobody has to see the household before money moves, or somebody has by now.

    A visit counts that is newer than the one the rules knew of.
    """
    admission = application.admission
    if admission is None or not admission.asks_before_drawing(VISIT):
        return True
    newest = visits.newest_surveys([application.customer.household_id]).first()
    if newest is None:
        return False
    known = admission.inputs.get("hv_visit_days")
    return known is None or (admission.as_of - newest.seen_on).days < known


def ceiling_of(application: Application) -> int:
    """The most that may be approved, fen: what was asked, or less where the limit says so.

    A road without a node for the limit still heeds what admission takes off.
    """
    said = [
        step.outcome["ceiling"]
        for step in application.steps.filter(node="limit", status="done")
        if "ceiling" in step.outcome
    ] or [room_for(application).left]
    return min([application.asked_amount, application.product.amount_max, *said])


def line_to_draw_under(household: Household, *, on: date) -> CreditLine | None:
    """The line of a household under which money may be drawn on a day, if there is one."""
    drawable = [CreditLine.Status.GRANTED, CreditLine.Status.SIGNED, CreditLine.Status.ACTIVE]
    return CreditLine.objects.filter(
        household=household, status__in=drawable, valid_from__lte=on, valid_to__gte=on
    ).first()


def manual_queue(user: User) -> QuerySet[LimitDecision]:
    """Limits that wait for a person, the oldest first."""
    return (
        LimitDecision.objects.visible_to(user)
        .waiting_for_a_person()
        .select_related("household__village", "borrower", "campaign")
        .order_by("id")
    )


def approval_queue(user: User) -> QuerySet[ApprovalTask]:
    """Votes this person may give, the oldest first: none on what they brought in or voted on."""
    status = ApprovalTask.Status
    theirs = Q(status=status.CLAIMED, approver=user)
    return (
        ApprovalTask.objects.filter(Q(status=status.OPEN) | theirs)
        .filter(application__in=Application.objects.visible_to(user))
        .exclude(application__manager=user)
        .exclude(Q(status=status.OPEN) & Q(application__approvals__approver=user))
        .select_related("application__customer", "application__village", "application__product")
        .order_by("opened_at", "id")
    )


@dataclass(frozen=True)
class SeenVote:
    """A seat on the panel as one person may see it."""

    seat: int
    status: str
    approver: str
    vote: str
    amount: int | None
    comment: str


def votes_seen_by(application: Application, user: User) -> list[SeenVote]:
    """The panel's seats; while it votes, everybody sees their own vote and no other."""
    blind = application.status in VOTES_ARE_OPEN
    return [
        _seen(seat, hidden=blind and seat.approver_id != user.pk) for seat in _seats(application)
    ]


def _seats(application: Application) -> QuerySet[ApprovalTask]:
    return application.approvals.select_related("approver").order_by("seat")


def _seen(task: ApprovalTask, *, hidden: bool) -> SeenVote:
    status = str(task.get_status_display())
    if hidden:
        return SeenVote(task.seat, status, "", "", None, "")
    return SeenVote(
        task.seat,
        status,
        str(task.approver or ""),
        str(task.get_vote_display()),
        task.amount,
        task.comment,
    )


def self_paid_before(application: Application, *, since: date) -> int:
    """What the customer drew for themselves under other contracts since a day, fen."""
    drawn = Drawdown.objects.filter(
        contract__application__customer=application.customer_id,
        contract__application__payee_name="",
        status=Drawdown.Status.PAID,
        business_day__gte=since,
    ).exclude(contract__application=application)
    return drawn.aggregate(sum=Sum("amount"))["sum"] or 0
