"""Whom admission is asked about for a village: whom granting would lend to, and nobody else."""

import pytest

from admission.sources.borrowers import borrowers
from core.errors import DomainError
from credit.services import granting
from tests import make
from tests.credit.conftest import DAY
from tests.credit.judged import decide, reviewed
from village.models import Campaign, Customer, ListFlag, Outcome

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(bank, village):
    return Campaign.objects.create(
        village=village, seed=1, business_day=DAY, status=Campaign.Status.CONCLUDED, seal="0" * 64
    )


def of(campaign):
    return list(borrowers([campaign.village.code], day=DAY))


def head_of(home):
    return home.members.get(role=Customer.Role.HEAD).pk


def test_the_head_of_a_household_that_the_branch_decided(campaign):
    home = reviewed(campaign, admission=None)

    assert of(campaign) == [head_of(home)]


def test_the_spouse_where_the_head_is_refused(campaign):
    home = reviewed(campaign, admission="refuse")
    spouse = make.customer(home, role=Customer.Role.SPOUSE)

    assert of(campaign) == [spouse.pk]


def test_nobody_of_a_household_on_the_black_list(campaign):
    reviewed(campaign, admission=None, list_flag=ListFlag.BLACK)
    Outcome.objects.filter(household=reviewed(campaign, admission=None)).update(
        list_flag=ListFlag.BLACK
    )

    assert of(campaign) == []


def test_nobody_whose_limit_is_decided_unless_it_waits_for_a_person(campaign):
    granted = reviewed(campaign)
    unasked = reviewed(campaign, admission=None)
    granting.grant_campaign(campaign.pk, business_day=DAY, actor=None)

    assert head_of(granted) not in of(campaign)
    assert of(campaign) == [head_of(unasked)]


def test_nobody_of_another_village(campaign):
    reviewed(campaign, admission=None)

    assert list(borrowers([make.village().code], day=DAY)) == []


def test_without_a_policy_nobody_knows_who_may_borrow(db):
    with pytest.raises(DomainError):
        borrowers([], day=DAY)


def test_a_decision_of_admission_is_what_granting_reads(campaign):
    home = reviewed(campaign, admission=None)
    decide(Customer.objects.get(pk=head_of(home)), "admit")

    granting.grant_campaign(campaign.pk, business_day=DAY, actor=None)

    assert home.limit_decisions.get().outcome != "manual"
