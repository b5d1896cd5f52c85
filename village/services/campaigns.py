"""Opening, sealing and concluding a round of sealed review 背靠背评议."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import date, timedelta

import polars as pl
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, events, fsm
from core.models import User
from village import selectors
from village.errors import CampaignRefused
from village.events import CampaignSealed
from village.models import Campaign, Outcome, Reviewer, Seat, SheetForm
from village.review_rules.panels import (
    Draw,
    JudgedHousehold,
    PanelRules,
    draw_panels,
)
from village.services import copying
from village.services import reviewers as reviewer_lists

LINK_LIVES = timedelta(days=14)
NUMBERED = """
UPDATE village_reviewer reviewer SET number = drawn.number
  FROM (SELECT id, row_number() OVER (ORDER BY gen_random_uuid()) AS number
          FROM village_reviewer WHERE campaign_id = %s) drawn
 WHERE reviewer.id = drawn.id
"""
NOT_SEALED = (Campaign.Status.DRAFT, Campaign.Status.ROSTERED, Campaign.Status.REVIEWING)


@transaction.atomic
def open_campaign(
    village_id: int,
    *,
    business_day: date,
    seed: int,
    actor: User | None,
    panel_size: int = 7,
    reviewers: Sequence[int] | None = None,
) -> Campaign:
    """Begin a round in one village: draw a panel for every household and let neighbours answer.

    ``reviewers`` are customers' ids; without them the village's approved list is taken, and where
    there is none heads of households are drawn, see :mod:`village.services.reviewers`. The same
    register, lists and ``seed`` give the same panels. Raises CampaignRefused where a round is under
    way, nobody is registered or too few can judge.
    """
    campaign = _begin(village_id, business_day, seed, panel_size)
    households = list(
        selectors.judgeable_households(village_id).order_by("pk").values_list("pk", "group_id")
    )
    if not households:
        raise CampaignRefused(_("No household of this village is registered."))
    listed = reviewer_lists.listed(
        village_id,
        chosen=reviewers,
        wanted=reviewer_lists.wanted(len(households), panel_size),
        on=business_day,
        seed=seed,
    )
    rules = PanelRules(size=panel_size, minimum=min(3, panel_size))
    if len(listed) < rules.minimum:
        raise CampaignRefused(
            _("A panel needs %(least)s reviewers; this village has %(found)s.")
            % {"least": rules.minimum, "found": len(listed)}
        )
    draw = draw_panels(
        [JudgedHousehold(pk, group or 0) for pk, group in households],
        listed,
        selectors.conflicts(village_id),
        seed=seed,
        rules=rules,
    )
    return seat_and_open(campaign, draw, households=len(households), actor=actor)


def seat_and_open(
    campaign: Campaign, draw: Draw, *, households: int, actor: User | None
) -> Campaign:
    """Seat the drawn panels and let the neighbours answer."""
    _seat(campaign, draw)
    with fsm.refusing(campaign):
        campaign.open()
    campaign.save(update_fields=["status"])
    audit.record(
        campaign,
        "village.campaign.opened",
        actor=actor,
        households=households,
        reviewers=len(draw.load()),
        seats=sum(draw.load().values()),
        short_panels=sum(not each.usable for each in draw.shortfalls),
        seed=draw.seed,
    )
    return campaign


def _begin(village_id: int, business_day: date, seed: int, panel_size: int) -> Campaign:
    """The next round of a village, its roster complete."""
    no_round_under_way(village_id)
    last = Campaign.objects.filter(village_id=village_id).aggregate(last=Max("round"))["last"]
    campaign = Campaign.objects.create(
        village_id=village_id,
        round=(last or 0) + 1,
        seed=seed,
        panel_size=panel_size,
        business_day=business_day,
    )
    with fsm.refusing(campaign):
        campaign.roster()
    campaign.save(update_fields=["status"])
    return campaign


def no_round_under_way(village_id: int) -> None:
    """Raise CampaignRefused where neighbours of this village are still answering."""
    rounds = Campaign.objects.select_for_update().filter(village_id=village_id)
    if any(each.status in NOT_SEALED for each in rounds):
        raise CampaignRefused(_("A round of review is already under way in this village."))


def _seat(campaign: Campaign, draw: Draw) -> None:
    """Seat the drawn reviewers. Nobody has a link until one is issued."""
    now = timezone.now()
    people = sorted(draw.load())
    weights = selectors.reviewer_weights(people)
    made = Reviewer.objects.bulk_create(
        [
            Reviewer(
                campaign=campaign,
                customer_id=person,
                token_hash=selectors.token_hash(secrets.token_urlsafe(24)),
                link_expires_at=now,
                accuracy=weights.get(person, 1.0),
            )
            for person in people
        ]
    )
    of_person = {each.customer_id: each.pk for each in made}
    seats = [(of_person[who], panel.household) for panel in draw.panels for who in panel.reviewers]
    schema = {"reviewer_id": pl.Int64, "household_id": pl.Int64}
    copying.append(Seat._meta.db_table, pl.DataFrame(seats, schema=schema, orient="row"))


@transaction.atomic
def issue_link(reviewer_id: int, *, actor: User | None, form: str = SheetForm.ELECTRONIC) -> str:
    """Give a reviewer a new secret link and return its token, which is shown this once.

    ``form`` is how it goes out (on a card, by WeChat) and is kept with every sheet. An earlier link
    of theirs stops working, and the new one may be opened on another device. Raises
    CampaignRefused once the review is sealed, and for whoever has died or moved away.
    """
    reviewer = (
        Reviewer.objects.select_for_update(of=("self",))
        .select_related("campaign", "customer")
        .get(pk=reviewer_id)
    )
    if reviewer.campaign.status != Campaign.Status.REVIEWING:
        raise CampaignRefused(_("Links are issued only while the review is open."))
    if selectors.has_gone(reviewer):
        raise CampaignRefused(
            _("This reviewer has died or moved away: no link is issued."), code="reviewer_gone"
        )
    token = secrets.token_urlsafe(24)
    reviewer.token_hash = selectors.token_hash(token)
    reviewer.link_expires_at = timezone.now() + LINK_LIVES
    reviewer.first_opened_at = None
    reviewer.device_hash = ""
    reviewer.form = form
    reviewer.save(
        update_fields=["token_hash", "link_expires_at", "first_opened_at", "device_hash", "form"]
    )
    audit.record(reviewer, "village.reviewer.link_issued", actor=actor, form=str(form))
    return token


@transaction.atomic
def seal(campaign_id: int, *, actor: User | None) -> Campaign:
    """Close the review: one hash over all live sheets, in the audit chain from now on.

    From now on sheets are shown, so every reviewer draws the number that theirs bear. It is not
    made of the seed, which everybody may see and draw the panels from again. Raises CampaignRefused
    where nobody has answered.
    """
    campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
    digests = list(selectors.live_sheets(campaign_id).values_list("seat_id", "digest"))
    if not digests and campaign.status == Campaign.Status.REVIEWING:
        raise CampaignRefused(_("No sheet of this review is in: there is nothing to seal."))
    with fsm.refusing(campaign):
        campaign.close_review(at=timezone.now(), seal=seal_of(campaign_id, digests))
    campaign.meeting_hash = ""
    campaign.save(update_fields=["status", "sealed_at", "seal", "meeting_hash"])
    copying.run(NUMBERED, [campaign_id])
    audit.record(
        campaign, "village.campaign.sealed", actor=actor, seal=campaign.seal, sheets=len(digests)
    )
    events.publish(CampaignSealed(campaign_id=campaign.pk))
    return campaign


@transaction.atomic
def call_off(campaign_id: int, *, because: str, actor: User) -> Campaign:
    """End a round in which nobody has answered, so that the village may have another: it was begun
    by mistake, or no neighbour came.

    Once a sheet is in it is sealed like any other: nobody draws panels again until they please.
    Raises CampaignRefused.
    """
    if not because.strip():
        raise CampaignRefused(_("Say why the round is called off."), code="no_reason")
    campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
    refuse_once_answered(campaign)
    with fsm.refusing(campaign):
        campaign.call_off()
    campaign.meeting_hash = ""
    campaign.save(update_fields=["status", "meeting_hash"])
    audit.record(campaign, "village.campaign.called_off", actor=actor, because=because.strip())
    return campaign


def refuse_once_answered(campaign: Campaign) -> None:
    """A round in which neighbours have answered is not called off. Raises CampaignRefused."""
    if selectors.live_sheets(campaign.pk).exists():
        raise CampaignRefused(_("Neighbours have answered: seal this review."), code="answered")


def seal_of(campaign_id: int, digests: Sequence[tuple[int, str]]) -> str:
    """The hash over a campaign's sheets, by seat in order."""
    lines = [str(campaign_id), *(f"{seat}:{digest}" for seat, digest in digests)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@transaction.atomic
def begin_visits(campaign_id: int, *, actor: User | None) -> Campaign:
    """Managers now go from door to door."""
    return _move(campaign_id, "begin_visits", "village.campaign.visiting", actor)


@transaction.atomic
def mark_granted(campaign_ids: Collection[int], *, actor: User | None) -> None:
    """The lines of these villages were granted. Raises CampaignRefused where the branch has decided
    no outcome yet."""
    decided = Outcome.objects.opening_granting().filter(campaign__in=campaign_ids).order_by()
    if set(campaign_ids) - set(decided.values_list("campaign_id", flat=True).distinct()):
        raise CampaignRefused(_("The branch has decided no outcome of this review yet."))
    for campaign in Campaign.objects.select_for_update().filter(pk__in=campaign_ids).order_by("pk"):
        with fsm.refusing(campaign):
            campaign.grant()
        campaign.save(update_fields=["status"])
    deeds = (audit.Deed(pk, {}) for pk in sorted(campaign_ids))
    audit.record_all(Campaign, "village.campaign.granted", deeds, actor=actor)


@transaction.atomic
def close(campaign_id: int, *, actor: User | None) -> Campaign:
    """The round is over."""
    return _move(campaign_id, "close", "village.campaign.closed", actor)


def _move(campaign_id: int, transition: str, action: str, actor: User | None) -> Campaign:
    campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
    with fsm.refusing(campaign):
        getattr(campaign, transition)()
    campaign.save(update_fields=["status"])
    audit.record(campaign, action, actor=actor)
    return campaign
