"""Files of data handed in at the back office: kept at once, taken in by a worker.

Each stands for itself: one at which a worker stops is given up after a few tries, and no other
waits for it.
"""

import logging
from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.deliveries.quality import NOT_WITHDRAWN, STOPPED, Finding
from admission.errors import DeliveryRefused
from admission.events import FileReceived
from admission.models import Delivery, IncomingFile
from admission.services import deliveries, withdrawing
from core import audit, documents, events, failures, notices
from core.models import Notice, User
from core.steps import Tell

log = logging.getLogger("qianmo.deliveries")

TAKEN_UP_AT_MOST = 3
LEFT_AFTER = timedelta(minutes=15)
"""A file older than this has lost its worker, or its message."""
ORDERED = (Delivery.Status.ORDERED, Delivery.Status.LEAVING)
"""Deliveries that a second person wants a worker to take in, or to withdraw."""


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


def work(file_id: int, *, tell: Tell) -> None:
    """Take in a file that waits; one that another worker has, or that was taken in, is left alone.

    All of it is one transaction: a worker that dies leaves the file waiting, but not for ever.
    """
    if not _taken_up(file_id):
        return
    try:
        _take_in(file_id, tell=tell)
    except failures.UNFORESEEN as exc:
        log.error("File of data %s failed: %s", file_id, failures.told(exc))
        _given_up_in_the_end(file_id)


def work_ordered(delivery_id: int, *, tell: Tell) -> None:
    """Take in, or withdraw, a delivery that was settled so. One at which workers stop is held back
    again, or stays in."""
    if not _ordered_taken_up(delivery_id):
        return
    try:
        deliveries.take_in_ordered(delivery_id, tell=tell)
        withdrawing.withdraw_ordered(delivery_id, tell=tell)
    except failures.UNFORESEEN as exc:
        log.error("Delivery %s failed: %s", delivery_id, failures.told(exc))
        _held_again_in_the_end(delivery_id)


def left_waiting(now: datetime) -> list[int]:
    """Files that should have been taken in by now: their worker died, or the broker lost them."""
    left = IncomingFile.objects.filter(
        status=IncomingFile.Status.WAITING, received_at__lt=now - LEFT_AFTER
    )
    return list(left.values_list("pk", flat=True))


def left_ordered() -> list[int]:
    """Deliveries that were settled and are not yet taken in, or withdrawn."""
    return list(Delivery.objects.filter(status__in=ORDERED).values_list("pk", flat=True))


@transaction.atomic
def _taken_up(file_id: int) -> bool:
    """Count one more try, before it is made; a file that workers died of often enough has failed
    without one."""
    received = _waiting(file_id)
    if received is None:
        return False
    if received.taken_up >= TAKEN_UP_AT_MOST:
        _refuse(received, _never_ended(), deed="failed")
        return False
    received.taken_up += 1
    received.save(update_fields=["taken_up"])
    return True


@transaction.atomic
def _take_in(file_id: int, *, tell: Tell) -> None:
    received = _waiting(file_id)
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
    except DeliveryRefused as exc:
        _refuse(received, str(exc), deed="refused")
        return
    received.status = IncomingFile.Status.TAKEN
    received.save(update_fields=["status", "delivery"])


@transaction.atomic
def _given_up_in_the_end(file_id: int) -> None:
    received = _waiting(file_id)
    if received and received.taken_up >= TAKEN_UP_AT_MOST:
        _refuse(received, _never_ended(), deed="failed")


def _refuse(received: IncomingFile, why: str, *, deed: str) -> None:
    """Say on the file's page why nothing came of it, and tell whoever handed it in."""
    received.status, received.error = IncomingFile.Status.REFUSED, why[:300]
    received.save(update_fields=["status", "error"])
    audit.record(received, f"admission.file.{deed}", actor=received.received_by)
    notices.send(
        gettext_lazy("%(file)s could not be brought in: %(why)s"),
        {"file": received.file_name, "why": why},
        user=received.received_by,
        level=Notice.Level.ORANGE,
        url=reverse("admin:admission_incomingfile_change", args=[received.pk]),
    )


def _never_ended() -> str:
    return _(
        "No worker came to the end of this file, and nothing of it was written. Hand it in once "
        "more; if it fails again, tell those who look after the system."
    )


def _waiting(file_id: int) -> IncomingFile | None:
    """A file that is to be taken in, and that no other worker has just now."""
    waiting = IncomingFile.objects.select_for_update(of=("self",), skip_locked=True)
    return (
        waiting.select_related("file", "received_by")
        .filter(pk=file_id, status=IncomingFile.Status.WAITING)
        .first()
    )


@transaction.atomic
def _ordered_taken_up(delivery_id: int) -> bool:
    made = _ordered(delivery_id)
    if made is None:
        return False
    if made.taken_up >= TAKEN_UP_AT_MOST:
        _let_be(made)
        return False
    made.taken_up += 1
    made.save(update_fields=["taken_up"])
    return True


@transaction.atomic
def _held_again_in_the_end(delivery_id: int) -> None:
    made = _ordered(delivery_id)
    if made and made.taken_up >= TAKEN_UP_AT_MOST:
        _let_be(made)


def _let_be(made: Delivery) -> None:
    if made.status == Delivery.Status.LEAVING:
        _leave_in(made)
    else:
        _hold_again(made)


def _leave_in(made: Delivery) -> None:
    """Leave in what no worker came to the end of withdrawing, and tell those who wanted it."""
    told = {each for each in (made.withdrawal_asked_by, made.withdrawn_by) if each}
    stopped = Finding(NOT_WITHDRAWN, detail={"times": made.taken_up})
    made.findings = [*made.findings, stopped.as_json()]
    withdrawing.forget(made)
    audit.record(made, "admission.delivery.not_withdrawn", actor=None)
    for each in told:
        notices.send(
            gettext_lazy("%(file)s could not be withdrawn; its figures still stand."),
            {"file": made},
            user=each,
            level=Notice.Level.ORANGE,
            url=reverse("admin:admission_delivery_change", args=[made.pk]),
        )


def _hold_again(made: Delivery) -> None:
    """Hold back what no worker came to the end of, and tell those who brought and ordered it."""
    told = {each for each in (made.received_by, made.settled_by) if each}
    stopped = Finding(STOPPED, grave=True, detail={"times": made.taken_up})
    made.findings = [*made.findings, stopped.as_json()]
    made.status, made.settled_by, made.taken_up = Delivery.Status.HELD, None, 0
    made.save(update_fields=["status", "settled_by", "taken_up", "findings"])
    audit.record(made, "admission.delivery.stopped", actor=None)
    for each in told:
        notices.send(
            gettext_lazy("%(file)s could not be taken in and is held back again."),
            {"file": made},
            user=each,
            level=Notice.Level.ORANGE,
            url=reverse("admin:admission_delivery_change", args=[made.pk]),
        )


def _ordered(delivery_id: int) -> Delivery | None:
    ordered = Delivery.objects.select_for_update(of=("self",), skip_locked=True)
    return (
        ordered.select_related("received_by", "settled_by", "withdrawal_asked_by", "withdrawn_by")
        .filter(pk=delivery_id, status__in=ORDERED)
        .first()
    )
