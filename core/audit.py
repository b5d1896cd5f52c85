"""Recording deeds, linking them into chains, and finding what was changed afterwards.

A deed is written in the transaction that does it, with a keyed digest of its content. Linking
happens after commit, a stream at a time, so that two approvals never wait for one another because
of the record kept about them.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from core.models import AuditEntry, Reading, User

SEAL_AT_ONCE = 20_000
WRITE_AT_ONCE = 2_000
GENESIS = "0" * 64
SYSTEM = "system"
COPY_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


class Told(NamedTuple):
    """What is to be remembered, as it is digested and as COPY spells it. Told once, it serves every
    deed of a batch that says the same."""

    text: str
    copied: str


class Deed(NamedTuple):
    """One line of a batch's record: which row, and what is to be remembered about it."""

    object_id: int
    detail: dict[str, Any] | Told


def told(**detail: Any) -> Told:
    """The same detail for many deeds."""
    text = _json(detail)
    return Told(text, _copied(text))


def record(
    of: models.Model, action: str, *, actor: User | None, at: datetime | None = None, **detail: Any
) -> AuditEntry:
    """Write down that ``actor`` (None: the system) did ``action`` to the record ``of``."""
    entry = _entry(
        stream=of._meta.app_label,
        object_type=of._meta.label_lower,
        object_id=of.pk,
        action=action,
        actor=actor,
        at=at or timezone.now(),
        detail=detail,
    )
    entry.save()
    return entry


def record_all(
    model: type[models.Model], action: str, deeds: Iterable[Deed], *, actor: User | None
) -> int:
    """Write down one deed per row of a batch with one COPY; returns how many."""
    meta, at = model._meta, timezone.now()
    who, name = (actor.pk, str(actor)) if actor else (None, SYSTEM)
    common = meta.app_label, at, action, who, name, meta.label_lower
    digest = _digests(*common)
    alike = "\t".join(map(_copied, common))
    columns = (
        "stream, at, action, actor_id, actor_name, object_type, object_id, detail, digest, "
        "chain_hash"
    )
    written = 0
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY core_auditentry ({columns}) FROM STDIN") as copy,
    ):
        for some in _some_at_a_time(deeds):
            lines = []
            for pk, detail in some:
                text, copied = detail if isinstance(detail, Told) else told(**detail)
                lines.append(f"{alike}\t{pk}\t{copied}\t{digest(pk, text)}\t\n")
            copy.write("".join(lines))
            written += len(lines)
    return written


def _some_at_a_time(deeds: Iterable[Deed]) -> Iterator[list[Deed]]:
    """The driver takes thousands of lines as fast as one."""
    waiting = iter(deeds)
    while some := list(islice(waiting, WRITE_AT_ONCE)):
        yield some


def read(of: models.Model, *, reader: User, what: str, reason: str = "") -> Reading:
    """Write down that ``reader`` saw personal data of ``of``."""
    (made,) = read_all([of], reader=reader, what=what, reason=reason)
    return made


def read_all(
    some: Iterable[models.Model], *, reader: User, what: str, reason: str = ""
) -> list[Reading]:
    """The same of several at once, each with a line of its own. One statement."""
    return Reading.objects.bulk_create(
        Reading(
            reader=reader,
            object_type=of._meta.label_lower,
            object_id=of.pk,
            what=what,
            reason=reason,
        )
        for of in some
    )


def seal() -> int:
    """Link all committed, not yet linked deeds into their streams' chains; returns how many."""
    linked = 0
    streams = AuditEntry.objects.filter(sequence=None).order_by().values_list("stream", flat=True)
    for stream in sorted(set(streams.distinct())):
        while some := _seal_some(stream):
            linked += some
    return linked


@transaction.atomic
def _seal_some(stream: str) -> int:
    """Link the next few deeds of one stream, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"audit:{stream}"])
    last = (
        AuditEntry.objects.filter(stream=stream, sequence__isnull=False)
        .order_by("-sequence")
        .values_list("sequence", "chain_hash")
        .first()
    )
    sequence, chain = last or (0, GENESIS)
    waiting = AuditEntry.objects.filter(stream=stream, sequence=None).order_by("id")
    links = []
    for pk, digest in waiting.values_list("pk", "digest")[:SEAL_AT_ONCE]:
        sequence += 1
        chain = _link(chain, digest, sequence)
        links.append((pk, sequence, chain))
    if links:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE core_auditentry SET sequence = link.sequence, chain_hash = link.chain "
                "FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS link(id, sequence, chain) "
                "WHERE core_auditentry.id = link.id",
                [list(column) for column in zip(*links, strict=True)],
            )
    return len(links)


@dataclass(frozen=True)
class Fault:
    """A place where the record no longer says what was once written."""

    stream: str
    sequence: int | None
    entry: int | None
    reason: str


def verify() -> Iterator[Fault]:
    """Every row that was changed, moved or removed since it was written."""
    streams = AuditEntry.objects.order_by("stream").values_list("stream", flat=True).distinct()
    for stream in streams:
        yield from _verify_stream(stream)
    for entry in AuditEntry.objects.filter(sequence=None).order_by("id").iterator():
        if entry.digest != _digest(entry):
            yield Fault(entry.stream, None, entry.pk, "changed")


@dataclass(frozen=True)
class Head:
    """The newest link of a stream's chain: kept elsewhere, it shows when the end was cut off."""

    stream: str
    sequence: int
    chain_hash: str


def heads() -> list[Head]:
    """The newest link of every stream."""
    newest = AuditEntry.objects.filter(sequence__isnull=False)
    rows = newest.order_by("stream", "-sequence").distinct("stream")
    return [Head(*row) for row in rows.values_list("stream", "sequence", "chain_hash")]


def missing(kept: Iterable[Head]) -> Iterator[Fault]:
    """Heads kept elsewhere that the record no longer holds."""
    for head in kept:
        links = AuditEntry.objects.filter(stream=head.stream, sequence=head.sequence)
        if not links.filter(chain_hash=head.chain_hash).exists():
            yield Fault(head.stream, head.sequence, None, "removed or written anew")


def _verify_stream(stream: str) -> Iterator[Fault]:
    expected, chain = 1, GENESIS
    linked = AuditEntry.objects.filter(stream=stream, sequence__isnull=False)
    for entry in linked.order_by("sequence").iterator(chunk_size=5_000):
        if entry.sequence != expected:
            yield Fault(stream, expected, None, "removed")
        if entry.digest != _digest(entry):
            yield Fault(stream, entry.sequence, entry.pk, "changed")
        elif entry.sequence == expected and entry.chain_hash != _link(
            chain, entry.digest, entry.sequence
        ):
            yield Fault(stream, entry.sequence, entry.pk, "not where it was written")
        expected, chain = entry.sequence + 1, entry.chain_hash


def _entry(*, actor: User | None, detail: dict[str, Any], **columns: Any) -> AuditEntry:
    entry = AuditEntry(
        actor=actor,
        actor_name=str(actor) if actor else SYSTEM,
        detail=detail,
        **columns,
    )
    entry.digest = _digest(entry)
    return entry


def _digest(entry: AuditEntry) -> str:
    """A keyed fingerprint of everything an entry says."""
    digest = _digests(
        entry.stream, entry.at, entry.action, entry.actor_id, entry.actor_name, entry.object_type
    )
    return digest(entry.object_id, _json(entry.detail))


def _digests(
    stream: str, at: datetime, action: str, actor_id: int | None, actor_name: str, of: str
) -> Callable[[int, str], str]:
    """What fingerprints deeds that differ only in the record they are about and in the detail."""
    told = _json([stream, at.astimezone(UTC).isoformat(), action, actor_id, actor_name, of])
    same, key = told.removesuffix("]"), settings.KEYRING.audit

    def digest(object_id: int, detail: str) -> str:
        """Of the whole list in one text: what is alike in a batch, the record, the detail."""
        text = f"{same}, {object_id}, {detail}]"
        return hmac.digest(key, text.encode(), "sha256").hex()

    return digest


def _copied(value: object) -> str:
    """A value as the text format of COPY spells it; the driver would adapt every column of every
    row, most of which are alike in a batch."""
    return r"\N" if value is None else str(value).translate(COPY_ESCAPES)


def _link(chain: str, digest: str, sequence: int) -> str:
    """The hash that ties one deed to all before it."""
    text = f"{chain}{digest}{sequence}"
    return hmac.new(settings.KEYRING.audit, text.encode(), hashlib.sha256).hexdigest()
