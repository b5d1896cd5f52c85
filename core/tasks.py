"""Work that the broker hands to a worker."""

import logging

from celery import Task, shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from core import audit, events

log = logging.getLogger("qianmo.tasks")


def hand_over(task: Task, pk: int) -> None:
    """Let a worker do it once this is committed; what the broker loses, a sweeper finds."""

    def tell() -> None:
        try:
            task.delay(pk)
        except OperationalError:
            log.warning("The broker is away; %s %s waits for the sweeper.", task.name, pk)

    transaction.on_commit(tell)


@shared_task
def deliver_event(pk: int) -> None:
    """Let everybody hear one event."""
    events.deliver(pk)


@shared_task
def sweep_outbox() -> None:
    """Deliver what the broker lost."""
    for pk in events.waiting():
        events.deliver(pk)


@shared_task
def seal_audit() -> None:
    """Link new deeds into their chains."""
    audit.seal()
