"""Seeing the household before lending to it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy

from credit.models import Application
from credit.nodes.base import Answer, Done, Node, Waiting
from visits.models import VisitTask

DAYS_TO_VISIT = 7


class Investigation(Node):
    """A customer manager goes there; the findings were accepted by somebody else."""

    name = "investigation"
    label = gettext_lazy("Site investigation")
    stage = Application.Status.INVESTIGATING
    defaults = {"days": DAYS_TO_VISIT}

    def settle(
        self, application: Application, settings: Mapping[str, Any], found: Any, *, at: datetime
    ) -> Answer:
        """Send somebody there, once more where that was called off, and wait until the findings
        are accepted."""
        step = application.steps.get(node=self.name)
        visit = VisitTask.objects.filter(pk=step.outcome.get("visit")).first()
        if visit is None or visit.status == VisitTask.Status.EXPIRED:
            visit = send_somebody(application, days=settings.get("days", self.defaults["days"]))
        outcome = {"visit": visit.pk, "due_on": visit.due_on.isoformat()}
        if visit.status in {VisitTask.Status.ACCEPTED, VisitTask.Status.CLOSED}:
            newest = visit.surveys.order_by("-revision").first()
            return Done(outcome | {"survey": newest.pk if newest else None})
        return Waiting("visit", outcome)


def send_somebody(application: Application, *, days: int) -> VisitTask:
    """A visit for this application, given to who walks the village."""
    household = application.customer.household
    visit = VisitTask(
        household=household,
        reason=VisitTask.Reason.APPLICATION,
        due_on=application.business_day + timedelta(days=days),
    )
    manager = application.looked_after_by
    if manager is not None:
        visit.assign(manager=manager)
    visit.save()
    return visit
