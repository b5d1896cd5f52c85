"""Reads of the visits room."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q, QuerySet

from core.models import User
from village.models import SpotCheck
from visits.models import ACCEPTED, Survey, VisitTask


def newest_surveys(household_ids: Iterable[int]) -> QuerySet[Survey]:
    """The newest accepted survey of each household, with its household's id as ``household_id``."""
    return (
        Survey.objects.filter(task__household__in=household_ids, task__status__in=ACCEPTED)
        .select_related("task")
        .order_by("task__household_id", "-seen_on", "-revision", "-pk")
        .distinct("task__household_id")
    )


def is_older_than_doubt(task: VisitTask) -> bool:
    """Whether a spot check found the review of the household wrong after this visit was made."""
    wrong = SpotCheck.objects.filter(
        outcome__campaign=task.campaign_id,
        outcome__household=task.household_id,
        finding=SpotCheck.Finding.DISAGREE,
    )
    return task.submitted_at is not None and wrong.filter(done_at__gt=task.submitted_at).exists()


def worklist(user: User) -> QuerySet[VisitTask]:
    """What a manager has to do, the most urgent first."""
    tasks = VisitTask.objects.visible_to(user).open()
    return tasks.select_related("household__village", "campaign").order_by("due_on", "id")


def workload(user: User, *, as_of: date) -> dict[str, int]:
    """How many visits are open, late, sent back, waiting for acceptance, done."""
    status = VisitTask.Status
    late = Q(due_on__lt=as_of)
    return VisitTask.objects.visible_to(user).aggregate(
        open=Count("pk", filter=Q(status__in=OPEN)),
        late=Count("pk", filter=Q(status__in=OPEN) & late),
        returned=Count("pk", filter=Q(status=status.RETURNED)),
        submitted=Count("pk", filter=Q(status=status.SUBMITTED)),
        accepted=Count("pk", filter=Q(status__in=ACCEPTED)),
    )


OPEN = [
    VisitTask.Status.PLANNED,
    VisitTask.Status.ASSIGNED,
    VisitTask.Status.STARTED,
    VisitTask.Status.RETURNED,
]
