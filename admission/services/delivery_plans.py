"""Keeping data up to date 动态更新: when classes are due, and who is told."""

from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from admission.deliveries.classes import CLASSES
from admission.deliveries.schedule import Standing
from admission.models import DeliveryPlan
from admission.selectors import ClassStanding, data_schedule
from core import audit, notices
from core.models import Notice, User
from core.roles import Role


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
