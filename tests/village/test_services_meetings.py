"""One device at a meeting: a code begins a turn, and nobody finds another's pages."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import make
from tests.village import neighbourhood
from tests.village.test_views_review import filled_in
from village.errors import CampaignRefused
from village.models import Sheet
from village.selectors import reviewer_by_token
from village.services import meetings

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    return neighbourhood.opened(12)


@pytest.fixture
def meeting(campaign):
    return meetings.open_meeting(campaign.pk, actor=make.staff(), at=timezone.now())


def test_the_device_goes_from_hand_to_hand_and_the_last_turn_is_closed(client, campaign, meeting):
    first, second = list(meeting.codes)[:2]
    door = reverse("village:meeting", args=[meeting.token])

    begun = client.post(door, {"code": meeting.codes[first]})
    turn = begun["Location"].rstrip("/").rsplit("/", 1)[1]
    seat = campaign.reviewers.get(pk=first).seats.first()
    client.post(reverse("village:review-sheet", args=[turn, seat.pk]), filled_in(step="submit"))
    left = client.post(reverse("village:review-hand-on", args=[turn]))

    assert Sheet.objects.get().form == "meeting"
    assert left["Location"] == door
    assert client.get(begun["Location"]).status_code == 404, "going back shows nothing"
    client.post(door, {"code": meeting.codes[second]})
    assert client.get(door).status_code == 200


def test_the_next_code_ends_the_turn_of_whoever_forgot_to(campaign, meeting):
    one, other = list(meeting.codes)[:2]
    forgotten = meetings.begin_turn(meeting.token, meeting.codes[one], at=timezone.now())

    meetings.begin_turn(meeting.token, meeting.codes[other], at=timezone.now())

    assert reviewer_by_token(forgotten, at=timezone.now()) is None


def test_ten_wrong_codes_in_a_row_end_the_meeting(campaign, meeting):
    for _ in range(meetings.MOST_WRONG):
        with pytest.raises(CampaignRefused):
            meetings.begin_turn(meeting.token, "wrong", at=timezone.now())

    with pytest.raises(CampaignRefused) as caught:
        meetings.begin_turn(meeting.token, next(iter(meeting.codes.values())), at=timezone.now())
    assert caught.value.code == "no_meeting"


def test_a_turn_and_a_meeting_end_by_themselves(campaign, meeting):
    code = next(iter(meeting.codes.values()))
    turn = meetings.begin_turn(meeting.token, code, at=timezone.now())

    later = timezone.now() + meetings.TURN_LIVES + timedelta(minutes=1)
    assert reviewer_by_token(turn, at=later) is None
    with pytest.raises(CampaignRefused):
        meetings.begin_turn(meeting.token, code, at=timezone.now() + timedelta(hours=11))


def test_after_the_seal_no_meeting_is_held(campaign, meeting):
    neighbourhood.seal(campaign)

    with pytest.raises(CampaignRefused):
        meetings.open_meeting(campaign.pk, actor=make.staff(), at=timezone.now())
    with pytest.raises(CampaignRefused):
        meetings.begin_turn(meeting.token, next(iter(meeting.codes.values())), at=timezone.now())
