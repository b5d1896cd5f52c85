"""Turning a sealed campaign's sheets into one outcome per household."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import polars as pl
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, events, fsm
from core.audit import Deed
from core.models import User
from village import selectors
from village.errors import SealBroken
from village.events import CampaignConcluded
from village.models import Campaign, Household, ListFlag, Outcome, Seat
from village.review_rules import sheets as rules
from village.review_rules.scoring import ReviewerOutcome, VisitReason
from village.services import copying, judging, outcome_rows
from village.services.campaigns import seal_of
from village.services.sheets import answers_of, digest_of
from village.services.stages import SPOT_CHECK

VOICES = {"person": "bigint", "cluster": "smallint", "weight": "float8"}
OPINIONS = {"person": "bigint", "household": "bigint", "z": "float8"}
SECOND_LOOK = ("first_figures", "second_look", "second_done_at")
VOIDED = ("stage", "voided_because", "voided_at")


@transaction.atomic
def conclude(campaign_id: int, *, actor: User | None) -> Campaign:
    """Read the sealed sheets, judge them, and write outcomes and lists for the whole village.

    A second round goes into the outcomes of the first. Raises SealBroken when a sheet is no longer
    what was sealed.
    """
    campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
    if campaign.follows_id:
        return _fold(campaign, actor)
    with fsm.refusing(campaign):
        campaign.conclude(at=timezone.now())
    answers = _heard(campaign)
    judged = _first_judged(campaign, answers)
    outcomes = judged.outcomes
    outcome_rows.insert(outcomes)
    _write_opinions(campaign, answers)
    _write_voices(campaign, judged.reviewers)
    carry_grey(campaign.pk)
    campaign.save(update_fields=["status", "concluded_at"])
    _record(outcomes, "village.outcome.concluded", actor)
    flags = [each.list_flag for each in outcomes]
    audit.record(
        campaign,
        "village.campaign.concluded",
        actor=actor,
        outcomes=len(outcomes),
        sheets=len(answers),
        doubted=sum(each.stage == Outcome.Stage.SECOND for each in outcomes),
        white=flags.count(ListFlag.WHITE),
        grey=flags.count(ListFlag.GREY),
        black=flags.count(ListFlag.BLACK),
    )
    events.publish(CampaignConcluded(campaign_id=campaign.pk))
    return campaign


def _heard(campaign: Campaign) -> list[rules.Sheet]:
    """The sealed sheets as they count. Who is by now of the household they judged, or kin,
    guarantor or partner of it, is heard like somebody who does not know it: that came to be, or
    came to light, after their sheet was in."""
    homes = dict(campaign.reviewers.values_list("customer_id", "customer__household_id"))
    ties = selectors.conflicts(campaign.village_id)
    barred = {(home, home) for home in homes.values()} | {*ties, *(pair[::-1] for pair in ties)}
    return [
        replace(each, knows_household=False)
        if (homes[each.reviewer], each.household) in barred
        else each
        for each in unsealed(campaign)
    ]


def unsealed(campaign: Campaign) -> list[rules.Sheet]:
    """A campaign's sheets, opened once each and the seal both prove to be what came in.

    Their reviewers are named by the customer they are.
    """
    rows = list(
        selectors.live_sheets(campaign.pk).values_list(
            "seat_id",
            "digest",
            "answers",
            "submitted_at",
            "seat__reviewer__customer_id",
            "seat__household_id",
        )
    )
    sealed = [(seat, digest) for seat, digest, *_rest in rows]
    if campaign.seal != seal_of(campaign.pk, sealed):
        raise SealBroken(_("The sheets of this campaign are no longer those that were sealed."))
    opened = []
    for seat, digest, text, at, reviewer, household in rows:
        if digest != digest_of(text, seat, at):
            raise SealBroken(
                _("A sheet was changed after it came in (seat %(seat)s).") % {"seat": seat}
            )
        opened.append(answers_of(text, reviewer=reviewer, household=household))
    return opened


def _first_judged(campaign: Campaign, answers: Sequence[rules.Sheet]) -> judging.Judged:
    """One outcome for each household that was judged or is on the black list, at its stage."""
    black = _black(campaign.village_id)
    seated = Seat.objects.filter(reviewer__campaign=campaign).values_list("household", flat=True)
    judged = judging.judged(
        sorted({*seated, *black}),
        answers,
        black=black,
        seed=campaign.seed,
        accuracy=dict(campaign.reviewers.values_list("customer_id", "accuracy")),
    )
    for each in judged.outcomes:
        each.campaign = campaign
        if because := void_reason(each, black):
            each.void(because=because, at=campaign.concluded_at)
        elif each.visit_needed:
            each.doubt()
    return judged


def void_reason(outcome: Outcome, black: set[int]) -> str:
    """What makes an outcome count for nothing; empty where nothing does."""
    if outcome.household_id in black:
        return Outcome.Void.BLACK_LIST
    if outcome.explanation.get("confirmed_hard"):
        return Outcome.Void.HARD_NEGATIVE
    return ""


def _fold(campaign: Campaign, actor: User | None) -> Campaign:
    """Hear the second panel beside the first, and instead of it where collusion was suspected."""
    with fsm.refusing(campaign):
        campaign.fold(at=timezone.now())
    answers = _heard(campaign)
    first = Campaign.objects.select_for_update().get(pk=campaign.follows_id)
    seated = Seat.objects.filter(reviewer__campaign=campaign).values("household")
    outcomes = list(
        first.outcomes.doubted().filter(household__in=seated).select_for_update().order_by("pk")
    )
    tainted = {
        each.household_id
        for each in outcomes
        if VisitReason.COLLUSION_SUSPECTED in each.visit_reasons
    }
    heard = [each for each in _heard(first) if each.household not in tainted] + answers
    reviewers = [*first.reviewers.all(), *campaign.reviewers.all()]
    again = judging.judged(
        [each.household_id for each in outcomes],
        heard,
        black=_black(first.village_id),
        seed=campaign.seed,
        accuracy={each.customer_id: each.accuracy for each in reviewers},
    )
    for outcome, second in zip(outcomes, again.outcomes, strict=True):
        _hear_again(outcome, second, at=campaign.concluded_at)
        if because := void_reason(outcome, set()):
            outcome.void(because=because, at=campaign.concluded_at)
    outcome_rows.update(outcomes, [*judging.FIGURES, *SECOND_LOOK, *VOIDED])
    _write_opinions(campaign, answers)
    _write_voices(campaign, again.reviewers)
    carry_grey(first.pk)
    campaign.save(update_fields=["status", "concluded_at"])
    _record(outcomes, "village.outcome.heard_again", actor)
    audit.record(
        campaign,
        "village.campaign.folded",
        actor=actor,
        outcomes=len(outcomes),
        sheets=len(answers),
        settled=sum(each.second_done_at is not None for each in outcomes),
    )
    return campaign


def _hear_again(outcome: Outcome, second: Outcome, *, at: datetime) -> None:
    """Put the second panel's figures in the place of the first's, which are kept beside them.

    What a spot check found meanwhile is no doubt that a panel settles.
    """
    contradicted = {SPOT_CHECK}.intersection(outcome.visit_reasons)
    outcome.first_figures = {
        name: _plain(getattr(outcome, name)) for name in judging.FIGURES if name != "explanation"
    }
    for name in judging.FIGURES:
        setattr(outcome, name, getattr(second, name))
    if contradicted:
        outcome.visit_needed = True
        outcome.visit_reasons = sorted(contradicted.union(outcome.visit_reasons))
    outcome.second_look = Outcome.SecondLook.PANEL
    outcome.second_done_at = None if outcome.visit_needed else at


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | float | list) else str(value)


def _record(outcomes: Sequence[Outcome], action: str, actor: User | None) -> None:
    audit.record_all(
        Outcome,
        action,
        (
            Deed(
                each.pk,
                {"limit": each.reviewed_limit, "list": each.list_flag, "stage": each.stage},
            )
            for each in outcomes
        ),
        actor=actor,
    )


def _black(village_id: int) -> set[int]:
    black = Household.objects.filter(village_id=village_id, list_flag=ListFlag.BLACK)
    return set(black.values_list("pk", flat=True))


def _write_opinions(campaign: Campaign, answers: Sequence[rules.Sheet]) -> None:
    """Keep beside each seat where its household stood in that reviewer's eyes."""
    found = judging.opinions(answers)
    copying.stage("said", OPINIONS, found)
    copying.run(
        "UPDATE village_seat s SET opinion = o.z FROM said o, village_reviewer r "
        "WHERE r.id = s.reviewer_id AND r.campaign_id = %s "
        "AND r.customer_id = o.person AND s.household_id = o.household",
        [campaign.pk],
    )


def _write_voices(campaign: Campaign, heard: Sequence[ReviewerOutcome]) -> None:
    """Keep with each reviewer of this round how they were heard: the weight of their word, and
    the number of the group whose members err alike and share one voice (0: nobody's)."""
    groups = sorted({each.cluster for each in heard if each.cluster_size > 1})
    number = {cluster: at for at, cluster in enumerate(groups, 1)}
    rows = [
        (each.reviewer, number[each.cluster] if each.cluster_size > 1 else 0, each.weight)
        for each in heard
    ]
    schema = {"person": pl.Int64, "cluster": pl.Int64, "weight": pl.Float64}
    copying.stage("heard", VOICES, pl.DataFrame(rows, schema=schema, orient="row"))
    copying.run(
        "UPDATE village_reviewer r SET cluster = h.cluster, weight = h.weight FROM heard h "
        "WHERE r.campaign_id = %s AND r.customer_id = h.person",
        [campaign.pk],
    )


def carry_grey(campaign_id: int) -> None:
    """A warning counts at once: grey outcomes put their household on the grey list.

    White waits for the branch's decision; the bank's own black list stands above.
    """
    copying.run(
        "UPDATE village_household h SET list_flag = 'grey', updated_at = now() "
        "FROM village_outcome o WHERE o.campaign_id = %s AND o.household_id = h.id "
        "AND o.list_flag = 'grey' AND h.list_flag NOT IN ('black', 'grey')",
        [campaign_id],
    )
