"""Putting rules into force: now, at a time that a second person approved, or back again.

One version at a time waits to take force by itself, and no other is put into force meanwhile:
otherwise it would undo, when its moment comes, what was changed since it was approved.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.errors import AnotherIsScheduled, NotToBeScheduled
from admission.models import CHAMPION, RuleSet
from admission.services import rule_simulating
from admission.services.rule_sets import revise
from core import audit, notices, publishing
from core.errors import DomainError
from core.models import Notice, PublishingState, User
from core.roles import Role

REGISTER = "/admin/admission/ruleset/"


@transaction.atomic
def publish(rule_set: RuleSet, *, actor: User) -> RuleSet:
    """Decide by this version from now on.

    Raises NotSimulated, Unsound, SameHands, and AnotherIsScheduled.
    """
    _refuse_beside_a_scheduled_one(rule_set)
    rule_simulating.must_be_simulated(rule_set)
    return publishing.publish(rule_set, actor=actor)


@transaction.atomic
def schedule(rule_set_id: int, *, actor: User, at: datetime, now: datetime) -> RuleSet:
    """Approve a version that takes force by itself at a later moment.

    Whoever approves is its publisher then. Raises NotSimulated, SameHands, NotToBeScheduled,
    AnotherIsScheduled.
    """
    rule_set = RuleSet.objects.select_for_update(of=("self",)).get(pk=rule_set_id)
    if rule_set.status != PublishingState.IN_REVIEW:
        raise NotToBeScheduled(_("Only a version that waits for review can be approved for later."))
    if at <= now:
        raise NotToBeScheduled(_("Name a moment that is still to come, or put it into force now."))
    _refuse_beside_a_scheduled_one(rule_set)
    publishing.refuse_unsound(rule_set)
    publishing.refuse_own_work(rule_set, actor)
    rule_simulating.must_be_simulated(rule_set)
    rule_set.schedule(by=actor, at=at)
    rule_set.save(update_fields=["scheduled_by", "scheduled_for"])
    audit.record(rule_set, "admission.rule_set.scheduled", actor=actor, moment=at.isoformat())
    return rule_set


@transaction.atomic
def unschedule(rule_set_id: int, *, actor: User | None, because: str = "") -> RuleSet:
    """Take back that a version takes force by itself; it waits for review again.

    Its author and whoever approved it count on it: they are told.
    """
    found = RuleSet.objects.select_for_update(of=("self",)).select_related("author", "scheduled_by")
    rule_set = found.get(pk=rule_set_id)
    if rule_set.status != PublishingState.IN_REVIEW or rule_set.scheduled_for is None:
        raise NotToBeScheduled(_("This version is not approved for later."))
    counting_on_it = {rule_set.author, rule_set.scheduled_by} - {actor}
    why = because or _("%(who)s took that back.") % {"who": actor}
    rule_set.schedule(by=None, at=None)
    rule_set.save(update_fields=["scheduled_by", "scheduled_for"])
    audit.record(rule_set, "admission.rule_set.unscheduled", actor=actor, because=because)
    for each in counting_on_it:
        notices.send(
            gettext_lazy("%(version)s no longer takes force by itself. %(why)s"),
            {"version": rule_set, "why": why},
            user=each,
            level=Notice.Level.ORANGE,
            url=f"{REGISTER}{rule_set.pk}/change/",
        )
    return rule_set


@transaction.atomic
def send_back(rule_set: RuleSet, *, actor: User, reason: str) -> RuleSet:
    """Give a version back to its author; what was approved for later no longer is."""
    if rule_set.scheduled_for is not None and rule_set.status == PublishingState.IN_REVIEW:
        unschedule(rule_set.pk, actor=actor, because=reason)
    return publishing.send_back(rule_set, actor=actor, reason=reason)


def take_force(now: datetime) -> list[RuleSet]:
    """Put into force what was approved for a moment that has come, the earliest first.

    One that cannot take force any more waits for review again, and the risk officers are told.
    """
    due = RuleSet.objects.filter(
        status=PublishingState.IN_REVIEW, scheduled_for__lte=now
    ).select_related("scheduled_by")
    taken = []
    for rule_set in due.order_by("scheduled_for", "pk"):
        try:
            taken.append(publish(rule_set, actor=rule_set.scheduled_by))
        except DomainError as exc:
            unschedule(rule_set.pk, actor=None, because=str(exc))
            notices.send(
                gettext_lazy("%(version)s could not take force: %(why)s"),
                {"version": rule_set, "why": exc},
                role=Role.RISK_OFFICER,
                level=Notice.Level.ORANGE,
                url=f"{REGISTER}{rule_set.pk}/change/",
            )
    return taken


@transaction.atomic
def roll_back(rule_set_id: int, *, actor: User, reason: str) -> RuleSet:
    """A new version with the text of an earlier one, ready for a second person to publish.

    It need not be simulated: these very rules were in force before. Raises NotToBeScheduled.
    """
    earlier = RuleSet.objects.filter(pk=rule_set_id, code=CHAMPION).first()
    if earlier is None or earlier.status != PublishingState.RETIRED:
        raise NotToBeScheduled(_("Only a version that was in force before can be gone back to."))
    note = _("Back to v%(version)s: %(reason)s") % {"version": earlier.version, "reason": reason}
    made = revise(earlier.pk, actor=actor, note=note[:300])
    submitted = publishing.submit(made, actor=actor)
    audit.record(
        submitted, "admission.rule_set.rolled_back", actor=actor, to=earlier.pk, reason=reason
    )
    return submitted


def _refuse_beside_a_scheduled_one(rule_set: RuleSet) -> None:
    """Refuse a version while another waits to take force by itself. Raises AnotherIsScheduled.

    All versions in review are locked, in one order: two people at once cannot pass each other by.
    """
    in_review = RuleSet.objects.select_for_update(of=("self",)).filter(
        code=rule_set.code, status=PublishingState.IN_REVIEW
    )
    for each in in_review.order_by("pk"):
        if each.scheduled_for is not None and each.pk != rule_set.pk:
            moment = timezone.localtime(each.scheduled_for)
            raise AnotherIsScheduled(
                _(
                    "%(version)s is approved to take force by itself on %(at)s. Take that back "
                    "first: one of the two would undo the other."
                )
                % {"version": each, "at": f"{moment:%Y-%m-%d %H:%M}"}
            )
