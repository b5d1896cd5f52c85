"""Review at a meeting 会议评议: one device goes from hand to hand, the sheets stay sealed.

Staff open the meeting on a device and hand every reviewer a code on paper. A code begins a turn;
passing the device on ends it, so that nobody finds another's pages by going back.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, crypto
from core.models import User
from village import selectors
from village.errors import CampaignRefused
from village.models import Campaign, Reviewer

MEETING_LIVES = timedelta(hours=10)
TURN_LIVES = timedelta(minutes=40)
MOST_WRONG = 10
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Meeting:
    """An opened meeting: its token and every reviewer's code, shown this once."""

    token: str
    codes: dict[int, str]


@transaction.atomic
def open_meeting(campaign_id: int, *, actor: User, at: datetime) -> Meeting:
    """Let one device take a village's answers; an earlier device and its codes stop working.

    Raises CampaignRefused once the review is sealed.
    """
    campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
    if campaign.status != Campaign.Status.REVIEWING:
        raise CampaignRefused(_("A meeting is held only while the review is open."))
    reviewers = list(campaign.reviewers.select_for_update())
    codes = dict(zip((each.pk for each in reviewers), _codes(len(reviewers)), strict=True))
    for each in reviewers:
        each.code_index = _index(campaign.pk, codes[each.pk])
        each.turn_hash, each.turn_ends_at = "", None
    campaign.reviewers.update(code_index="")
    Reviewer.objects.bulk_update(reviewers, ["code_index", "turn_hash", "turn_ends_at"])
    token = secrets.token_urlsafe(24)
    campaign.meeting_hash = selectors.token_hash(token)
    campaign.meeting_ends_at = at + MEETING_LIVES
    campaign.wrong_codes = 0
    campaign.save(update_fields=["meeting_hash", "meeting_ends_at", "wrong_codes"])
    audit.record(campaign, "village.meeting.opened", actor=actor, reviewers=len(reviewers))
    return Meeting(token, codes)


def begin_turn(token: str, code: str, *, at: datetime) -> str:
    """Begin a reviewer's turn at the device; returns the token behind which their pages stand.

    Whoever had the device before loses it. Raises CampaignRefused for a wrong code; after ten in a
    row the meeting is over, and staff have to open it anew.
    """
    with transaction.atomic():
        campaign = selectors.meetings(token, at=at).select_for_update(of=("self",)).first()
        if campaign is None:
            raise CampaignRefused(_("This meeting is over."), code="no_meeting")
        reviewer = campaign.reviewers.filter(code_index=_index(campaign.pk, code)).first()
        if reviewer is not None:
            turn = secrets.token_urlsafe(24)
            campaign.reviewers.exclude(turn_hash="").update(turn_hash="", turn_ends_at=None)
            reviewer.turn_hash = selectors.token_hash(turn)
            reviewer.turn_ends_at = at + TURN_LIVES
            reviewer.save(update_fields=["turn_hash", "turn_ends_at"])
            campaign.wrong_codes = 0
            campaign.save(update_fields=["wrong_codes"])
            audit.record(reviewer, "village.meeting.turn_begun", actor=None)
            return turn
        _count_wrong_code(campaign)
    raise CampaignRefused(_("No reviewer of this meeting has this code."), code="wrong_code")


def _count_wrong_code(campaign: Campaign) -> None:
    campaign.wrong_codes += 1
    if campaign.wrong_codes >= MOST_WRONG:
        campaign.meeting_hash = ""
    campaign.save(update_fields=["wrong_codes", "meeting_hash"])
    audit.record(campaign, "village.meeting.wrong_code", actor=None, in_a_row=campaign.wrong_codes)


@transaction.atomic
def end_turn(reviewer_id: int) -> None:
    """The device is passed on: the pages of this turn do not open any more."""
    Reviewer.objects.filter(pk=reviewer_id).update(turn_hash="", turn_ends_at=None)


def _codes(how_many: int) -> list[str]:
    found: set[str] = set()
    while len(found) < how_many:
        found.add(f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}")
    codes = sorted(found)
    secrets.SystemRandom().shuffle(codes)
    return codes


def _index(campaign_id: int, code: str) -> str:
    return crypto.blind_index(f"{campaign_id}:{''.join(code.split())}")
