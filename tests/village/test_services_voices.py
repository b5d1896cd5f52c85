"""How reviewers were heard: kept with the conclusion, shown as numbers to few."""

from random import Random

import pytest
from django.urls import reverse

from core.models import Reading
from tests import make
from tests.village import neighbourhood
from village import selectors
from village.models import Customer
from village.services import campaigns, conclusions

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    """Seven reviewers judge a village whole; the second and the fifth say the same."""
    return concluded()


def concluded(warned_by=()):
    """The same; reviewers at these places warn of the village's last household."""
    village = neighbourhood.settled(30, groups=3)
    heads = Customer.objects.filter(household__village=village, role="head").order_by("pk")
    campaign = neighbourhood.opened(
        village=village, reviewers=list(heads.values_list("pk", flat=True)[:7])
    )
    reviewers = list(campaign.reviewers.order_by("pk"))
    chance = Random(11)
    truth = {pk: chance.random() for pk in village.households.values_list("pk", flat=True)}
    copied = {pk: chance.random() for pk in truth}
    last, filled = max(truth), []
    for seat in neighbourhood.seats(campaign):
        place = reviewers.index(seat.reviewer)
        level = 0.5 * truth[seat.household_id] + 0.5 * chance.random()
        said = {"level": copied[seat.household_id] if place in (1, 4) else level}
        if seat.household_id == last and place in warned_by:
            said["negatives"] = frozenset({1})
        filled.append((seat, said))
    neighbourhood.hand_in(filled)
    campaigns.seal(campaign.pk, actor=None)
    return conclusions.conclude(campaign.pk, actor=None)


@pytest.mark.parametrize(
    ("warned_by", "reporters", "stage"), [((1, 4), 1, "second"), ((1, 3), 2, "voided")]
)
def test_a_clique_alone_confirms_no_hard_reason_against_a_neighbour(warned_by, reporters, stage):
    campaign = concluded(warned_by)

    outcome = campaign.outcomes.order_by("household").last()
    assert (outcome.hard_reporters, outcome.stage) == (reporters, stage)
    assert outcome.explanation["negatives"] == [[1, 2]]
    assert outcome.list_flag == "grey"


def voices_page(campaign):
    return reverse("admin:village_campaign_voices", args=[campaign.pk])


def test_those_who_err_alike_are_kept_as_one_voice(campaign):
    alike = [campaign.reviewers.order_by("pk")[place].number for place in (1, 4)]

    voices = selectors.voices(campaign)

    assert [each.number for each in voices if each.cluster] == sorted(alike)
    assert [each.weight for each in voices] == [0.5, 0.5] + [1.0] * 5
    assert [each.number for each in voices[2:]] == sorted(set(range(1, 8)) - set(alike))


def test_who_works_campaigns_sees_numbers_and_no_names(client, campaign):
    president = make.staff("branch_president", branch=campaign.village.grid.branch)
    client.force_login(president)

    page = client.get(voices_page(campaign))
    record = client.get(reverse("admin:village_campaign_change", args=[campaign.pk]))

    text = page.content.decode()
    assert page.status_code == 200
    assert page.context["suspected"] == 2
    assert all(each.customer.name not in text for each in campaign.reviewers.all())
    assert voices_page(campaign) in record.content.decode()
    assert Reading.objects.get(what="how reviewers were heard").reader == president


@pytest.mark.parametrize("role", ["customer_manager", "auditor", "approver"])
def test_nobody_else_learns_it(client, campaign, role):
    somebody = campaign.village.grid.manager if role == "customer_manager" else make.staff(role)
    client.force_login(somebody)

    assert client.get(voices_page(campaign)).status_code == 403
    record = client.get(reverse("admin:village_campaign_change", args=[campaign.pk]))
    assert voices_page(campaign) not in record.content.decode()


def test_another_branch_and_an_unfinished_review_show_nothing(client, campaign):
    client.force_login(make.staff("branch_president"))
    assert client.get(voices_page(campaign)).status_code == 404
    client.force_login(make.staff("risk_officer"))
    assert client.get(voices_page(neighbourhood.opened(12))).status_code == 404
    assert client.get(voices_page(campaign)).status_code == 200
