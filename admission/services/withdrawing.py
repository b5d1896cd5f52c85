"""Withdrawing a delivery 撤回 that was taken in and should not have been: its figures go, and what
an earlier file said of the same people stands again.

What stood before is read from the sealed files of the other deliveries of the class: they are all
kept. Whoever none of them names is unknown until the next file comes. Tags, features and the list
of the rules follow with the next run; decisions stand as they were made.
"""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from admission.deliveries.classes import CLASSES, DAY, DataClass
from admission.errors import DeliveryRefused
from admission.events import DeliveryOrdered
from admission.models import Delivery
from admission.services import delivered_figures, deliveries, deposit_days, watch_lists
from core import audit, events
from core.errors import SameHands
from core.models import User
from core.steps import Tell

LONGEST_REASON = 200
DEPOSITS, WATCH_LISTS = "deposits", "watch_lists"


@transaction.atomic
def ask(delivery_id: int, *, because: str, actor: User) -> Delivery:
    """Want a delivery withdrawn; somebody else has to agree."""
    because = because.strip()
    if not 0 < len(because) <= LONGEST_REASON:
        raise DeliveryRefused(
            _("Say in up to %(most)s characters why it is withdrawn.") % {"most": LONGEST_REASON}
        )
    made = _locked(delivery_id)
    if made.withdrawal_asked_by_id:
        raise DeliveryRefused(_("Somebody has asked for this already."))
    made.withdrawal_asked_by, made.withdrawal_because = actor, because
    made.save(update_fields=["withdrawal_asked_by", "withdrawal_because"])
    audit.record(made, "admission.delivery.withdrawal_asked", actor=actor, because=because)
    return made


@transaction.atomic
def decline(delivery_id: int, *, actor: User) -> Delivery:
    """Leave a delivery in that somebody wanted withdrawn."""
    made = _asked_for(delivery_id)
    forget(made)
    audit.record(made, "admission.delivery.withdrawal_declined", actor=actor)
    return made


@transaction.atomic
def agree(delivery_id: int, *, actor: User) -> Delivery:
    """Have a worker withdraw a delivery that somebody else wanted withdrawn."""
    made = _asked_for(delivery_id)
    if actor.pk == made.withdrawal_asked_by_id:
        raise SameHands
    made.status, made.withdrawn_by, made.taken_up = Delivery.Status.LEAVING, actor, 0
    made.save(update_fields=["status", "withdrawn_by", "taken_up"])
    audit.record(made, "admission.delivery.withdrawal_agreed", actor=actor)
    events.publish(DeliveryOrdered(delivery_id=made.pk))
    return made


def forget(made: Delivery) -> None:
    """A delivery stays in as if nobody had wanted it withdrawn."""
    made.status, made.taken_up = Delivery.Status.TAKEN, 0
    made.withdrawal_asked_by = made.withdrawn_by = None
    made.withdrawal_because = ""
    made.save()


@transaction.atomic
def withdraw_ordered(delivery_id: int, *, tell: Tell = lambda _step: None) -> None:
    """Withdraw a delivery of which two people want it; one that another worker has, or that was
    withdrawn, is left alone."""
    ordered = Delivery.objects.select_for_update(of=("self",), skip_locked=True)
    made = ordered.filter(pk=delivery_id, status=Delivery.Status.LEAVING).first()
    if made is None:
        return
    tell("read")
    deliveries.one_at_a_time(made.kind)
    of = CLASSES.get(made.kind)
    if made.kind == DEPOSITS:
        _take_days_back(made)
    made.figures_gone = delivered_figures.take_back(made)
    made.figures_back = _bring_back(made, of, tell) if of else 0
    tell("write")
    made.status, made.withdrawn_at = Delivery.Status.WITHDRAWN, timezone.now()
    made.save()
    if made.kind == WATCH_LISTS:
        watch_lists.tell_the_review(made)
    audit.record(
        made,
        "admission.delivery.withdrawn",
        actor=made.withdrawn_by,
        asked_by=made.withdrawal_asked_by_id,
        because=made.withdrawal_because,
        gone=made.figures_gone,
        back=made.figures_back,
    )


def others(made: Delivery) -> QuerySet[Delivery]:
    """The other deliveries of a class that stand, the newest first."""
    taken = Delivery.objects.filter(kind=made.kind, status=Delivery.Status.TAKEN)
    return taken.exclude(pk=made.pk).select_related("file").order_by("-as_of", "-id")


def speaking(made: Delivery) -> list[Delivery]:
    """Those of the others that can say what stood before, the newest first: of a class whose files
    name everybody none beyond the first that concluded who has none."""
    of, found = CLASSES.get(made.kind), []
    for each in others(made) if of else ():
        found.append(each)
        if of.complete and each.concluded_absent:
            break
    return found


def _bring_back(made: Delivery, of: DataClass, tell: Tell) -> int:
    """Let the other deliveries speak for whoever has no figures; how many came back."""
    back = 0
    for each in speaking(made):
        if not of.complete and not delivered_figures.still_bereft(of.name):
            break
        try:
            checked = deliveries.again(each)
        except DeliveryRefused:  # it came while the class was declared otherwise
            continue
        tell("match")
        deliveries.stage(checked)
        back += delivered_figures.bring_back(each)
    return back


def _take_days_back(made: Delivery) -> None:
    """Deposits are also kept by day: those of this file go, and another's of the same day stand."""
    checked = deliveries.again(made)
    deliveries.stage(checked)
    days = set(checked.good[DAY].drop_nulls()) | {made.as_of}
    same_days = list(others(made).filter(as_of__in=days).order_by("id"))
    concluded = any(each.as_of == made.as_of and each.concluded_absent for each in same_days)
    deposit_days.take_back(made.as_of, closings=not concluded)
    for each in same_days:
        deliveries.stage(deliveries.again(each))
        deposit_days.keep_named()


def _locked(delivery_id: int) -> Delivery:
    made = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery_id)
    if made.status != Delivery.Status.TAKEN:
        raise DeliveryRefused(_("Only a delivery that was taken in can be withdrawn."))
    return made


def _asked_for(delivery_id: int) -> Delivery:
    made = _locked(delivery_id)
    if made.withdrawal_asked_by_id is None:
        raise DeliveryRefused(_("Nobody has asked for this delivery to be withdrawn."))
    return made
