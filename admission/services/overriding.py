"""Head office sets rules aside for one customer: two people, a reason, a last day, all counted."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission import review_words
from admission.errors import OverrideNotAllowed
from admission.events import CustomerDecided
from admission.judgement.book import BLOCK
from admission.models import Decision, Override
from admission.selectors import is_newest
from admission.sources.lending import bank_day
from core import audit, events, fsm, notices, parameters
from core.models import User
from core.parameters import ParameterUnknown
from core.roles import Role
from village.models import Customer

REFUSING = ("high", "medium")
"""Levels whose rules bring about a refusal; check items alone never do."""

LONGEST_DAYS = 365
"""How long an override may hold where the bank has set no figure."""


def is_head_office(user: User) -> bool:
    """Whether somebody works for the whole bank rather than for a branch of it."""
    return user.sees_everything and (user.branch is None or user.branch.parent_id is None)


@transaction.atomic
def propose(
    decision_id: int,
    *,
    actor: User,
    reason: str,
    limit_factor: Decimal,
    valid_until: date,
    at: datetime,
) -> Override:
    """Ask a second person of head office to set aside all rules that refused a customer.

    Only the newest decision counts, so that no other can be overridden. Raises OverrideNotAllowed.
    """
    decision = Decision.objects.select_for_update(of=("self",)).get(pk=decision_id)
    must_be_head_office(actor)
    if decision.outcome != Decision.Outcome.REFUSE:
        raise OverrideNotAllowed(_("Only a refusal can be overridden."))
    if decision.overrides.filter(status=Override.Status.PROPOSED).exists():
        raise OverrideNotAllowed(_("An override of this decision waits for a second person."))
    _must_be_newest(decision)
    _must_end_in_time(valid_until, on=timezone.localtime(at).date())
    made = Override.objects.create(
        decision=decision,
        codes=sorted(_refusing(decision)),
        limit_factor=limit_factor,
        valid_until=valid_until,
        reason=reason.strip(),
        proposed_by=actor,
        proposed_at=at,
    )
    audit.record(made, "admission.override.proposed", actor=actor, codes=made.codes)
    _ask_a_second_person(made)
    return made


@translation.override("zh-hans")
def _ask_a_second_person(made: Override) -> None:
    notices.send(
        gettext_lazy("An override of admission decision %(number)s waits for a second person."),
        {"number": made.decision_id},
        role=Role.RISK_OFFICER,
        url=f"/admin/admission/override/{made.pk}/change/",
    )


@transaction.atomic
def approve(override_id: int, *, actor: User, at: datetime, comment: str = "") -> Decision:
    """Agree as the second person: the customer now goes to manual review.

    The decision overridden stays as it is; a new one, with the same inputs and reasons, says who
    set the rules aside. A decision made since is never buried under it. Raises OverrideNotAllowed,
    SameHands.
    """
    override = locked(override_id)
    must_be_head_office(actor)
    with fsm.refusing(override):
        override.approve(by=actor, at=at, comment=comment.strip())
    _must_still_stand(override, at)
    override.save(update_fields=["status", "settled_by", "settled_at", "comment"])
    audit.record(override, "admission.override.approved", actor=actor, codes=override.codes)
    again = Decision.objects.get(pk=override.decision_id)
    again.pk, again._state.adding = None, True
    again.asked_by, again.rules_outcome = actor, ""
    apply([again], {again.customer_id: override})
    if review_words.ended_an_application(override.decision):
        again.customer_text = review_words.may_apply_until(override.valid_until)
    again.save()
    audit.record(again, "admission.decision.overridden", actor=actor, override=override.pk)
    events.publish(CustomerDecided(decision_id=again.pk))
    return again


@transaction.atomic
def decline(override_id: int, *, actor: User, at: datetime, comment: str) -> Override:
    """Do not agree; the refusal stands. Raises OverrideNotAllowed, SameHands."""
    override = locked(override_id)
    must_be_head_office(actor)
    with fsm.refusing(override):
        override.decline(by=actor, at=at, comment=comment.strip())
    override.save(update_fields=["status", "settled_by", "settled_at", "comment"])
    audit.record(override, "admission.override.declined", actor=actor)
    return override


def live(customer_ids: Iterable[int], *, purpose: str, on: date) -> dict[int, Override]:
    """The newest approved override of each customer that is good on a day and on the bank's day
    today: no day that somebody decides for brings back what has ended. One query."""
    last = max(on, bank_day(timezone.localdate()))
    found = (
        Override.objects.live(purpose=purpose, on=last)
        .filter(decision__customer__in=list(customer_ids), decision__under_other_number=False)
        .select_related("decision")
        .order_by("id")
    )
    return {each.decision.customer_id: each for each in found}


def apply(decisions: Sequence[Decision], overrides: dict[int, Override]) -> None:
    """Turn refusals that an override covers into manual review; any other rule still refuses.

    What must be known first must still be known first.
    """
    for decision in decisions:
        override = overrides.get(decision.customer_id)
        if override is None or decision.outcome != Decision.Outcome.REFUSE:
            continue
        if not _refusing(decision) <= set(override.codes):
            continue
        decision.rules_outcome = decision.outcome
        must_wait = any(each["on_unknown"] == BLOCK for each in decision.unknowns)
        decision.outcome = Decision.Outcome.WAIT if must_wait else Decision.Outcome.MANUAL
        decision.limit_factor = override.limit_factor
        decision.override = override
        with translation.override("zh-hans"):
            decision.customer_text = _("A member of staff will look at your application.")


def _refusing(decision: Decision) -> set[str]:
    return {each["code"] for each in decision.hits if each["level"] in REFUSING}


def _must_end_in_time(valid_until: date, *, on: date) -> None:
    if valid_until < on:
        raise OverrideNotAllowed(_("The last day of an override lies ahead."))
    latest = last_day(on)
    if valid_until > latest:
        raise OverrideNotAllowed(
            _("An override proposed today may run until %(day)s at most.") % {"day": latest}
        )


def last_day(on: date) -> date:
    """Until when an override proposed on a day may hold."""
    try:
        days = int(parameters.number("override.longest_days", on=on))
    except ParameterUnknown:
        days = LONGEST_DAYS
    return on + timedelta(days=days)


def locked(override_id: int) -> Override:
    """An override held until the transaction ends, and before it the customer: whoever writes down
    a decision about them holds them too, and then names the override."""
    overrides = Override.objects.filter(pk=override_id)
    who = overrides.values_list("decision__customer", flat=True).get()
    Customer.objects.select_for_update(of=("self",)).get(pk=who)
    return Override.objects.select_for_update(of=("self",)).get(pk=override_id)


def _must_still_stand(override: Override, at: datetime) -> None:
    """Refuse what came too late. The customer is held, so that nothing is decided meanwhile."""
    if override.valid_until < timezone.localtime(at).date():
        raise OverrideNotAllowed(_("The last day of this override is over; have it proposed anew."))
    _must_be_newest(override.decision)


def _must_be_newest(decision: Decision) -> None:
    if decision.under_other_number:
        raise OverrideNotAllowed(
            _("This was decided under another ID number; have it decided again first.")
        )
    if not is_newest(decision):
        raise OverrideNotAllowed(
            _(
                "It has been decided about this customer again since, and the newest decision "
                "counts. Look at that one."
            )
        )


def must_be_head_office(actor: User) -> None:
    """Refuse whoever works for a branch. Raises OverrideNotAllowed."""
    if not is_head_office(actor):
        raise OverrideNotAllowed(_("Only head office may override the rules."))
