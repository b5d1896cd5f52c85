"""Keeping data up to date 动态更新: when classes are due, and who is told."""

from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

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
    today = timezone.localdate()
    plan = _plan(kind, today)
    plan.every, plan.grace_days, plan.is_expected = every, grace_days, is_expected
    plan.changed_by, plan.told_late_on, plan.planned_on = actor, None, today
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


def _plan(kind: str, today: date) -> DeliveryPlan:
    """The plan of a class, begun today where nobody looked at the class before."""
    declared = CLASSES[kind]
    made, _created = DeliveryPlan.objects.get_or_create(
        kind=kind, defaults={"every": declared.every, "grace_days": declared.grace_days}
    )
    plan = DeliveryPlan.objects.select_for_update().get(pk=made.pk)
    if plan.planned_on is None:
        plan.planned_on = today
        plan.save(update_fields=["planned_on"])
    return plan


def tell_late(today: date) -> list[ClassStanding]:
    """Tell the administrators which classes have become late; each delay is told once.

    A class that never came is late once the first period since it was planned has passed; a class
    that is only declared counts as planned from the day on which it is first looked at here.
    """
    standings = data_schedule(today)
    for each in standings:
        if each.standing == Standing.NEVER and each.plan.planned_on is None:
            _begin(each, today)
    late = [each for each in standings if each.standing == Standing.LATE]
    return [each for each in late if _tell(each, today)]


@transaction.atomic
def _begin(each: ClassStanding, today: date) -> None:
    _plan(each.of.name, today)


@transaction.atomic
def _tell(each: ClassStanding, today: date) -> bool:
    plan = _plan(each.of.name, today)
    if plan.told_late_on and plan.told_late_on >= each.due.due_on:
        return False
    plan.told_late_on = today
    plan.save(update_fields=["told_late_on"])
    notices.send(
        *_late_in_words(each, today),
        role=Role.ADMINISTRATOR,
        level=Notice.Level.YELLOW,
        url=reverse("admin:admission_deliveryplan_changelist"),
    )
    return True


def _late_in_words(each: ClassStanding, today: date) -> tuple[Promise, dict[str, str | int]]:
    about = {
        "class": each.of.zh,
        "day": each.due.awaited_on.isoformat(),
        "days": each.due.days_late(today),
    }
    if each.newest is None:
        never = gettext_lazy(
            "%(class)s: nothing has ever come; data of %(day)s should have been here %(days)s "
            "days ago. Change the plan if the bank does not receive them."
        )
        return never, about
    late = gettext_lazy("%(class)s: data of %(day)s should have been here %(days)s days ago.")
    return late, about
