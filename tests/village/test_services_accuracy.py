"""Reviewers whom repayment proved right weigh more the next time."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tests import make
from tests.village import neighbourhood
from village.models import Campaign, Reviewer, ReviewerRecord, Seat
from village.services import campaigns, stages
from village.services.accuracy import Experience, learn

pytestmark = pytest.mark.django_db
LENT_ON = make.DAY + timedelta(days=30)


def lent(household, *, defaulted, on=LENT_ON):
    return Experience(household, defaulted, on)


@pytest.fixture
def campaign():
    return neighbourhood.concluded(20)


@pytest.fixture
def homes(campaign):
    return list(campaign.outcomes.order_by("household_id").values_list("household_id", flat=True))


def test_who_put_the_defaulters_at_the_bottom_is_heard_louder_in_the_next_round(campaign, homes):
    told = [lent(home, defaulted=at < 5) for at, home in enumerate(homes)]

    weighed = learn(told, as_of=LENT_ON + timedelta(days=365))
    following = neighbourhood.opened(village=campaign.village, seed=8)

    assert weighed == campaign.reviewers.count() > 0
    assert min(ReviewerRecord.objects.values_list("weight", flat=True)) > 1
    for reviewer in following.reviewers.all():
        record = ReviewerRecord.objects.filter(customer=reviewer.customer_id).first()
        assert reviewer.accuracy == (record.weight if record else 1.0)


def test_who_put_them_at_the_top_is_heard_less(campaign, homes):
    learn(
        [lent(home, defaulted=at >= 15) for at, home in enumerate(homes)],
        as_of=LENT_ON + timedelta(days=365),
    )

    assert max(ReviewerRecord.objects.values_list("weight", flat=True)) < 1


def test_the_number_of_a_record_tells_nobody_whose_it_is(client, homes):
    learn([lent(home, defaulted=at < 5) for at, home in enumerate(homes)], as_of=LENT_ON)
    client.force_login(make.staff("risk_officer"))

    records = list(ReviewerRecord.objects.order_by("pk").select_related("customer"))
    page = reverse("admin:village_reviewerrecord_change", args=[records[0].pk])
    shown = client.get(page)

    people = [each.customer_id for each in records]
    assert people != sorted(people)
    assert shown.status_code == 200
    assert f"#{records[0].pk}" in shown.content.decode()
    assert records[0].customer.name not in shown.content.decode()


def test_an_opinion_given_after_the_money_was_lent_teaches_nothing(homes):
    before = make.DAY - timedelta(days=1)

    assert learn([lent(home, defaulted=False, on=before) for home in homes], as_of=make.DAY) == 0
    assert not ReviewerRecord.objects.exists()


def a_later_round(campaign, homes, opinion):
    """The village's next round, in which one reviewer speaks of each household."""
    later = make.DAY + timedelta(days=365)
    second = Campaign.objects.create(
        village=campaign.village, round=2, seed=1, business_day=later, status="closed", seal="s"
    )
    reviewer = Reviewer.objects.create(
        campaign=second,
        customer=make.customer(make.household(campaign.village)),
        token_hash="later",
        link_expires_at=neighbourhood.AT,
    )
    Seat.objects.bulk_create(
        Seat(reviewer=reviewer, household_id=home, opinion=opinion) for home in homes
    )
    return reviewer.customer, later


def test_a_second_loan_is_held_against_the_round_before_it_alone(campaign, homes):
    newcomer, later = a_later_round(campaign, homes[:4], opinion=2.0)
    first = [lent(home, defaulted=False) for home in homes]
    second = [lent(home, defaulted=True, on=later) for home in homes[:4]]

    learn(first + second, as_of=later + timedelta(days=365))

    judged = ReviewerRecord.objects.get(customer=newcomer)
    assert (judged.loans, judged.defaults) == (4, 4)
    assert judged.weight < 1
    others = ReviewerRecord.objects.exclude(customer=newcomer)
    assert others.exists()
    assert set(others.values_list("defaults", flat=True)) == {0}
    assert (
        sum(others.values_list("loans", flat=True))
        == Seat.objects.filter(reviewer__campaign=campaign, opinion__isnull=False).count()
    )


def test_a_loan_before_the_later_round_is_held_against_the_earlier_one(campaign, homes):
    newcomer, later = a_later_round(campaign, homes, opinion=2.0)

    learn([lent(home, defaulted=at < 5) for at, home in enumerate(homes)], as_of=later)

    assert not ReviewerRecord.objects.filter(customer=newcomer).exists()
    assert ReviewerRecord.objects.count() == campaign.reviewers.count()


def test_learning_again_replaces_what_was_learnt(homes):
    told = [lent(home, defaulted=at < 5) for at, home in enumerate(homes)]
    learn(told, as_of=LENT_ON)
    before = ReviewerRecord.objects.count()

    learn(told, as_of=LENT_ON + timedelta(days=31))

    assert ReviewerRecord.objects.count() == before
    assert set(ReviewerRecord.objects.values_list("as_of", flat=True)) == {
        LENT_ON + timedelta(days=31)
    }


def test_opinions_are_kept_only_once_the_campaign_is_concluded():
    campaign = neighbourhood.opened(10)
    neighbourhood.answered(campaign)

    campaigns.seal(campaign.pk, actor=None)

    assert not Seat.objects.filter(opinion__isnull=False).exists()
    assert stages.void_black(actor=None) == 0
