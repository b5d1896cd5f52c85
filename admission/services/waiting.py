"""Customers who wait for a source: decided again when something is new, not by the clock."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db.models import Q

from admission.features import sources_behind
from admission.judgement.book import BLOCK
from admission.models import Authorisation, Decision, Delivery, PhotographedPaper
from admission.selectors import rules_in_force
from admission.services.authorisations import answered, first_choice, spent_under, usable
from admission.services.gathering import Person, fresh
from admission.services.paper_sources import KINDS
from admission.sources import SOURCES
from village.models import Customer
from village.selectors_couples import spouses_of

FIRST_GAP = timedelta(minutes=5)
"""After this long a source that did not answer is asked again; then after twice as long each."""

MOST_A_DAY = 8
"""How often one customer is decided about in a day while sources are silent."""

USED = {"answered", "delivered"}


def known_of(customer: Customer, *, purpose: str, as_of: date) -> dict[str, object]:
    """What a decision would rest on, as far as it may change: rules, leave, papers, files,
    decisions.

    As long as it stays the same, deciding again would give the same answer, unless a source that
    was silent speaks. Raises NoRulesInForce, RulesChanged.
    """
    decided = Decision.objects.filter(customer=customer, purpose=purpose, as_of=as_of)
    spouses = spouses_of([customer.pk]).get(customer.pk, [])
    allowed = Authorisation.objects.filter(
        Q(customer__household=customer.household_id) | Q(customer__in=spouses),
        purpose=purpose,
        withdrawn_at=None,
    )
    return {
        "rules": rules_in_force()[1].fingerprint,
        "authorisations": sorted(allowed.values_list("pk", flat=True)),
        "papers": _newest_paper(customer),
        "deliveries": Delivery.objects.filter(status=Delivery.Status.TAKEN).count(),
        "withdrawn": Delivery.objects.filter(status=Delivery.Status.WITHDRAWN).count(),
        "decision": decided.order_by("-id").values_list("pk", flat=True).first(),
    }


def _newest_paper(customer: Customer) -> int | None:
    """The newest paper of the household that may speak where a source is silent."""
    accepted = PhotographedPaper.objects.filter(
        customer__household=customer.household_id,
        kind__in=KINDS.values(),
        status=PhotographedPaper.Status.ACCEPTED,
    )
    return accepted.order_by("-closed_at").values_list("pk", flat=True).first()


def may_be_asked_again(
    decision: Decision, *, at: datetime, under: Authorisation | None = None
) -> bool:
    """Whether it is worth deciding once more: at once where a source that was silent has answered
    since; else, for sources that were silent or left something empty, later each time, and some
    times a day."""
    silent, empty = silent_sources(decision), empty_sources(decision)
    if not silent | empty:
        return False
    tries = Decision.objects.filter(
        customer=decision.customer_id,
        purpose=decision.purpose,
        as_of=decision.as_of,
        outcome=Decision.Outcome.WAIT,
        decided_at__gt=at - timedelta(days=1),
    ).count()
    if tries >= MOST_A_DAY:
        return False
    if _answered_since(decision):
        return True
    may_tell = (silent - _spent(decision, under)) | empty
    return bool(may_tell) and at >= decision.decided_at + FIRST_GAP * 2 ** max(tries - 1, 0)


def must_sign_again(decision: Decision, *, under: Authorisation | None = None) -> bool:
    """Whether the one bureau query of the customer's leave is spent and brought no answer: only
    another signature lets the bureau be asked again. ``under`` is the leave that was asked under,
    where it is not for the customer's every request."""
    silent = silent_sources(decision) - _answered_since(decision)
    return bool(silent & _spent(decision, under))


def _answered_since(decision: Decision) -> set[str]:
    """Sources that were silent for a decision, and whose answer is on file by now: another was made
    about the same customer."""
    who, purpose, day = [decision.customer_id], decision.purpose, decision.as_of
    return {
        name
        for name in silent_sources(decision)
        if answered(who, SOURCES[name], purpose=purpose, on=day)
    }


def _spent(decision: Decision, under: Authorisation | None) -> set[str]:
    """Sources that may not be asked again under the leave of the customer."""
    leave = under or _leave(decision.customer_id, decision.purpose, decision.as_of)
    return set() if leave is None else spent_under(leave)


def must_sign_first(
    customer: Customer, *, purpose: str, as_of: date, anew: Collection[str] = ()
) -> bool:
    """Whether deciding now could only end without the bureau: it would have to be asked, and the
    one query of the customer's leave is spent. Raises NoRulesInForce, RulesChanged."""
    read = sources_behind(rules_in_force()[1].fields)
    leave = _leave(customer.pk, purpose, as_of)
    if leave is None:
        return False
    once = [SOURCES[name] for name in spent_under(leave) & read]
    on_file = fresh([Person(customer, leave)], once, as_of)[customer.pk]
    return any(each.name in anew or each.name not in on_file for each in once)


def _leave(customer_id: int, purpose: str, as_of: date) -> Authorisation | None:
    """The leave under which a decision asks."""
    return first_choice(usable(purpose=purpose, on=as_of).filter(customer=customer_id))


def silent_sources(decision: Decision) -> set[str]:
    """Sources that were asked for a decision and gave no usable answer."""
    named = {each["source"] for each in decision.records if each["status"] not in USED}
    return named & SOURCES.keys()


def left_empty(decision: Decision) -> dict[str, set[str]]:
    """By source that answered: the fields it left empty, of those that a rule must know first."""
    asked = {each["source"] for each in decision.records} & SOURCES.keys()
    found: dict[str, set[str]] = {}
    for rule in decision.unknowns:
        if rule["on_unknown"] != BLOCK:
            continue
        for name in (name for name, value in rule["values"].items() if value is None):
            for source in sources_behind([name]) & asked - silent_sources(decision):
                found.setdefault(source, set()).add(name)
    return found


def empty_sources(decision: Decision) -> set[str]:
    """Sources to be asked anew, since their answer left something empty that must be known: those
    that cost the customer no other signature."""
    return {name for name in left_empty(decision) if not SOURCES[name].uses_up}
