"""What keeps the house running: versions to publish, batches and events that failed."""

from collections.abc import Sequence

from django.db.models import Model
from django.utils.translation import gettext_lazy

from admission.models import RuleSet
from config.queues.queue import Queue
from core.models import Outbox, PublishingState, Shard
from core.roles import Role
from credit.models import LimitPolicy, ProcessTemplate, Product
from postloan.models import SignalSet


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


QUEUES: Sequence[Queue] = (
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
