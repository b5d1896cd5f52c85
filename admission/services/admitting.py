"""Admission for whole villages: the borrowers whom granting would lend to are decided about.

A shard is one village. Others are asked over the network, so that a village is no transaction:
decisions stand some two hundred at a time, and a run that was cut off passes by whom it has done.
"""

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Min, QuerySet
from django.utils.translation import gettext as _

from admission.errors import NoDayToDecideFor
from admission.events import AdmissionAsked
from admission.models import Authorisation, Decision, Delivery
from admission.selectors import rules_in_force
from admission.services.authorisations import askable
from admission.services.deciding import decide_many
from admission.sources.borrowers import borrowers
from core import audit, events, runs
from core.models import Run, User
from village.models import Outcome, Village

log = logging.getLogger("qianmo.admission")

KIND = "admission.granting"
PURPOSE = Authorisation.Purpose.GRANTING
FRESH = timedelta(days=30)
"""As long as the bureau's word counts: nobody is decided about again before."""
QUESTIONS_AT_ONCE = 8


@transaction.atomic
def ask_for_admission(*, actor: User, business_day: date, villages: Iterable[str]) -> Run:
    """Have workers decide about the borrowers of these villages. Raises NoRulesInForce."""
    run = open_admitting(business_day=business_day, actor=actor, villages=villages)
    audit.record(run, "admission.granting.asked", actor=actor, villages=run.shards.count())
    events.publish(AdmissionAsked(run.pk))
    return run


def open_admitting(
    *, business_day: date, actor: User | None, villages: Iterable[str] | None = None
) -> Run:
    """A run with one shard per village that has something to grant; one that was cut off is gone
    on with.

    Raises NoRulesInForce, RulesChanged, and what the lending room says without a policy.
    """
    rules_in_force()
    borrowers([], day=business_day)
    wanted = None if villages is None else sorted(set(villages))
    ready = ready_villages() if wanted is None else ready_villages().filter(code__in=wanted)
    return runs.open_run(
        KIND,
        business_day=business_day,
        keys=list(ready.values_list("code", flat=True)),
        actor=actor,
        villages=wanted,
    )


def check_day(day: date, *, today: date) -> None:
    """Refuse to decide for a day that is still to come at the bank, or that lies before the first
    data that were delivered. Raises NoDayToDecideFor."""
    if day > today:
        raise NoDayToDecideFor(
            _("%(day)s is still to come: the bank's day is %(today)s.")
            % {"day": day, "today": today}
        )
    taken = Delivery.objects.filter(status=Delivery.Status.TAKEN)
    first = taken.aggregate(first=Min("as_of"))["first"]
    if first is not None and day < first:
        raise NoDayToDecideFor(
            _("Nothing was known on %(day)s: the first data delivered are of %(first)s.")
            % {"day": day, "first": first}
        )


def ready_villages() -> QuerySet[Village]:
    """Villages with reviewed households that the branch has decided, in a round under way."""
    reviewed = Outcome.objects.to_be_granted().order_by().values("campaign__village")
    return Village.objects.filter(pk__in=reviewed).order_by("code")


def work_through(shard_ids: Iterable[int], *, at_once: int = QUESTIONS_AT_ONCE) -> Iterator[int]:
    """Work villages one after another; yields how many had their turn. A village that fails is
    written down and keeps no other from being worked."""
    for done, shard_id in enumerate(shard_ids, start=1):
        try:
            work_shard(shard_id, at_once=at_once)
        except runs.AlreadyWorked:
            pass
        except Exception:
            log.exception("Shard %s of admission could not be worked.", shard_id)
        yield done


def work_shard(shard_id: int, *, at_once: int = QUESTIONS_AT_ONCE) -> None:
    """Decide about the borrowers of one village. Raises core.runs.AlreadyWorked when it is done."""
    with runs.held(shard_id) as shard:
        shard.figures = _admit(shard.key, shard.run, at_once=at_once)


def _admit(village: str, run: Run, *, at_once: int) -> dict[str, int]:
    """What came of a village. Where the one asked first is refused, granting would lend to the next
    of the household, who is then decided about as well."""
    day = run.business_day
    figures: Counter[str] = Counter()
    seen: set[int] = set()
    while people := [pk for pk in borrowers([village], day=day) if pk not in seen]:
        seen.update(people)
        standing = still_fresh(people, day=day)
        left = [pk for pk in people if pk not in standing]
        may = askable(left, purpose=PURPOSE, on=day)
        made = decide_many(
            [pk for pk in left if may.get(pk)],
            purpose=PURPOSE,
            as_of=day,
            actor=run.started_by,
            at_once=at_once,
        )
        figures.update(each.outcome for each in made)
        figures.update(
            borrowers=len(people),
            decided=len(made),
            standing=len(standing),
            not_authorised=len(left) - len(may),
            used_up=len(may) - sum(may.values()),
        )
    return dict(figures)


def still_fresh(customers: Collection[int], *, day: date) -> set[int]:
    """Those of whom the rules in force have said something lately that was no waiting."""
    _rule_set, book = rules_in_force()
    newest = (
        Decision.objects.standing()
        .filter(customer__in=customers, purpose=PURPOSE, as_of__lte=day)
        .order_by("customer_id", "-id")
        .distinct("customer_id")
    )
    said = newest.values_list("customer_id", "outcome", "as_of", "rule_set_hash")
    return {
        customer
        for customer, outcome, as_of, rules in said
        if outcome != Decision.Outcome.WAIT and as_of > day - FRESH and rules == book.fingerprint
    }
