"""From the neighbours' word to the branch's: 初评 → 复评 → 支行审定, and what makes it void."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, events
from core.audit import Deed
from core.errors import SameHands
from core.models import User
from village.errors import OutcomeRefused
from village.events import OutcomesDecided
from village.models import Campaign, ListFlag, Outcome
from village.services import copying

SPOT_CHECK = "spot_check_disagrees"
GRANTED = (Campaign.Status.GRANTED, Campaign.Status.CLOSED)
"""Rounds in which a line may stand on what the branch decided; granting knows for which household.
"""


@transaction.atomic
def note_visit(
    household_id: int, *, campaign_id: int, found_by: User, at: datetime
) -> Outcome | None:
    """A visit was made and found sound: the second look at a doubted outcome is done.

    Returns the outcome, or None where nobody had doubts.
    """
    outcome = (
        Outcome.objects.select_for_update()
        .filter(
            campaign_id=campaign_id,
            household_id=household_id,
            stage=Outcome.Stage.SECOND,
            second_done_at=None,
        )
        .first()
    )
    if outcome is None:
        return None
    outcome.second_look = Outcome.SecondLook.VISIT
    outcome.second_by, outcome.second_done_at = found_by, at
    outcome.save(update_fields=["second_look", "second_by", "second_done_at"])
    audit.record(outcome, "village.outcome.visited", actor=found_by)
    return outcome


@transaction.atomic
def decide(outcome_id: int, *, actor: User, limit: int | None = None) -> Outcome:
    """The branch confirms one outcome; ``limit`` (fen) may lower the reviewed limit, not raise it.

    Raises OutcomeRefused while somebody still has to look again, once the round is closed or a
    later one has judged the household, and SameHands for who did look. A household that stands on
    the black list by now is voided instead.
    """
    outcome = (
        Outcome.objects.select_for_update(of=("self",))
        .select_related("household", "campaign")
        .get(pk=outcome_id)
    )
    if outcome.campaign.status == Campaign.Status.CLOSED:
        raise OutcomeRefused(_("This round is closed."), code="closed")
    is_void = outcome.stage == Outcome.Stage.VOIDED
    if outcome.household.list_flag == ListFlag.BLACK and not is_void:
        return _void(outcome, Outcome.Void.BLACK_LIST, actor)
    if outcome.stage not in (Outcome.Stage.INITIAL, Outcome.Stage.SECOND):
        raise OutcomeRefused(_("This outcome is settled already."), code="settled")
    if Outcome.objects.overtaken().filter(pk=outcome.pk).exists():
        raise OutcomeRefused(
            _("A later round has judged this household anew; decide on that."), code="overtaken"
        )
    if outcome.visit_needed and outcome.second_done_at is None:
        raise OutcomeRefused(
            _("A fresh panel or a visit has to look at this household again first."),
            code="second_look_missing",
        )
    if actor.pk == outcome.second_by_id:
        raise SameHands(_("Who looked again does not decide; ask another person."))
    lowered = _lowered(outcome, limit)
    outcome.decide(by=actor, at=timezone.now())
    outcome.save(
        update_fields=["stage", "decided_by", "decided_at", "reviewed_limit", "explanation"]
        + ["list_flag"]
    )
    _carry_lists([outcome.pk])
    audit.record(
        outcome, "village.outcome.decided", actor=actor, limit=outcome.reviewed_limit, **lowered
    )
    events.publish(OutcomesDecided(campaign_id=outcome.campaign_id))
    return outcome


def _lowered(outcome: Outcome, limit: int | None) -> dict[str, Any]:
    """Put the branch's own, lower amount in place; returns what is to be remembered about it."""
    before = outcome.reviewed_limit
    if limit is None or limit == before:
        return {}
    if before is None or not 0 <= limit < before:
        raise OutcomeRefused(
            _("The branch may lower what the neighbours suggest, not raise it."), code="raised"
        )
    outcome.reviewed_limit = limit
    outcome.explanation = outcome.explanation | {"before_decision": before}
    if not limit and outcome.list_flag == ListFlag.WHITE:
        outcome.list_flag = ListFlag.NONE
    return {"before": before}


@transaction.atomic
def decide_ready(campaign_id: int, *, actor: User) -> int:
    """The branch confirms all outcomes of a campaign that wait for nothing else; returns how many.

    One statement for the village. Those whom ``actor`` looked at again are left to another person;
    in a closed round nothing is decided any more, nor about whom a later round has judged.
    """
    campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
    if campaign.status == Campaign.Status.CLOSED:
        return 0
    void_black(actor=actor, campaign_id=campaign.pk)
    ready = (
        campaign.outcomes.ready()
        .standing()
        .exclude(second_by=actor)
        .exclude(household__list_flag=ListFlag.BLACK)
    )
    ids = list(ready.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE village_outcome SET stage = 'decided', decided_by_id = %s, decided_at = %s "
            "WHERE id = ANY(%s) AND stage IN ('initial', 'second') RETURNING id, reviewed_limit",
            [actor.pk, timezone.now(), ids],
        )
        decided = cursor.fetchall()
    _carry_lists([pk for pk, _limit in decided])
    audit.record_all(
        Outcome,
        "village.outcome.decided",
        (Deed(pk, {"limit": limit}) for pk, limit in decided),
        actor=actor,
    )
    if decided:
        events.publish(OutcomesDecided(campaign_id=campaign.pk))
    return len(decided)


@transaction.atomic
def void_black(*, actor: User | None, campaign_id: int | None = None) -> int:
    """Void every outcome whose household stands on the black list by now; returns how many.

    One statement, for one campaign or all that nobody has closed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE village_outcome o SET stage = 'voided', voided_because = 'black_list', "
            "voided_at = %(at)s, list_flag = 'black', reviewed_limit = "
            "CASE WHEN o.reviewed_limit IS NULL THEN NULL ELSE 0 END "
            "FROM village_household h, village_campaign c "
            "WHERE h.id = o.household_id AND c.id = o.campaign_id AND h.list_flag = 'black' "
            "AND o.stage <> 'voided' AND c.status <> 'closed' "
            "AND (%(campaign)s::bigint IS NULL OR c.id = %(campaign)s) RETURNING o.id",
            {"at": timezone.now(), "campaign": campaign_id},
        )
        voided = [pk for (pk,) in cursor.fetchall()]
    audit.record_all(
        Outcome,
        "village.outcome.voided",
        (Deed(pk, {"because": Outcome.Void.BLACK_LIST.value}) for pk in voided),
        actor=actor,
    )
    return len(voided)


def _void(outcome: Outcome, because: str, actor: User | None) -> Outcome:
    outcome.void(because=because, at=timezone.now())
    if because == Outcome.Void.BLACK_LIST:
        outcome.list_flag = ListFlag.BLACK
    outcome.save(
        update_fields=["stage", "voided_because", "voided_at", "reviewed_limit", "list_flag"]
    )
    audit.record(outcome, "village.outcome.voided", actor=actor, because=str(because))
    return outcome


@transaction.atomic
def doubt(outcome_id: int, *, because: str, actor: User | None) -> Outcome:
    """Send an outcome to a second look for a reason of its own, even one decided already.

    For whoever knows that no line was granted on it. Raises OutcomeRefused where it is void or its
    round is closed.
    """
    outcome = (
        Outcome.objects.select_for_update(of=("self",))
        .select_related("campaign")
        .get(pk=outcome_id)
    )
    if outcome.campaign.status == Campaign.Status.CLOSED:
        raise OutcomeRefused(_("This round is closed."), code="closed")
    if outcome.stage == Outcome.Stage.VOIDED:
        raise OutcomeRefused(_("This outcome is settled already."), code="settled")
    if outcome.stage != Outcome.Stage.SECOND:
        outcome.doubt()
    outcome.visit_needed, outcome.second_done_at = True, None
    outcome.visit_reasons = sorted({*outcome.visit_reasons, because})
    outcome.save(
        update_fields=["stage", "visit_needed", "visit_reasons", "second_done_at"]
        + ["decided_by", "decided_at"]
    )
    audit.record(outcome, "village.outcome.doubted", actor=actor, because=because)
    return outcome


def _carry_lists(outcome_ids: Iterable[int]) -> None:
    """Carry decided outcomes' lists over to their households; the black list stands above."""
    copying.run(
        "UPDATE village_household h SET list_flag = o.list_flag, updated_at = now() "
        "FROM village_outcome o WHERE o.id = ANY(%s) AND o.household_id = h.id "
        "AND h.list_flag <> 'black' AND h.list_flag <> o.list_flag",
        [list(outcome_ids)],
    )
