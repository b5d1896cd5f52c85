"""Work that the broker hands to the village room."""

from collections.abc import Callable
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from core import notices, steps
from village.errors import ImportRefused
from village.models import RosterImport
from village.services import rosters

FORGOTTEN_AFTER = timedelta(minutes=15)


@shared_task(acks_late=True)
def try_roster(import_id: int) -> None:
    """Try a received file out. Safe to run again: a file tried out already is left alone."""
    _work(import_id, rosters.try_out)


@shared_task(acks_late=True)
def bring_roster(import_id: int) -> None:
    """Bring in a file that was ordered in. Safe to run again."""
    _work(import_id, rosters.bring_in)


@shared_task
def sweep_rosters() -> None:
    """Take up files whose worker died or whose message was lost, but not for ever."""
    forgotten = RosterImport.objects.filter(imported_at__lt=timezone.now() - FORGOTTEN_AFTER)
    for work, status in (
        (try_roster, RosterImport.Status.RECEIVED),
        (bring_roster, RosterImport.Status.ORDERED),
    ):
        for pk in forgotten.filter(status=status).values_list("pk", flat=True):
            if rosters.take_up(pk):
                work(pk)


def _work(import_id: int, work: Callable[..., RosterImport]) -> None:
    try:
        made = work(import_id, tell=steps.telling(RosterImport(pk=import_id)))
    except ImportRefused:
        return
    steps.over(made)
    notices.nudge(notices.EVERYBODY, roster=made.pk)
