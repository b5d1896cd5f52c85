"""Which step of a roster file a worker is at, for whoever looks on; nothing depends on it."""

from collections.abc import Callable

from django.core.cache import cache

REMEMBERED_SECONDS = 3_600


def step_of(import_id: int) -> str:
    """What a worker is doing with a file just now: read, check, compare, write, or nothing."""
    return cache.get(_key(import_id), "")


def telling(import_id: int) -> Callable[[str], None]:
    """Hears each step as it begins."""
    return lambda step: cache.set(_key(import_id), step, REMEMBERED_SECONDS)


def over(import_id: int) -> None:
    """Nobody is at the file any more."""
    cache.delete(_key(import_id))


def _key(import_id: int) -> str:
    return f"roster-step:{import_id}"
