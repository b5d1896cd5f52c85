"""Work that the broker hands to the village room."""

from collections.abc import Callable

from celery import shared_task
from django.core.cache import cache

from core import notices
from core.models import User
from village.errors import ImportRefused
from village.models import RosterImport
from village.services import rosters

REMEMBERED_SECONDS = 3_600


@shared_task
def try_roster(import_id: int) -> None:
    """Try a received file out. Safe to run again: a file tried out already is left alone."""
    try:
        made = rosters.try_out(import_id, tell=_telling(import_id))
    except ImportRefused:
        return
    _tell_whoever_waits(made)


@shared_task
def bring_roster(import_id: int, actor_id: int) -> None:
    """Bring in a file that was tried out. Safe to run again."""
    actor = User.objects.get(pk=actor_id)
    try:
        made = rosters.bring_in(import_id, actor=actor, tell=_telling(import_id))
    except ImportRefused:
        return
    _tell_whoever_waits(made)


def step_of(import_id: int) -> str:
    """What a worker is doing with a file just now: read, check, compare, write, or nothing."""
    return cache.get(_key(import_id), "")


def _telling(import_id: int) -> Callable[[str], None]:
    return lambda step: cache.set(_key(import_id), step, REMEMBERED_SECONDS)


def _tell_whoever_waits(made: RosterImport) -> None:
    cache.delete(_key(made.pk))
    notices.nudge(notices.EVERYBODY, roster=made.pk)


def _key(import_id: int) -> str:
    return f"roster-step:{import_id}"
