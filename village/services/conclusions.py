"""Turning a sealed campaign's sheets into one outcome per household."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

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
from village.review_rules.money import ReviewedLimit, reviewed_limit
from village.review_rules.negatives import NegativeFinding, weigh_negatives
from village.review_rules.scoring import HouseholdOutcome, Opinions, judge_village
from village.services import copying
from village.services.campaigns import seal_of
from village.services.sheets import answers_of, digest_of

NEGATIVE_REPORTED = "negative_reported"
NO_LIMIT = "no_limit"
AT_ONCE = 2_000


@transaction.atomic
def conclude(campaign_id: int, *, actor: User | None) -> Campaign:
    """Read the sealed sheets, judge them, and write outcomes and lists for the whole village.

    Raises SealBroken when a sheet is no longer what was sealed.
    """
    campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
    with fsm.refusing(campaign):
        campaign.conclude(at=timezone.now())
    answers = _unsealed(campaign)
    outcomes = _outcomes(campaign, answers)
    Outcome.objects.bulk_create(outcomes, batch_size=AT_ONCE)
    _set_lists(campaign)
    campaign.save(update_fields=["status", "concluded_at"])
    audit.record_all(
        Outcome,
        "village.outcome.concluded",
        (
            Deed(each.pk, {"limit": each.reviewed_limit, "list": each.list_flag})
            for each in outcomes
        ),
        actor=actor,
    )
    flags = [each.list_flag for each in outcomes]
    audit.record(
        campaign,
        "village.campaign.concluded",
        actor=actor,
        outcomes=len(outcomes),
        sheets=len(answers),
        white=flags.count(ListFlag.WHITE),
        grey=flags.count(ListFlag.GREY),
        black=flags.count(ListFlag.BLACK),
    )
    events.publish(CampaignConcluded(campaign_id=campaign.pk))
    return campaign


def _unsealed(campaign: Campaign) -> list[rules.Sheet]:
    """A campaign's sheets, opened once each and the seal both prove to be what came in."""
    rows = list(
        selectors.live_sheets(campaign.pk).values_list(
            "seat_id",
            "digest",
            "answers",
            "submitted_at",
            "seat__reviewer_id",
            "seat__household_id",
        )
    )
    if campaign.seal != seal_of(campaign.pk, [(seat, digest) for seat, digest, *_rest in rows]):
        raise SealBroken(_("The sheets of this campaign are no longer those that were sealed."))
    opened = []
    for seat, digest, text, at, reviewer, household in rows:
        if digest != digest_of(text, seat, at):
            raise SealBroken(
                _("A sheet was changed after it came in (seat %(seat)s).") % {"seat": seat}
            )
        opened.append(answers_of(text, reviewer=reviewer, household=household))
    return opened


@dataclass(frozen=True, slots=True)
class _Heard:
    """What was said about one household."""

    standing: HouseholdOutcome | None
    sheets: Sequence[rules.Sheet]
    is_black: bool

    @property
    def valid(self) -> list[rules.Sheet]:
        """Sheets that count. A black tag voids them all."""
        return [] if self.is_black else [each for each in self.sheets if rules.is_valid(each)]


def _outcomes(campaign: Campaign, answers: list[rules.Sheet]) -> list[Outcome]:
    """One outcome for each household that was judged or is on the black list."""
    valid = [each for each in answers if rules.is_valid(each)]
    village = judge_village(
        Opinions(
            reviewer=tuple(each.reviewer for each in valid),
            household=tuple(each.household for each in valid),
            value=tuple(float(rules.sheet_score(each)) for each in valid),
        ),
        seed=campaign.seed,
        accuracy=dict(campaign.reviewers.values_list("pk", "accuracy")),
    )
    standing = {each.household: each for each in village.households}
    said = defaultdict(list)
    for each in answers:
        said[each.household].append(each)
    black = set(
        Household.objects.filter(
            village_id=campaign.village_id, list_flag=ListFlag.BLACK
        ).values_list("pk", flat=True)
    )
    judged = Seat.objects.filter(reviewer__campaign=campaign).values_list("household", flat=True)
    return [
        _outcome(campaign, pk, _Heard(standing.get(pk), said[pk], pk in black))
        for pk in sorted({*judged, *black})
    ]


def _outcome(campaign: Campaign, household_id: int, heard: _Heard) -> Outcome:
    valid = heard.valid
    points = rules.average_score(valid)
    limit = reviewed_limit([each.suggested_fen or 0 for each in valid], points)
    against = weigh_negatives(each.negatives for each in heard.sheets if each.knows_household)
    amount = 0 if against.confirmed_hard and limit.limit_fen is not None else limit.limit_fen
    flag = _list_of(heard, against, amount)
    standing = None if heard.is_black else heard.standing
    reasons = _visit_reasons(standing, against, amount, is_black=heard.is_black)
    return Outcome(
        campaign=campaign,
        household_id=household_id,
        sheets=len(heard.sheets),
        valid_sheets=len(valid),
        score=standing.score if standing else None,
        score_low=standing.low if standing else None,
        score_high=standing.high if standing else None,
        points=points,
        reviewed_limit=amount,
        list_flag=flag,
        visit_needed=bool(reasons),
        visit_reasons=reasons,
        explanation=_explanation(limit, against),
    )


def _list_of(heard: _Heard, against: NegativeFinding, amount: int | None) -> str:
    """Black is the bank's own word and stays; one warning from somebody who knows makes grey;
    white needs enough sheets and an amount."""
    if heard.is_black:
        return ListFlag.BLACK
    if against.grey_listed:
        return ListFlag.GREY
    return ListFlag.WHITE if amount else ListFlag.NONE


def _visit_reasons(
    standing: HouseholdOutcome | None,
    against: NegativeFinding,
    amount: int | None,
    *,
    is_black: bool,
) -> list[str]:
    """Why somebody must go and look before anything is granted. Nobody visits the black list."""
    if is_black:
        return []
    reasons = [str(each) for each in standing.visit_reasons] if standing else []
    if against.grey_listed:
        reasons.append(NEGATIVE_REPORTED)
    if amount is None:
        reasons.append(NO_LIMIT)
    return reasons


def _explanation(limit: ReviewedLimit, against: NegativeFinding) -> dict[str, Any]:
    """How the limit came about, amounts in fen."""
    return {
        "basis": str(limit.basis),
        "dropped": list(limit.dropped_fen),
        "mean": limit.mean_fen,
        "cap": limit.cap_fen,
        "average_score": _text(limit.average_score),
        "factor": _text(limit.factor),
        "before_negatives": limit.limit_fen,
        "negatives": [list(each) for each in against.reported],
        "confirmed_hard": list(against.confirmed_hard),
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _set_lists(campaign: Campaign) -> None:
    """Carry the outcomes' lists over to the households; the bank's black list stands above."""
    copying.run(
        "UPDATE village_household h SET list_flag = o.list_flag, updated_at = now() "
        "FROM village_outcome o WHERE o.campaign_id = %s AND o.household_id = h.id "
        "AND h.list_flag <> 'black' AND h.list_flag <> o.list_flag",
        [campaign.pk],
    )
