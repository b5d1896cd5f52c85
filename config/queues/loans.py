"""What waits about money that is lent: warnings, inspections, payments."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext_lazy

from config.queues.queue import Queue
from core.roles import Role
from credit.models import Drawdown
from postloan.models import Inspection, Warning


def _warnings(level: str, title: str, *, slow: int, late: int) -> Queue:
    """Warnings of one colour that nobody has closed."""
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
)
