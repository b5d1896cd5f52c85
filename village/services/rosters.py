"""Bringing in roster files 名册: every good row goes in, every other comes back with a reason.

A file handed in at the back office is received, tried out, looked at, and only then brought in;
one from the command line is brought in at once.
"""

import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, documents, events, failures
from core.errors import SameHands
from core.models import User
from core.steps import Tell
from village.errors import FileRefused, ImportRefused
from village.events import RegisterChanged, RosterOrdered, RosterReceived
from village.models import RosterImport, Village
from village.roster import kinds, reading, refusals
from village.roster.reading import Delivery, FileNotReadable, HeadingsNotFound
from village.services import (
    roster_facts,
    roster_people,
    roster_reasons,
    roster_report,
    roster_shapes,
)
from village.services.roster_results import Bringing, Brought

BRING: dict[str, Callable[[Delivery, Bringing], Brought]] = {
    kinds.ROSTER.name: roster_people.bring,
    kinds.HOUSEHOLDS.name: roster_facts.bring_means,
    kinds.RELATIONS.name: roster_facts.bring_relations,
    kinds.LISTS.name: roster_facts.bring_lists,
}
Status = RosterImport.Status
TAKEN_UP_AT_MOST = 3
log = logging.getLogger("qianmo.village")


def import_file(
    path: Path | str,
    *,
    actor: User | None,
    as_of: date,
    refusals_to: Path | None = None,
    dry_run: bool = False,
    tell: Tell = lambda _step: None,
) -> RosterImport:
    """Bring in one file, whatever its kind; its headings say which.

    ``refusals_to`` is the file into which the rows to correct go. ``dry_run`` works everything
    and writes nothing but the figures. Raises FileRefused when the file as a whole cannot be read.
    """
    path = Path(path)
    made = import_content(
        path.read_bytes(), name=path.name, actor=actor, as_of=as_of, dry_run=dry_run, tell=tell
    )
    if refusals_to and made.refusals:
        documents.leave_at(refusals_to, made.refusals)
    return made


def import_content(
    content: bytes,
    *,
    name: str,
    actor: User | None,
    as_of: date,
    dry_run: bool = False,
    tell: Tell = lambda _step: None,
) -> RosterImport:
    """Bring in a file at once; see :func:`import_file`."""
    tell("read")
    delivery = _read(content, name)
    made = RosterImport.objects.create(
        file_name=name[:120], kind=delivery.kind.name, as_of=as_of, imported_by=actor
    )
    try:
        _work(made, delivery, keep=not dry_run, tell=tell)
    except BaseException:
        made.delete()
        raise
    if dry_run:  # nobody is to order it: the file itself is not kept
        made.status = Status.DISCARDED
        made.save(update_fields=["status"])
    return made


def receive(content: bytes, *, name: str, actor: User, as_of: date) -> RosterImport:
    """Keep a file that was handed in, to be tried out by a worker.

    One whose headings nobody knows waits to have them explained. Raises FileRefused for what is no
    table at all.
    """
    try:
        kind = reading.kind_of(content, known=roster_shapes.known()).name
        status = Status.RECEIVED
    except HeadingsNotFound:
        kind, status = "", Status.UNKNOWN_SHAPE
    except FileNotReadable as exc:
        raise _refused(name, exc) from exc
    with transaction.atomic():
        made = RosterImport.objects.create(
            file_name=name[:120],
            kind=kind,
            status=status,
            as_of=as_of,
            imported_by=actor,
            source=documents.store(
                content, name=name[:120], content_type="application/octet-stream", by=actor
            ),
        )
        audit.record(made, "village.roster.received", actor=actor)
        if status == Status.RECEIVED:
            events.publish(RosterReceived(import_id=made.pk))
    return made


def try_out(import_id: int, *, tell: Tell = lambda _step: None) -> RosterImport:
    """Work a received file to its end and take everything back: what it would do is then known."""
    return _work_received(import_id, expected=Status.RECEIVED, keep=False, tell=tell)


def order(import_id: int, *, actor: User) -> RosterImport:
    """Have a worker bring in a file that was tried out; the second press finds it ordered.

    Lists may void what neighbours said, or clear somebody: raises SameHands for whoever handed
    such a file in.
    """
    with transaction.atomic():
        made = _locked(import_id, Status.TRIED)
        if made.kind == kinds.LISTS.name and actor == made.imported_by:
            raise SameHands(
                _("Somebody else has to bring in a file of lists than whoever handed it in.")
            )
        made.status, made.ordered_by, made.taken_up = Status.ORDERED, actor, 0
        made.save(update_fields=["status", "ordered_by", "taken_up"])
        audit.record(made, "village.roster.ordered", actor=actor)
        events.publish(RosterOrdered(import_id=made.pk))
    return made


def bring_in(import_id: int, *, tell: Tell = lambda _step: None) -> RosterImport:
    """Bring in a file that was tried out and ordered in, on behalf of whoever ordered it."""
    return _work_received(import_id, expected=Status.ORDERED, keep=True, tell=tell)


def tell_the_rooms(made: RosterImport) -> None:
    """Let the other rooms know that people or households came, moved or went."""
    if made.kind == kinds.ROSTER.name and (made.new or made.moved or made.died):
        events.publish(RegisterChanged(import_id=made.pk))


def discard(import_id: int, *, actor: User) -> RosterImport:
    """Put a file aside that nobody wants to bring in."""
    with transaction.atomic():
        made = _locked(import_id, Status.TRIED, Status.UNKNOWN_SHAPE, Status.RECEIVED)
        made.status = Status.DISCARDED
        made.save(update_fields=["status"])
        audit.record(made, "village.roster.discarded", actor=actor)
    return made


def again(import_id: int, *, actor: User) -> RosterImport:
    """Try a file out once more that could not be worked."""
    with transaction.atomic():
        made = _locked(import_id, Status.FAILED)
        made.status, made.error, made.taken_up = Status.RECEIVED, "", 0
        made.save(update_fields=["status", "error", "taken_up"])
        audit.record(made, "village.roster.tried_again", actor=actor)
        events.publish(RosterReceived(import_id=made.pk))
    return made


def take_up(import_id: int) -> bool:
    """Whether a file that waits too long is to be worked once more: no worker has it now, and it
    has not cost several workers their lives already. Such a file has failed."""
    with transaction.atomic():
        made = (
            RosterImport.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(pk=import_id, status__in=[Status.RECEIVED, Status.ORDERED])
            .first()
        )
        if made is None:
            return False
        if made.taken_up >= TAKEN_UP_AT_MOST:
            _fail(
                made,
                _(
                    "No worker came to the end of this file, and nothing of it was written. Cut "
                    "it by towns and hand in the parts."
                ),
            )
            return False
        made.taken_up += 1
        made.save(update_fields=["taken_up"])
    return True


def _work_received(import_id: int, *, expected: str, keep: bool, tell: Tell) -> RosterImport:
    with transaction.atomic():
        made = _locked(import_id, expected)
    tell("read")
    try:
        return _work(
            made, _read(documents.content(made.source), made.file_name), keep=keep, tell=tell
        )
    except ImportRefused:
        raise
    except FileRefused as exc:
        _fail(made, str(exc))
    except failures.UNFORESEEN as exc:
        log.error("Roster file %s failed: %s", import_id, failures.told(exc))
        _fail(
            made,
            _(
                "This file could not be worked, and nothing of it was written. Try it again; if "
                "it fails again, tell those who look after the system its number: %(number)s."
            )
            % {"number": made.pk},
        )
    return made


def _fail(made: RosterImport, because: str) -> None:
    with transaction.atomic():
        made.status, made.error = Status.FAILED, because[:300]
        made.save(update_fields=["status", "error"])
        audit.record(made, "village.roster.failed", actor=made.imported_by)


def _work(made: RosterImport, delivery: Delivery, *, keep: bool, tell: Tell) -> RosterImport:
    """Work a file inside one transaction, which is rolled back unless it is to be kept."""
    with transaction.atomic():
        _locked(made.pk, made.status)  # whoever pressed twice finds it done
        _one_at_a_time()
        by = Bringing(
            number=made.pk,
            at=timezone.now(),
            as_of=made.as_of,
            actor=made.ordered_by or made.imported_by,
            tell=tell,
            villages=_villages_of(made.imported_by),
        )
        brought = BRING[delivery.kind.name](delivery, by)
        changes = roster_report.made(made.pk) if brought.new or brought.changed else b""
        if keep:
            _write_down(made, delivery, brought, changes, status=Status.BROUGHT, by=by)
        else:
            transaction.set_rollback(True)
    if not keep:
        with transaction.atomic():
            _write_down(made, delivery, brought, changes, status=Status.TRIED, by=by)
    return made


def _villages_of(user: User | None) -> frozenset[int] | None:
    """The villages whose people a file of this person may speak of; None for all."""
    if user is None or user.sees_everything:
        return None
    return frozenset(Village.objects.visible_to(user).order_by().values_list("pk", flat=True))


def _locked(import_id: int, *expected: str) -> RosterImport:
    made = (
        RosterImport.objects.select_for_update(of=("self",))
        .select_related("source", "refusals", "imported_by", "ordered_by")
        .get(pk=import_id)
    )
    if made.status not in expected:
        raise ImportRefused(
            _("This file is “%(state)s”; that cannot be done with it any more.")
            % {"state": made.get_status_display()}
        )
    return made


def _read(content: bytes, name: str) -> Delivery:
    try:
        return reading.read(content, known=roster_shapes.known())
    except FileNotReadable as exc:
        raise _refused(name, exc) from exc


def _refused(name: str, exc: FileNotReadable) -> FileRefused:
    return FileRefused(roster_reasons.of_file(name, exc))


def _one_at_a_time() -> None:
    """Two files at once would each compare with a register that the other is changing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('village.rosters'))")


def _write_down(
    made: RosterImport,
    delivery: Delivery,
    brought: Brought,
    changes: bytes,
    *,
    status: str,
    by: Bringing,
) -> None:
    """What became of the file: its figures, what it changes, and the rows to correct."""
    refused = brought.refused["line"].n_unique()
    made.kind, made.status, made.rows = delivery.kind.name, status, delivery.rows.height
    made.new, made.changed, made.unchanged = brought.new, brought.changed, brought.unchanged
    made.moved, made.died, made.refused = brought.moved, brought.died, refused
    made.refusals = _rows_to_correct(made, delivery, brought, by.actor) if refused else None
    made.report = _report(made, changes, by.actor) if changes else None
    made.ignored = list(delivery.ignored)
    made.written_at = by.at if status == Status.BROUGHT else None
    made.save()
    if status == Status.BROUGHT:
        tell_the_rooms(made)
        audit.record(
            made,
            "village.roster.imported",
            actor=by.actor,
            kind=made.kind,
            rows=made.rows,
            new=made.new,
            changed=made.changed,
            unchanged=made.unchanged,
            refused=made.refused,
        )


def _report(made: RosterImport, changes: bytes, actor: User | None) -> documents.Document:
    return documents.store(
        changes,
        name=f"{Path(made.file_name).stem[:80]}-changes.csv",
        content_type="text/csv; charset=utf-8",
        by=actor,
    )


def _rows_to_correct(
    made: RosterImport, delivery: Delivery, brought: Brought, actor: User | None
) -> documents.Document:
    return documents.store(
        refusals.correction_file(
            delivery,
            brought.refused,
            comment=_("Correct these rows and bring this file in again."),
            reason=roster_reasons.sentence,
        ),
        name=f"{Path(made.file_name).stem[:80]}-refused.csv",
        content_type="text/csv; charset=utf-8",
        by=actor,
    )
