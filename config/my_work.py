"""What waits for whom: the queues of the back office."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Model, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from admission.models import Appeal, Decision, Delivery, Override, RuleSet
from config.figures import Chart, Figure, charts_for, of_today
from core.models import Outbox, PublishingState, Shard, User
from core.roles import Role
from credit.models import (
    ApprovalTask,
    Drawdown,
    LimitAppeal,
    LimitDecision,
    LimitPolicy,
    ProcessTemplate,
    Product,
    VillageProgress,
)
from postloan.models import Inspection, SignalSet, Warning
from village.models import (
    Campaign,
    ListedReviewer,
    OrganisationImport,
    Outcome,
    PaperSheet,
    RosterImport,
    within,
)
from visits.models import VisitTask

LATELY = timedelta(days=90)


@dataclass(frozen=True)
class Queue:
    """Records that wait for somebody: ``rows`` picks them for one person on the bank's day, ``age``
    names the column since when, and ``address`` narrows the register to them.

    After ``slow`` days the oldest is yellow, after ``late`` days red.
    """

    title: str
    model: type[Model]
    rows: Callable[[User, date], QuerySet[Any]]
    age: str
    address: str
    roles: frozenset[str]
    slow: int = 1
    late: int = 3


def _versions(model: type[Model], title: str, *roles: str) -> Queue:
    """Versions written by somebody else that wait for a second pair of eyes."""
    return Queue(
        title=title,
        model=model,
        rows=lambda user, today: model.objects.filter(status=PublishingState.IN_REVIEW).exclude(
            author=user
        ),
        age="",
        address="status__exact=in_review",
        roles=frozenset(roles),
    )


def _warnings(level: str, title: str, *, slow: int, late: int) -> Queue:
    return Queue(
        title=title,
        model=Warning,
        rows=lambda user, today: Warning.objects.visible_to(user).open().filter(level=level),
        age="raised_on",
        address=f"level__exact={level}",
        roles=frozenset(
            {Role.POST_LOAN_OFFICER, Role.RISK_OFFICER, Role.BRANCH_PRESIDENT, Role.AUDITOR}
        ),
        slow=slow,
        late=late,
    )


QUEUES: Sequence[Queue] = (
    Queue(
        title=gettext_lazy("Approvals to vote on"),
        model=ApprovalTask,
        rows=lambda user, today: (
            ApprovalTask.objects.filter(
                Q(status=ApprovalTask.Status.OPEN)
                | Q(status=ApprovalTask.Status.CLAIMED, approver=user)
            )
            .exclude(application__manager=user)
            .filter(within(user, "application__village"))
        ),
        age="opened_at",
        address="status__in=open,claimed",
        roles=frozenset({Role.APPROVER}),
    ),
    Queue(
        title=gettext_lazy("Limits to settle by hand"),
        model=LimitDecision,
        rows=lambda user, today: LimitDecision.objects.visible_to(user).filter(
            outcome=LimitDecision.Outcome.MANUAL, settled_by=None
        ),
        age="decided_on",
        address="outcome__exact=manual&settled_by__isnull=True",
        roles=frozenset({Role.RISK_OFFICER, Role.APPROVER}),
        slow=3,
        late=7,
    ),
    Queue(
        title=gettext_lazy("Appeals against limits to answer"),
        model=LimitAppeal,
        rows=lambda user, today: LimitAppeal.objects.visible_to(user).filter(
            status=LimitAppeal.Status.OPENED
        ),
        age="opened_at",
        address="status__exact=opened",
        roles=frozenset({Role.RISK_OFFICER, Role.APPROVER}),
        slow=10,
        late=18,
    ),
    Queue(
        title=gettext_lazy("Villages ready to be granted"),
        model=VillageProgress,
        rows=lambda user, today: VillageProgress.objects.visible_to(user).to_grant(),
        age="",
        address="",
        roles=frozenset({Role.RISK_OFFICER, Role.BRANCH_PRESIDENT}),
    ),
    Queue(
        title=gettext_lazy("Raises and renewals to offer for signing"),
        model=LimitDecision,
        rows=lambda user, today: LimitDecision.objects.visible_to(user).to_offer(today),
        age="decided_on",
        address="raise=offer",
        roles=frozenset({Role.BRANCH_PRESIDENT, Role.RISK_OFFICER}),
        slow=7,
        late=30,
    ),
    Queue(
        title=gettext_lazy("Visits to accept"),
        model=VisitTask,
        rows=lambda user, today: (
            VisitTask.objects.visible_to(user)
            .filter(status=VisitTask.Status.SUBMITTED)
            .exclude(manager=user)
        ),
        age="submitted_at",
        address="status__exact=submitted",
        roles=frozenset({Role.BRANCH_PRESIDENT, Role.RISK_OFFICER}),
        slow=2,
        late=5,
    ),
    Queue(
        title=gettext_lazy("Villages under review"),
        model=Campaign,
        rows=lambda user, today: Campaign.objects.visible_to(user).filter(
            status=Campaign.Status.REVIEWING
        ),
        age="business_day",
        address="status__exact=reviewing",
        roles=frozenset({Role.BRANCH_PRESIDENT, Role.RISK_OFFICER}),
        slow=10,
        late=20,
    ),
    Queue(
        title=gettext_lazy("Sealed reviews to conclude"),
        model=Campaign,
        rows=lambda user, today: Campaign.objects.visible_to(user).filter(
            status=Campaign.Status.SEALED
        ),
        age="sealed_at",
        address="status__exact=sealed",
        roles=frozenset({Role.BRANCH_PRESIDENT, Role.RISK_OFFICER}),
    ),
    Queue(
        title=gettext_lazy("Outcomes to decide for the branch"),
        model=Outcome,
        rows=lambda user, today: Outcome.objects.visible_to(user).decidable_by(user),
        age="campaign__concluded_at",
        address="waits=branch",
        roles=frozenset({Role.BRANCH_PRESIDENT}),
        slow=5,
        late=10,
    ),
    Queue(
        title=gettext_lazy("Reviewers to approve"),
        model=ListedReviewer,
        rows=lambda user, today: ListedReviewer.objects.visible_to(user).approvable_by(user),
        age="proposed_at",
        address="status__exact=proposed",
        roles=frozenset({Role.BRANCH_PRESIDENT, Role.RISK_OFFICER}),
        slow=3,
        late=7,
    ),
    Queue(
        title=gettext_lazy("Paper sheets to key again or settle"),
        model=PaperSheet,
        rows=lambda user, today: PaperSheet.objects.visible_to(user).workable_by(user),
        age="first_at",
        address="waits=staff",
        roles=frozenset({Role.BRANCH_PRESIDENT, Role.CUSTOMER_MANAGER}),
        slow=2,
        late=5,
    ),
    Queue(
        title=gettext_lazy("Roster files that wait for an order"),
        model=RosterImport,
        rows=lambda user, today: RosterImport.objects.orderable_by(user),
        age="imported_at",
        address="waits=me",
        roles=frozenset({Role.BRANCH_PRESIDENT, Role.ADMINISTRATOR}),
    ),
    Queue(
        title=gettext_lazy("Tables of the bank that wait for an order"),
        model=OrganisationImport,
        rows=lambda user, today: OrganisationImport.objects.visible_to(user).filter(
            status=OrganisationImport.Status.TRIED
        ),
        age="imported_at",
        address="status__exact=tried",
        roles=frozenset({Role.ADMINISTRATOR}),
    ),
    Queue(
        title=gettext_lazy("Data deliveries held back"),
        model=Delivery,
        rows=lambda user, today: Delivery.objects.filter(status=Delivery.Status.HELD).exclude(
            received_by=user
        ),
        age="received_at",
        address="status__exact=held",
        roles=frozenset({Role.RISK_OFFICER}),
    ),
    _warnings("red", gettext_lazy("Red warnings open"), slow=1, late=2),
    _warnings("orange", gettext_lazy("Orange warnings open"), slow=3, late=5),
    _warnings("yellow", gettext_lazy("Yellow warnings open"), slow=7, late=10),
    Queue(
        title=gettext_lazy("Inspections due this week"),
        model=Inspection,
        rows=lambda user, today: Inspection.objects.visible_to(user).filter(
            status__in=[
                Inspection.Status.PLANNED,
                Inspection.Status.ASSIGNED,
                Inspection.Status.OVERDUE,
            ],
            due_on__lte=today + timedelta(days=7),
        ),
        age="due_on",
        address="status__in=planned,assigned,overdue",
        roles=frozenset({Role.POST_LOAN_OFFICER, Role.BRANCH_PRESIDENT}),
        slow=0,
        late=3,
    ),
    Queue(
        title=gettext_lazy("Payments of unknown outcome"),
        model=Drawdown,
        rows=lambda user, today: Drawdown.objects.visible_to(user).filter(
            status=Drawdown.Status.UNKNOWN
        ),
        age="business_day",
        address="status__exact=unknown",
        roles=frozenset({Role.RISK_OFFICER, Role.POST_LOAN_OFFICER, Role.BRANCH_PRESIDENT}),
        slow=0,
        late=1,
    ),
    Queue(
        title=gettext_lazy("Reviews that lack evidence"),
        model=Decision,
        rows=lambda user, today: (
            Decision.objects.visible_to(user)
            .filter(outcome=Decision.Outcome.MANUAL, as_of__gte=today - LATELY)
            .asking()
        ),
        age="as_of",
        address="outcome__exact=manual&asking=yes",
        roles=frozenset({Role.CUSTOMER_MANAGER, Role.BRANCH_PRESIDENT}),
        slow=5,
        late=10,
    ),
    Queue(
        title=gettext_lazy("Check items to tick"),
        model=Decision,
        rows=lambda user, today: (
            Decision.objects.visible_to(user)
            .filter(outcome=Decision.Outcome.NOTICE, as_of__gte=today - LATELY)
            .asking()
        ),
        age="as_of",
        address="outcome__exact=notice&asking=yes",
        roles=frozenset({Role.CUSTOMER_MANAGER}),
        slow=5,
        late=10,
    ),
    Queue(
        title=gettext_lazy("Appeals to answer"),
        model=Appeal,
        rows=lambda user, today: (
            Appeal.objects.visible_to(user)
            .filter(status=Appeal.Status.OPENED)
            .exclude(decision__asked_by=user)
        ),
        age="opened_at",
        address="status__exact=opened",
        roles=frozenset({Role.RISK_OFFICER, Role.APPROVER}),
        slow=10,
        late=20,
    ),
    Queue(
        title=gettext_lazy("Overrides for a second person"),
        model=Override,
        rows=lambda user, today: (
            Override.objects.visible_to(user)
            .filter(status=Override.Status.PROPOSED)
            .exclude(proposed_by=user)
        ),
        age="proposed_at",
        address="status__exact=proposed",
        roles=frozenset({Role.RISK_OFFICER, Role.APPROVER}),
    ),
    _versions(RuleSet, gettext_lazy("Admission rules to publish"), Role.RISK_OFFICER),
    _versions(LimitPolicy, gettext_lazy("Limit policies to publish"), Role.RISK_OFFICER),
    _versions(SignalSet, gettext_lazy("Warning signals to publish"), Role.RISK_OFFICER),
    _versions(Product, gettext_lazy("Products to publish"), Role.PRODUCT_MANAGER),
    _versions(ProcessTemplate, gettext_lazy("Processes to publish"), Role.PRODUCT_MANAGER),
    Queue(
        title=gettext_lazy("Batch pieces that failed"),
        model=Shard,
        rows=lambda user, today: Shard.objects.filter(status=Shard.Status.FAILED),
        age="run__started_at",
        address="status__exact=failed",
        roles=frozenset({Role.ADMINISTRATOR}),
    ),
    Queue(
        title=gettext_lazy("Events nobody could hear yet"),
        model=Outbox,
        rows=lambda user, today: Outbox.objects.filter(delivered_at=None, attempts__gt=0),
        age="at",
        address="state=failing",
        roles=frozenset({Role.ADMINISTRATOR}),
    ),
)


@dataclass(frozen=True)
class Waiting:
    """One queue as its owner sees it."""

    title: str
    count: int
    oldest: str
    level: str
    url: str


@dataclass(frozen=True)
class MyWork:
    """The first page of the back office."""

    today: date
    queues: list[Waiting]
    quiet: list[Waiting]
    figures: list[Figure] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)

    @classmethod
    def build(
        cls,
        user: User,
        *,
        today: date,
        now: datetime,
        registers: Callable[[type[Model]], bool],
    ) -> "MyWork":
        """What waits for ``user`` on ``today``, the bank's day; ``now`` is the calendar's moment.

        ``registers`` says which models have a page to lead to.

        One query per queue, figure and chart of the role, however much waits.
        """
        mine = [
            _waiting(queue, user, today, now)
            for queue in QUEUES
            if (user.is_superuser or user.role in queue.roles) and registers(queue.model)
        ]
        sees_loans = user.has_perm("credit.view_loan")
        return cls(
            today=today,
            queues=[each for each in mine if each.count],
            quiet=[each for each in mine if not each.count],
            figures=of_today(user, today) if sees_loans else [],
            charts=charts_for(user, today) if sees_loans else [],
        )


def _waiting(queue: Queue, user: User, today: date, now: datetime) -> Waiting:
    asked: dict[str, Any] = {"count": Count("pk")}
    if queue.age:
        asked["oldest"] = Min(queue.age)
    found = queue.rows(user, today).aggregate(**asked)
    age = _age(found.get("oldest"), today, now)
    options = queue.model._meta
    register = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    return Waiting(
        title=queue.title,
        count=found["count"],
        oldest=in_words(age) if age is not None else "",
        level=_level(queue, age),
        url=f"{register}?{queue.address}",
    )


def _age(since: date | datetime | None, today: date, now: datetime) -> timedelta | None:
    """How long ago: a day is counted on the bank's calendar, a moment by the clock."""
    if since is None:
        return None
    age = now - since if isinstance(since, datetime) else today - since
    return max(age, timedelta(0))


def _level(queue: Queue, age: timedelta | None) -> str:
    """How the oldest item stands against what was promised: green, yellow, red."""
    if age is None:
        return "blue"
    if age > timedelta(days=queue.late):
        return "red"
    return "yellow" if age > timedelta(days=queue.slow) else "green"


def in_words(age: timedelta) -> str:
    """A duration as people say it: days, or hours within the first day."""
    if age.days:
        return ngettext("%(n)d day", "%(n)d days", age.days) % {"n": age.days}
    hours = age.seconds // 3600
    if hours:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return _("less than an hour")
