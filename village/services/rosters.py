"""Bringing in roster files 名册: every good row goes in, every other comes back with a reason."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import audit, documents
from core.models import User
from village.errors import FileRefused
from village.models import RosterImport
from village.roster import kinds, reading, refusals
from village.roster.reading import Delivery, FileNotReadable, HeadingsNotFound
from village.services import roster_facts, roster_people
from village.services.roster_reasons import sentence
from village.services.roster_results import Brought, Tell

BRING: dict[str, Callable[..., Brought]] = {
    kinds.ROSTER.name: roster_people.bring,
    kinds.HOUSEHOLDS.name: roster_facts.bring_means,
    kinds.RELATIONS.name: roster_facts.bring_relations,
    kinds.LISTS.name: roster_facts.bring_lists,
}


def import_file(
    path: Path | str,
    *,
    actor: User | None,
    as_of: date,
    refusals_to: Path | None = None,
    tell: Tell = lambda _step: None,
) -> RosterImport:
    """Bring in one file, whatever its kind; its headings say which.

    ``refusals_to`` is a directory for the file of rows to correct. Raises FileRefused when the
    file as a whole cannot be read.
    """
    path = Path(path)
    brought = import_content(path.read_bytes(), name=path.name, actor=actor, as_of=as_of, tell=tell)
    if refusals_to and brought.refusals:
        refusals_to.mkdir(parents=True, exist_ok=True)
        (refusals_to / brought.refusals.name).write_bytes(documents.content(brought.refusals))
    return brought


def import_content(
    content: bytes,
    *,
    name: str,
    actor: User | None,
    as_of: date,
    tell: Tell = lambda _step: None,
) -> RosterImport:
    """Bring in a file that was uploaded; see :func:`import_file`."""
    tell("read")
    delivery = _read(content, name)
    with transaction.atomic():
        _one_at_a_time()
        brought = BRING[delivery.kind.name](delivery, as_of=as_of, actor=actor, tell=tell)
        return _write_down(delivery, brought, name=name, actor=actor)


def _read(content: bytes, name: str) -> Delivery:
    try:
        return reading.read(content)
    except HeadingsNotFound as exc:
        raise FileRefused(
            _("%(file)s has no line of headings we know. Needed are: %(columns)s.")
            % {"file": name, "columns": exc}
        ) from exc
    except FileNotReadable as exc:
        raise FileRefused(
            _("%(file)s cannot be read: %(reason)s") % {"file": name, "reason": exc}
        ) from exc


def _one_at_a_time() -> None:
    """Two files at once would each compare with a register that the other is changing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('village.rosters'))")


def _write_down(
    delivery: Delivery, brought: Brought, *, name: str, actor: User | None
) -> RosterImport:
    refused = brought.refused["line"].n_unique()
    made = RosterImport.objects.create(
        file_name=name[:120],
        kind=delivery.kind.name,
        imported_by=actor,
        rows=delivery.rows.height,
        new=brought.new,
        changed=brought.changed,
        unchanged=brought.unchanged,
        refused=refused,
    )
    if refused:
        made.refusals = documents.store(
            refusals.correction_file(
                delivery,
                brought.refused,
                comment=_("Correct these rows and bring this file in again."),
                reason=sentence,
            ),
            name=f"{Path(name).stem[:80]}-refused.csv",
            content_type="text/csv; charset=utf-8",
            by=actor,
        )
        made.save(update_fields=["refusals"])
    audit.record(
        made,
        "village.roster.imported",
        actor=actor,
        kind=made.kind,
        rows=made.rows,
        new=made.new,
        changed=made.changed,
        unchanged=made.unchanged,
        refused=made.refused,
    )
    return made
