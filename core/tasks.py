"""Work that the broker hands to a worker."""

from celery import shared_task

from core import audit, events


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
