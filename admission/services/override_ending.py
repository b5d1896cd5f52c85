"""Ending what head office allowed before its last day, and taking back what was only proposed."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from admission.errors import OverrideNotAllowed
from admission.events import CustomerDecided
from admission.models import Decision, Override
from admission.selectors import newest_decisions
from admission.services import scoring
from admission.services.deciding import customer_text
from admission.services.overriding import locked, must_be_head_office
from admission.services.replaying import replay
from core import audit, events, fsm
from core.models import User

ENDED = ["status", "ended_by", "ended_at", "ended_because"]


@transaction.atomic
def revoke(override_id: int, *, actor: User, at: datetime, why: str) -> Decision | None:
    """The rules count again, from now on. Any one person of head office may do it: it lends nobody
    money.

    Where the newest decision rests on the override, a new one takes its place, with the same inputs
    and what the rules alone gave. Raises OverrideNotAllowed, RulesChanged.
    """
    override = locked(override_id)
    must_be_head_office(actor)
    with fsm.refusing(override):
        override.revoke(by=actor, at=at, why=why.strip())
    override.save(update_fields=ENDED)
    audit.record(override, "admission.override.revoked", actor=actor, codes=override.codes)
    decision = override.decision
    newest = newest_decisions([decision.customer_id], decision.purpose).first()
    rests_on_it = newest is not None and newest.override_id == override.pk
    return _refused_again(newest, actor) if rests_on_it else None


def _refused_again(decision: Decision, actor: User) -> Decision:
    """The decision as the rules alone have it; which override no longer counts stays with it."""
    verdict = replay(decision.pk)
    again = Decision.objects.get(pk=decision.pk)
    again.pk, again._state.adding = None, True
    again.asked_by, again.outcome = actor, decision.rules_outcome
    again.limit_factor = verdict.limit_factor
    told = [customer_text(verdict, decision.purpose), scoring.text_for_customer(again)]
    again.customer_text = "\n".join(filter(None, told))
    again.save()
    audit.record(
        again, "admission.decision.refused_again", actor=actor, override=decision.override_id
    )
    events.publish(CustomerDecided(decision_id=again.pk))
    return again


@transaction.atomic
def take_back(override_id: int, *, actor: User, at: datetime, why: str) -> Override:
    """Whoever proposed it asks nobody to agree any more. Raises OverrideNotAllowed."""
    override = locked(override_id)
    if override.proposed_by_id != actor.pk:
        raise OverrideNotAllowed(_("Only whoever proposed an override takes it back."))
    with fsm.refusing(override):
        override.take_back(by=actor, at=at, why=why.strip())
    override.save(update_fields=ENDED)
    audit.record(override, "admission.override.taken_back", actor=actor)
    return override
