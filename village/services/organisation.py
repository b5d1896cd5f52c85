"""Bringing in the bank's branches and people and the county's ground, from tables.

Each table may be brought in again: what is known is updated, and nothing is doubled. Good lines go
in; of every other it is told which field is wrong and why. Branches lead to staff, staff to areas;
a manager's villages that are not registered yet wait on the manager's grid.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import polars as pl
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, documents, sheets
from core.models import Document, User
from village.errors import FileRefused, ImportRefused
from village.models import OrganisationImport
from village.roster import organisation as tables
from village.roster import reading, refusals
from village.roster.reading import Delivery, FileNotReadable
from village.services import (
    organisation_areas,
    organisation_branches,
    organisation_staff,
    roster_reasons,
)
from village.services.organisation_results import Worked

Status = OrganisationImport.Status


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a line: where, with which field, why."""

    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        return _("line %(line)s, %(field)s: %(reason)s") % asdict(self)


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one table."""

    file_name: str
    kind: str
    rows: int
    new: int
    changed: int
    unchanged: int
    refused: int
    refusals: bytes
    """The lines to correct as a file that comes back; empty where there are none."""
    report: bytes
    """What is new and what changed, old beside new; empty where nothing is."""
    faults: list[Fault]
    ignored: tuple[str, ...] = ()
    staff: list[User] = field(default_factory=list)

    @property
    def figures(self) -> dict[str, int]:
        """How many lines became what."""
        names = ("rows", "new", "changed", "unchanged", "refused")
        return {name: getattr(self, name) for name in names}


def in_order(paths: Sequence[Path]) -> list[Path]:
    """The files with branches before staff and staff before areas, as one leads to the next.

    Those that nobody can read stand last, each to be refused in its turn.
    """
    order = [each.name for each in tables.KINDS]

    def place(path: Path) -> int:
        try:
            return order.index(reading.kind_of(path.read_bytes(), tables.KINDS).name)
        except (FileNotReadable, OSError):
            return len(order)

    return sorted(paths, key=place)


@contextmanager
def rehearsal() -> Iterator[None]:
    """Whatever is brought in meanwhile leads on as if it stood, and is taken back at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def import_file(
    path: Path | str, *, actor: User | None = None, password: str = "", keep: bool = True
) -> Brought:
    """Bring in one table, whichever it is; its headings say.

    ``password`` is a demo's, for everybody new. Without ``keep`` no record of the file is made, as
    in a rehearsal. Raises FileRefused when the file as a whole cannot be read.
    """
    path = Path(path)
    delivery = _read(path.read_bytes(), path.name)
    with transaction.atomic():
        brought = _work(delivery, name=path.name, actor=actor, password=password)
        if keep:
            made = OrganisationImport(
                file_name=path.name[:120], kind=brought.kind, imported_by=actor, ordered_by=actor
            )
            _write_down(made, brought, status=Status.BROUGHT, actor=actor)
    return brought


def receive(content: bytes, *, name: str, actor: User) -> OrganisationImport:
    """Keep a table that was handed in, worked to its end with everything taken back again: what
    it would do is then known. Raises FileRefused."""
    delivery = _read(content, name)
    with rehearsal():
        brought = _work(delivery, name=name, actor=actor)
    with transaction.atomic():
        made = OrganisationImport(
            file_name=name[:120],
            kind=brought.kind,
            imported_by=actor,
            source=documents.store(
                content, name=name[:120], content_type="application/octet-stream", by=actor
            ),
        )
        _write_down(made, brought, status=Status.TRIED, actor=actor)
        audit.record(made, "village.organisation.received", actor=actor, kind=made.kind)
    return made


@transaction.atomic
def bring_in(import_id: int, *, actor: User) -> OrganisationImport:
    """Bring in the good lines of a table that was tried out, as they lead today."""
    made = _locked(import_id)
    delivery = _read(documents.content(made.source), made.file_name)
    brought = _work(delivery, name=made.file_name, actor=actor)
    made.ordered_by = actor
    _write_down(made, brought, status=Status.BROUGHT, actor=actor)
    return made


@transaction.atomic
def discard(import_id: int, *, actor: User) -> OrganisationImport:
    """Put a table aside that nobody wants to bring in."""
    made = _locked(import_id)
    made.status = Status.DISCARDED
    made.save(update_fields=["status"])
    audit.record(made, "village.organisation.discarded", actor=actor)
    return made


def _locked(import_id: int) -> OrganisationImport:
    rows = OrganisationImport.objects.select_for_update(of=("self",)).select_related("source")
    made = rows.get(pk=import_id)
    if made.status != Status.TRIED:
        raise ImportRefused(
            _("This file is “%(state)s”; that cannot be done with it any more.")
            % {"state": made.get_status_display()}
        )
    return made


def _read(content: bytes, name: str) -> Delivery:
    try:
        return reading.read(content, tables.KINDS)
    except FileNotReadable as exc:
        raise FileRefused(roster_reasons.of_file(name, exc)) from exc


def _work(delivery: Delivery, *, name: str, actor: User | None, password: str = "") -> Brought:
    _one_at_a_time()
    lines = tables.read(delivery)
    match delivery.kind:
        case tables.BRANCHES:
            worked = organisation_branches.bring(lines, actor=actor)
        case tables.STAFF:
            worked = organisation_staff.bring(lines, actor=actor, password=password)
        case _:
            worked = organisation_areas.bring(lines, actor=actor)
    return _brought(delivery, worked, name)


def _one_at_a_time() -> None:
    """Two tables at once would each compare with what the other is changing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('village.organisation'))")


def _brought(delivery: Delivery, worked: Worked, name: str) -> Brought:
    refused = worked.lines.refused(delivery.faulty)
    report = worked.report()
    return Brought(
        file_name=name,
        kind=delivery.kind.name,
        rows=delivery.rows.height,
        new=len(worked.new),
        changed=len(worked.changed),
        unchanged=worked.unchanged,
        refused=refused["line"].n_unique(),
        refusals=refusals.correction_file(
            delivery,
            refused,
            comment=_("Correct these rows and bring this file in again."),
            reason=roster_reasons.sentence,
        )
        if refused.height
        else b"",
        report=sheets.made(report, sheets.CSV, name="changes", customers=0).content
        if len(report) > 1
        else b"",
        faults=_faults(delivery, refused),
        ignored=delivery.ignored,
        staff=worked.staff,
    )


def _faults(delivery: Delivery, refused: pl.DataFrame) -> list[Fault]:
    """Every fault in the order of the file, its field under the heading people know."""
    names = {each.name: each.heading for each in delivery.kind.columns}
    return [
        Fault(line, names.get(field, field), roster_reasons.sentence(code, detail))
        for line, field, code, detail in refused.sort("line", maintain_order=True).iter_rows()
    ]


def _write_down(
    made: OrganisationImport, brought: Brought, *, status: str, actor: User | None
) -> None:
    """What became of the table: its figures, what it changes, and the lines to correct."""
    made.status, made.ignored = status, list(brought.ignored)
    for name, figure in brought.figures.items():
        setattr(made, name, figure)
    made.refusals = _kept(made, brought.refusals, "refused", actor)
    made.report = _kept(made, brought.report, "changes", actor)
    made.written_at = timezone.now() if status == Status.BROUGHT else None
    made.save()
    if status == Status.BROUGHT:
        audit.record(
            made,
            "village.organisation.imported",
            actor=actor,
            kind=made.kind,
            **brought.figures,
        )


def _kept(
    made: OrganisationImport, content: bytes, what: str, actor: User | None
) -> Document | None:
    if not content:
        return None
    return documents.store(
        content,
        name=f"{Path(made.file_name).stem[:80]}-{what}.csv",
        content_type="text/csv; charset=utf-8",
        by=actor,
    )
