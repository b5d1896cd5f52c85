"""Facts that one room states and rooms further down the road react to.

An event is a frozen dataclass in an app's ``events.py``, named in the past tense, carrying ids.
Who reacts stands in ``config/wiring.py``.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from core.models import Outbox

log = logging.getLogger("qianmo.events")

MOST_ATTEMPTS = 12
_handlers: dict[str, tuple[type, Sequence[Callable[[Any], None]]]] = {}
_wake: list[Callable[[int], None]] = []


def wire(handlers: Mapping[type, Sequence[Callable[[Any], None]]]) -> None:
    """Say who reacts to what; called once, when the rooms are put together."""
    _handlers.clear()
    for event, listeners in handlers.items():
        _handlers[name_of(event)] = (event, listeners)


def wake_with(waker: Callable[[int], None]) -> None:
    """Say how a worker is told that an event is waiting."""
    _wake[:] = [waker]


def name_of(event: object) -> str:
    """An event's name in the outbox: its app and its class."""
    kind = event if isinstance(event, type) else type(event)
    return f"{kind.__module__.split('.')[0]}.{kind.__name__}"


def publish(event: object) -> None:
    """Store ``event`` with the change that caused it; deliver it once that change has committed.

    The row is the record and the work queue in one: what the broker loses, the sweeper finds.
    """
    row = Outbox.objects.create(kind=name_of(event), body=asdict(event))
    transaction.on_commit(lambda: _tell_a_worker(row.pk))


def publish_all(some: Iterable[object]) -> int:
    """Store the events of a batch with one statement; the sweeper delivers them. Returns how many.

    Waking a worker for each would take longer than the batch itself.
    """
    rows = [Outbox(kind=name_of(event), body=asdict(event)) for event in some]
    return len(Outbox.objects.bulk_create(rows, batch_size=2_000))


def _tell_a_worker(pk: int) -> None:
    for waker in _wake:
        try:
            waker(pk)
        except OperationalError:
            log.warning("The broker is away; event %s waits for the sweeper.", pk)


def deliver(pk: int) -> bool:
    """Let every handler hear one event; True once all have. A failure is kept and tried again."""
    with transaction.atomic():
        row = (
            Outbox.objects.select_for_update(skip_locked=True)
            .filter(pk=pk, delivered_at=None)
            .first()
        )
        if row is None:
            return False
        event_type, listeners = _handlers.get(row.kind, (None, ()))
        try:
            with transaction.atomic():
                for listener in listeners:
                    listener(event_type(**row.body))
        except Exception as exc:  # noqa: BLE001 - whatever a handler raises, the event must survive
            log.exception("Event %s %s could not be delivered.", row.kind, row.pk)
            _put_off(row, exc)
            return False
        row.delivered_at = timezone.now()
        row.save(update_fields=["delivered_at"])
    return True


def _put_off(row: Outbox, reason: Exception) -> None:
    """Try again later, each time after twice as long."""
    row.attempts += 1
    row.error = f"{type(reason).__name__}: {reason}"
    row.not_before = timezone.now() + timedelta(seconds=2 ** min(row.attempts, MOST_ATTEMPTS))
    row.save(update_fields=["attempts", "error", "not_before"])


def waiting() -> list[int]:
    """Ids of events whose time has come, the oldest first."""
    due = Outbox.objects.filter(delivered_at=None).exclude(not_before__gt=timezone.now())
    return list(due.order_by("id").values_list("pk", flat=True))


def drain() -> int:
    """Deliver all that waits, and what that causes, here and now; returns how many were heard."""
    heard = 0
    while delivered := sum(deliver(pk) for pk in waiting()):
        heard += delivered
    return heard
