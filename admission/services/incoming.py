"""Files of data handed in at the back office: kept at once, taken in by a worker."""

from datetime import date, datetime, timedelta

from django.db import transaction

from admission.errors import DeliveryRefused
from admission.events import FileReceived
from admission.models import Delivery, IncomingFile
from admission.services import deliveries
from core import audit, documents, events
from core.models import User
from core.steps import Tell

LEFT_AFTER = timedelta(minutes=15)
"""A file older than this has lost its worker, or its message."""


def receive(
    content: bytes,
    *,
    name: str,
    actor: User,
    at: datetime,
    kind: str | None = None,
    day: date | None = None,
) -> IncomingFile:
    """Keep a file, to be taken in by a worker. Raises DeliveryRefused for one whose first lines
    have no headings we know."""
    deliveries.recognise(content, name=name, kind=kind)
    with transaction.atomic():
        received = IncomingFile.objects.create(
            file=documents.store(
                content, name=name[:120], content_type=deliveries.type_of(name), by=actor
            ),
            file_name=name[:120],
            kind=kind or "",
            given_day=day,
            received_at=at,
            received_by=actor,
        )
        audit.record(received, "admission.file.received", actor=actor)
        events.publish(FileReceived(file_id=received.pk))
    return received


@transaction.atomic
def work(file_id: int, *, tell: Tell) -> None:
    """Take in a file that waits; one that another worker has, or that was taken in, is left alone.

    All of it is one transaction: a worker that dies leaves the file waiting.
    """
    waiting = IncomingFile.objects.select_for_update(of=("self",), skip_locked=True)
    received = (
        waiting.select_related("file", "received_by")
        .filter(pk=file_id, status=IncomingFile.Status.WAITING)
        .first()
    )
    if received is None:
        return
    try:
        received.delivery = deliveries.import_content(
            documents.content(received.file),
            name=received.file_name,
            actor=received.received_by,
            at=received.received_at,
            kind=received.kind or None,
            day=received.given_day,
            tell=tell,
        )
        received.status = IncomingFile.Status.TAKEN
    except DeliveryRefused as exc:
        received.status, received.error = IncomingFile.Status.REFUSED, str(exc)[:300]
    received.save(update_fields=["status", "delivery", "error"])


def left_waiting(now: datetime) -> list[int]:
    """Files that should have been taken in by now: their worker died, or the broker lost them."""
    left = IncomingFile.objects.filter(
        status=IncomingFile.Status.WAITING, received_at__lt=now - LEFT_AFTER
    )
    return list(left.values_list("pk", flat=True))


def left_ordered() -> list[int]:
    """Deliveries that were settled and are not yet taken in."""
    return list(
        Delivery.objects.filter(status=Delivery.Status.ORDERED).values_list("pk", flat=True)
    )
