"""Keeping data up to date 动态更新: when classes are due, who is told, files that were left."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from admission.deliveries.classes import CLASSES
from admission.deliveries.schedule import Standing
from admission.models import Delivery, DeliveryPlan
from admission.selectors import ClassStanding, data_schedule
from admission.services import deliveries
from core import audit, notices
from core.errors import DomainError
from core.models import Notice, User
from core.roles import Role

log = logging.getLogger("qianmo.deliveries")

STILL_BEING_WRITTEN = timedelta(seconds=30)
FAILED = "failed"
READABLE = {".csv", ".txt", ".xlsx", ".xls"}


@transaction.atomic
def change_plan(
    kind: str, *, every: str, grace_days: int, is_expected: bool, actor: User
) -> DeliveryPlan:
    """Depart from how a class is declared: another cadence, more grace, or not expected at all."""
    plan = _plan(kind)
    plan.every, plan.grace_days, plan.is_expected = every, grace_days, is_expected
    plan.changed_by, plan.told_late_on = actor, None
    plan.save()
    audit.record(
        plan,
        "admission.delivery_plan.changed",
        actor=actor,
        kind=kind,
        every=every,
        grace_days=grace_days,
        is_expected=is_expected,
    )
    return plan


def _plan(kind: str) -> DeliveryPlan:
    declared = CLASSES[kind]
    made, _created = DeliveryPlan.objects.get_or_create(
        kind=kind, defaults={"every": declared.every, "grace_days": declared.grace_days}
    )
    return DeliveryPlan.objects.select_for_update().get(pk=made.pk)


def tell_late(today: date) -> list[ClassStanding]:
    """Tell the administrators which classes have become late; each delay is told once."""
    late = [each for each in data_schedule(today) if each.standing == Standing.LATE]
    return [each for each in late if _tell(each, today)]


@transaction.atomic
def _tell(each: ClassStanding, today: date) -> bool:
    plan = _plan(each.of.name)
    if plan.told_late_on and plan.told_late_on >= each.due.due_on:
        return False
    plan.told_late_on = today
    plan.save(update_fields=["told_late_on"])
    notices.send(
        _("%(class)s: data of %(day)s should have been here %(days)s days ago.")
        % {
            "class": each.of.zh,
            "day": each.due.awaited_on.isoformat(),
            "days": each.due.days_late(today),
        },
        role=Role.ADMINISTRATOR,
        level=Notice.Level.YELLOW,
        url=reverse("admin:admission_deliveryplan_changelist"),
    )
    return True


@dataclass(frozen=True)
class PickedUp:
    """What became of one file that was left in the directory."""

    name: str
    delivery: Delivery | None
    reason: str = ""


def pick_up(directory: Path, *, at: datetime) -> Iterator[PickedUp]:
    """Take in every file left in ``directory``; a sealed copy is kept, so the file itself goes.

    A file that is still being written waits for the next time. One that cannot be taken in goes
    into the folder ``failed`` beside a note that says why.
    """
    for path in sorted(Path(directory).iterdir()):
        if not _is_ready(path, at):
            continue
        try:
            made = deliveries.import_file(path, actor=None, at=at)
        except DomainError as exc:
            _put_aside(path, str(exc))
            yield PickedUp(path.name, None, str(exc))
            continue
        path.unlink()
        yield PickedUp(path.name, made)


def _is_ready(path: Path, at: datetime) -> bool:
    if not path.is_file() or path.suffix.lower() not in READABLE or path.name.startswith("."):
        return False
    written = datetime.fromtimestamp(path.stat().st_mtime, tz=timezone.get_current_timezone())
    return at - written >= STILL_BEING_WRITTEN


def _put_aside(path: Path, reason: str) -> None:
    log.warning("A file left in the directory of deliveries could not be taken in.")
    aside = path.parent / FAILED
    aside.mkdir(exist_ok=True)
    path.rename(aside / path.name)
    (aside / f"{path.name}.reason.txt").write_text(reason + "\n", encoding="utf-8")
