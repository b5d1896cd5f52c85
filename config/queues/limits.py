"""What waits on the way to a limit: votes, limits to settle, villages to grant."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy

from config.queues.queue import Queue
from core.roles import Role
from credit.models import (
    ApprovalTask,
    CreditLine,
    LimitAppeal,
    LimitDecision,
    LineGivingUp,
    VillageProgress,
)
from village.models import within

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
        age="opened_at__date",
        address="status__in=open,claimed",
        roles=frozenset({Role.APPROVER}),
    ),
    Queue(
        title=gettext_lazy("Limits to settle by hand"),
        model=LimitDecision,
        rows=lambda user, today: LimitDecision.objects.visible_to(user).waiting_for_a_person(),
        age="decided_on",
        address="work=manual",
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
        age="opened_at__date",
        address="status__exact=opened",
        roles=frozenset({Role.RISK_OFFICER, Role.APPROVER}),
        slow=10,
        late=18,
    ),
    Queue(
        title=gettext_lazy("Lines to be given up that wait for a second person"),
        model=CreditLine,
        rows=lambda user, today: CreditLine.objects.visible_to(user).filter(
            givings_up__in=LineGivingUp.objects.filter(status="asked").exclude(asked_by=user)
        ),
        age="givings_up__asked_at",
        address="work=give_up",
        roles=frozenset({Role.RISK_OFFICER, Role.POST_LOAN_OFFICER}),
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
)
