"""Which step of long work a worker is at, for whoever looks on; nothing depends on it."""

from collections.abc import Callable

from django.core.cache import cache
from django.db.models import Model

REMEMBERED_SECONDS = 3_600

Tell = Callable[[str], None]
"""Hears the name of each step as it begins."""


def step_of(record: Model) -> str:
    """What a worker is doing with a record just now, by the name of the step; or nothing."""
    return cache.get(_key(record), "")


def telling(record: Model) -> Tell:
    """Hears each step of the work on a record as it begins."""
    return lambda step: cache.set(_key(record), step, REMEMBERED_SECONDS)


def over(record: Model) -> None:
    """Nobody is at the record any more."""
    cache.delete(_key(record))


def _key(record: Model) -> str:
    return f"step:{record._meta.label_lower}:{record.pk}"
