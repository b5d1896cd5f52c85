"""Taking in files of data 数据交付: good rows become figures, the others come back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

import polars as pl
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from admission.deliveries import checking, quality
from admission.deliveries.classes import CLASSES, DAY, ID, DataClass
from admission.deliveries.quality import Counted, Finding
from admission.errors import DeliveryRefused
from admission.events import DeliveryOrdered
from admission.models import Delivery
from admission.services import delivered_figures, deposit_days, watch_lists
from admission.services.delivered_figures import Matched
from admission.services.delivery_reasons import sentence
from core import audit, documents, events
from core.errors import SameHands
from core.models import Document, User
from core.steps import Tell
from village.models import RosterImport
from village.roster import reading, refusals
from village.roster.kinds import Kind
from village.roster.reading import FileNotReadable
from village.services import roster_reasons

Said = TypeVar("Said")

ALSO_KEPT: dict[str, Callable[[Delivery], int | None]] = {
    "deposits": lambda made: deposit_days.keep(made.as_of),
    "watch_lists": watch_lists.tell_the_review,
}
"""What is done with a class beside keeping its newest figures."""

CSV = "text/csv; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that was read and judged row by row."""

    of: DataClass
    read: reading.Delivery
    rows: pl.DataFrame
    refused: pl.DataFrame
    good: pl.DataFrame
    as_of: date


def import_file(
    path: Path | str,
    *,
    actor: User | None,
    at: datetime,
    kind: str | None = None,
    day: date | None = None,
    refusals_to: Path | None = None,
    tell: Tell = lambda _step: None,
) -> Delivery:
    """Take in one file; its headings say which class it is, unless ``kind`` does.

    ``day`` is the day of rows that name none. ``refusals_to`` is the file into which the rows
    to correct go. Raises DeliveryRefused.
    """
    path = Path(path)
    content = path.read_bytes()
    made = import_content(
        content, name=path.name, actor=actor, at=at, kind=kind, day=day, tell=tell
    )
    if refusals_to and made.refusals:
        documents.leave_at(refusals_to, made.refusals)
    return made


def import_content(
    content: bytes,
    *,
    name: str,
    actor: User | None,
    at: datetime,
    kind: str | None = None,
    day: date | None = None,
    tell: Tell = lambda _step: None,
) -> Delivery:
    """Take in a file that was uploaded; the same file again changes nothing but who is matched.

    A delivery about which something grave was found is held back until somebody else settles it.
    """
    tell("read")
    checked = check(content, name=name, kind=kind, day=day, today=timezone.localdate(at))
    return take_in(checked, content, name=name, actor=actor, at=at, day=day, tell=tell)


def take_in(
    checked: Checked,
    content: bytes,
    *,
    name: str,
    actor: User | None,
    at: datetime,
    day: date | None = None,
    tell: Tell = lambda _step: None,
) -> Delivery:
    """Take in a file that was read and judged; see :func:`import_content`."""
    file = documents.store(content, name=name[:120], content_type=type_of(name), by=actor)
    tell("match")
    with transaction.atomic():
        one_at_a_time(checked.of.name)
        made = _delivery(checked, file, name=name, day=day, actor=actor, at=at)
        if made.status == Delivery.Status.REJECTED:
            raise DeliveryRefused(_("This file was rejected before: %(file)s.") % {"file": made})
        if made.status == Delivery.Status.LEAVING:
            raise DeliveryRefused(_("%(file)s is just being withdrawn.") % {"file": made})
        matched = _beside_register(made, checked)
        _judge(made, checked, matched)
        if made.status == Delivery.Status.WITHDRAWN:
            _come_again(made, actor=actor)
        made.refusals = _correction(checked, name, actor)
        if made.is_grave and not made.settled_by_id:
            made.status = Delivery.Status.HELD
        tell("write")
        _finish(made, checked, actor=actor)
    return made


@transaction.atomic
def settle(delivery_id: int, *, take_in: bool, actor: User) -> Delivery:
    """Have a worker take in a delivery that was held back, or reject it; not by whoever brought
    it."""
    made = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery_id)
    if made.status != Delivery.Status.HELD:
        raise DeliveryRefused(_("%(file)s is not held back.") % {"file": made})
    if actor == made.received_by:
        raise SameHands
    made.settled_by = actor
    made.status = Delivery.Status.ORDERED if take_in else Delivery.Status.REJECTED
    made.findings = [each for each in made.findings if each["code"] != quality.STOPPED]
    made.save(update_fields=["status", "settled_by", "findings"])
    audit.record(made, f"admission.delivery.{made.status}", actor=actor)
    if take_in:
        events.publish(DeliveryOrdered(delivery_id=made.pk))
    return made


@transaction.atomic
def take_in_ordered(delivery_id: int, *, tell: Tell = lambda _step: None) -> None:
    """Take in a delivery that was settled so; one that another worker has, or that was taken in, is
    left alone."""
    ordered = Delivery.objects.select_for_update(of=("self",), skip_locked=True)
    made = ordered.filter(pk=delivery_id, status=Delivery.Status.ORDERED).first()
    if made is None:
        return
    tell("read")
    checked = again(made)
    tell("match")
    one_at_a_time(checked.of.name)
    made.status = Delivery.Status.TAKEN
    _match_anew(made, checked, actor=made.settled_by, tell=tell)


def newest(of: DataClass) -> Delivery | None:
    """The newest delivery of a class that was taken in."""
    taken = Delivery.objects.filter(kind=of.name, status=Delivery.Status.TAKEN)
    return taken.order_by("-as_of", "-id").first()


def newest_with_strangers(of: DataClass) -> Delivery | None:
    """The newest delivery of a class, if it tells of people nobody registered."""
    found = newest(of)
    return found if found and found.unmatched else None


def left_unmatched(of: DataClass) -> Delivery | None:
    """The newest delivery of a class, if it tells of people nobody registered and a roster was
    brought in since it was last set beside the register: the broker lost the look for them."""
    newest, brought_at = newest_with_strangers(of), _newest_roster()
    if newest is None or brought_at is None or newest.register_of == brought_at:
        return None
    return newest


def _newest_roster() -> datetime | None:
    """When the newest roster with people was written; rosters are brought in one after another."""
    brought = RosterImport.objects.filter(
        kind=RosterImport.Kind.ROSTER, status=RosterImport.Status.BROUGHT, new__gt=0
    )
    return brought.aggregate(newest=Max("written_at"))["newest"]


@transaction.atomic
def match_again(delivery_id: int) -> Delivery:
    """Set a delivery that was taken in beside the register as it stands now; what newer ones told
    is left alone."""
    one_at_a_time(Delivery.objects.values_list("kind", flat=True).get(pk=delivery_id))
    made = Delivery.objects.select_for_update(of=("self",)).get(
        pk=delivery_id, status=Delivery.Status.TAKEN
    )
    _match_anew(made, again(made), actor=made.settled_by or made.received_by)
    return made


def _match_anew(
    made: Delivery, checked: Checked, *, actor: User | None, tell: Tell = lambda _step: None
) -> None:
    matched = _beside_register(made, checked)
    made.matched, made.unmatched = matched.rows, matched.unmatched
    tell("write")
    _finish(made, checked, actor=actor)


def again(delivery: Delivery) -> Checked:
    """A delivery's file, unsealed, read and judged as on the day it came."""
    return check(
        documents.content(delivery.file),
        name=delivery.file_name,
        kind=delivery.kind,
        day=delivery.given_day,
        today=timezone.localdate(delivery.received_at),
    )


def check(content: bytes, *, name: str, kind: str | None, day: date | None, today: date) -> Checked:
    """Read a file and judge every row. Raises DeliveryRefused when the file as a whole is bad."""
    read = _read(content, name, kind)
    of = CLASSES[read.kind.name]
    rows = checking.plain(read.fields, of, read.in_wan, day)
    if rows.height and day is None and rows[checking.said(DAY)].null_count() == rows.height:
        raise DeliveryRefused(
            _("%(file)s does not say of which day its data are. Give the day.") % {"file": name}
        )
    refused = refusals.beside(read.faulty, checking.check(rows, of, today=today))
    good = refusals.without(rows, refused)
    as_of = good[DAY].max() or rows[DAY].max() or day or today
    return Checked(of, read, rows, refused, good, min(as_of, today))


def recognise(content: bytes, *, name: str, kind: str | None) -> None:
    """Look whether the first lines of a file have headings we know. Raises DeliveryRefused."""
    _understood(reading.kind_of, content, name, kind)


def _read(content: bytes, name: str, kind: str | None) -> reading.Delivery:
    return _understood(reading.read, content, name, kind)


def _understood(
    look: Callable[[bytes, Sequence[Kind]], Said], content: bytes, name: str, kind: str | None
) -> Said:
    """What a look at a file says, or the refusal of the whole file."""
    if kind is not None and kind not in CLASSES:
        raise DeliveryRefused(
            _("There is no class of data called %(kind)s. There are: %(classes)s.")
            % {"kind": kind, "classes": ", ".join(CLASSES)}
        )
    wanted = [CLASSES[kind]] if kind else list(CLASSES.values())
    try:
        return look(content, [each.kind for each in wanted])
    except FileNotReadable as exc:
        raise DeliveryRefused(roster_reasons.of_file(name, exc)) from exc


def type_of(name: str) -> str:
    """The content type of a file as delivered, by its name."""
    return CSV if name.lower().endswith((".csv", ".txt")) else "application/octet-stream"


def one_at_a_time(kind: str) -> None:
    """Two deliveries of a class at once would each compare with figures that the other changes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"delivery:{kind}"])


def _delivery(
    checked: Checked,
    file: Document,
    *,
    name: str,
    day: date | None,
    actor: User | None,
    at: datetime,
) -> Delivery:
    """The record of this file: the one made when it came before, or a new one."""
    key = {"kind": checked.of.name, "file": file, "as_of": checked.as_of}
    known = Delivery.objects.filter(**key).select_related("previous").first()
    if known:
        return known
    taken = Delivery.objects.filter(
        kind=checked.of.name, status=Delivery.Status.TAKEN, as_of__lte=checked.as_of
    )
    return Delivery(
        **key,
        status=Delivery.Status.TAKEN,
        file_name=name[:120],
        given_day=day,
        received_at=at,
        received_by=actor,
        previous=taken.order_by("-as_of", "-id").first(),
    )


def _beside_register(made: Delivery, checked: Checked) -> Matched:
    """Set a delivery beside the register, having noted first which rosters that surely holds."""
    made.register_of = _newest_roster()
    return stage(checked)


def stage(checked: Checked) -> Matched:
    """Put a delivery's good rows beside the register, inside the caller's transaction."""
    in_doubt = checked.rows.join(checked.refused.select("line").unique(), on="line", how="semi")
    return delivered_figures.stage(checked.good, in_doubt[ID].drop_nulls().unique(), checked.of)


def _judge(made: Delivery, checked: Checked, matched: Matched) -> None:
    """Count the delivery, and compare it with the one before."""
    columns = quality.profile(checked.good, checked.of)
    made.rows = checked.rows.height
    made.matched, made.unmatched = matched.rows, matched.unmatched
    made.refused = made.rows - checked.good.height
    made.quality = columns
    now = Counted(made.rows, made.matched, made.refused, columns)
    today = timezone.localdate(made.received_at)
    found = quality.by_itself(now, checked.of, checked.as_of, today)
    if made.previous:
        before = made.previous
        counted = Counted(before.rows, before.matched, before.refused, before.quality)
        found += quality.compared(now, counted, checked.good, checked.of)
    newer = Delivery.objects.filter(
        kind=made.kind, status=Delivery.Status.TAKEN, as_of__gt=made.as_of
    ).order_by("-as_of")
    if checked.of.complete and not any(each.code == "rows_fell" for each in found):
        found += quality.missing(*delivered_figures.held_and_missing(checked.of, made.as_of))
    if checked.read.unread:
        found.append(Finding("unread", detail={"headings": list(checked.read.unread)}))
    if overtaking := newer.first():
        found.append(Finding("overtaken", detail={"day": overtaking.as_of.isoformat()}))
    made.findings = [each.as_json() for each in found]


def _come_again(made: Delivery, *, actor: User | None) -> None:
    """A file that was withdrawn is handed in once more: it is held back like any that is odd."""
    again = Finding("withdrawn", grave=True, detail={"why": made.withdrawal_because})
    made.findings.append(again.as_json())
    made.status, made.received_by, made.settled_by = Delivery.Status.TAKEN, actor, None
    made.withdrawal_asked_by = made.withdrawn_by = made.withdrawn_at = None
    made.withdrawal_because = ""


def _correction(checked: Checked, name: str, actor: User | None) -> Document | None:
    """The rows to correct, as a file."""
    if not checked.refused.height:
        return None
    return documents.store(
        refusals.correction_file(
            checked.read,
            checked.refused,
            comment=_("Correct these rows and bring this file in again."),
            reason=sentence,
        ),
        name=f"{Path(name).stem[:80]}-refused.csv",
        content_type=CSV,
        by=actor,
    )


def _finish(made: Delivery, checked: Checked, *, actor: User | None) -> None:
    """Write the delivery down and, unless it is held back, its figures."""
    made.save()
    if made.status == Delivery.Status.TAKEN:
        codes = {each["code"] for each in made.findings}
        doubted = bool(codes & quality.DOUBT_SILENCE) and not made.settled_by_id
        conclude = checked.of.complete and not doubted
        if checked.of.complete and doubted and "kept" not in codes:
            made.findings.append(Finding("kept").as_json())
        made.written, made.removed = delivered_figures.write(
            made, checked.of, conclude_absent=conclude
        )
        if also := ALSO_KEPT.get(made.kind):
            also(made)
        made.save(update_fields=["written", "removed", "findings"])
    audit.record(
        made,
        f"admission.delivery.{made.status}",
        actor=actor,
        kind=made.kind,
        as_of=made.as_of.isoformat(),
        rows=made.rows,
        matched=made.matched,
        unmatched=made.unmatched,
        refused=made.refused,
        written=made.written,
        removed=made.removed,
    )
