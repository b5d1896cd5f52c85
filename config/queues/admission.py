"""What waits between the rules and a customer: evidence, ticks, appeals, overrides."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext_lazy

from admission.models import Appeal, Decision, Override
from config.queues.queue import Queue
from core.roles import Role

LATELY = timedelta(days=90)

QUEUES: Sequence[Queue] = (
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
        age="opened_at__date",
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
        age="proposed_at__date",
        address="status__exact=proposed",
        roles=frozenset({Role.RISK_OFFICER, Role.APPROVER}),
    ),
)
