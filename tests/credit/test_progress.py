"""How far villages have come: counted, once each, and told when it moved."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import events
from credit.events import DayClosed, LoanDisbursed
from credit.models import Contract, CreditLine, Loan, VillageProgress
from credit.selectors_progress import Stage, in_list
from credit.services import progress
from tests import make
from tests.credit.stages import DAY, borrowing, figures, granted, reviewed, visited
from tests.village import neighbourhood
from village.models import Campaign, Customer, Household
from village.services import stages
from visits.models import Survey, VisitTask

pytestmark = pytest.mark.django_db


@pytest.fixture
def village():
    return make.village()


def test_each_stage_counts_its_households_and_their_money(village):
    one, two, three = (make.household(village) for _number in range(3))
    reviewed(one), reviewed(two, limit=10_000_00), reviewed(three, limit=None)
    visited(one), visited(two, limit=8_000_00)
    granted(one), granted(two, amount=7_000_00, status=CreditLine.Status.PRE_GRANTED)
    borrowing(one)

    progress.count([village.pk])

    assert VillageProgress.objects.get(village=village).households == 3
    assert figures(village) == {
        "reviewed": (3, 60_000_00),
        "visited": (2, 48_000_00),
        "granted": (2, 37_000_00),
        "signed": (1, 20_000_00),
        "drawn": (1, 20_000_00),
    }


def test_only_the_newest_round_and_the_newest_survey_count(village):
    home = make.household(village)
    reviewed(home, limit=50_000_00)
    reviewed(home, limit=60_000_00, round_=2)
    reviewed(home, limit=70_000_00, round_=3, concluded=False)
    visited(home, limit=40_000_00, revisions=2)
    visited(home, limit=40_000_00, status=VisitTask.Status.SUBMITTED)

    progress.count([village.pk])

    assert figures(village)["reviewed"] == (1, 60_000_00)
    assert figures(village)["visited"] == (1, 40_000_00)


def test_a_household_that_everybody_left_is_none_but_its_debt_is_owed(village):
    """Two households become one: the head of the other moves in, and nobody is left behind."""
    one, emptied = make.household(village), make.household(village)
    reviewed(one), reviewed(emptied, limit=10_000_00)
    visited(one), visited(emptied, limit=8_000_00)
    borrowing(one)
    granted(emptied, amount=7_000_00)
    emptied.members.update(household=one, role=Customer.Role.OTHER)

    progress.count([village.pk])

    assert VillageProgress.objects.get(village=village).households == 1
    assert figures(village)["reviewed"] == (1, 50_000_00)
    assert figures(village)["visited"] == (1, 40_000_00)
    assert figures(village)["granted"] == (1, 7_000_00)
    waiting = in_list(Household.objects.all(), Stage.DRAWN, reached=False)
    assert list(waiting) == []


@pytest.mark.parametrize("state", ["moved", "died"])
def test_who_has_gone_for_good_keeps_no_household_and_who_works_away_does(village, state):
    gone, away = make.household(village), make.household(village)
    make.customer(gone, state=state)
    make.customer(away, state="away")

    progress.count([village.pk])

    assert VillageProgress.objects.get(village=village).households == 1
    assert list(in_list(Household.objects.all(), Stage.REVIEWED, reached=False)) == [away]


def test_once_the_neighbours_have_spoken_again_the_old_visits_no_longer_count(village):
    seen_again, not_yet = make.household(village), make.household(village)
    for each in (seen_again, not_yet):
        visited(each)
        reviewed(each)
    Campaign.objects.update(business_day=DAY + timedelta(days=365))
    visited(seen_again, limit=30_000_00)
    Survey.objects.filter(surveyed_limit=30_000_00).update(seen_on=DAY + timedelta(days=370))

    progress.count([village.pk])

    waiting = in_list(Household.objects.all(), Stage.VISITED, reached=False)
    assert figures(village)["visited"] == (1, 30_000_00)
    assert list(waiting) == [not_yet]


def test_who_moved_to_another_village_since_is_none_of_the_reviewed_there(village):
    stays, moves = make.household(village), make.household(village)
    reviewed(stays), reviewed(moves)

    moves.village = make.village()
    moves.save()
    progress.count()

    assert VillageProgress.objects.get(village=village).households == 1
    assert figures(village)["reviewed"] == (1, 50_000_00)
    assert figures(moves.village)["reviewed"] == (0, 0)
    assert list(in_list(Household.objects.all(), Stage.REVIEWED, reached=True)) == [stays]


def test_what_has_ended_is_not_counted(village):
    home = make.household(village)
    granted(home, status=CreditLine.Status.CLOSED)
    loan = borrowing(home)
    Loan.objects.filter(pk=loan.pk).update(status=Loan.Status.SETTLED, principal_left=0)
    Contract.objects.update(status=Contract.Status.ENDED)

    progress.count([village.pk])

    assert figures(village) == dict.fromkeys(map(str, Stage), (0, 0))


def test_two_loans_of_one_household_are_one_household(village):
    home = make.household(village)
    borrowing(home, amount=20_000_00)
    borrowing(home, amount=10_000_00)

    progress.count()

    assert figures(village)["drawn"] == (1, 30_000_00)
    assert figures(village)["signed"] == (1, 30_000_00)


def test_counting_costs_the_same_queries_for_one_village_and_for_many(village):
    granted(make.household(village))
    progress.count()

    with CaptureQueriesContext(connection) as one:
        progress.count([village.pk])
    for _number in range(10):
        granted(make.household(make.village()))
    progress.count()
    with CaptureQueriesContext(connection) as many:
        progress.count()

    assert len(many) == len(one) <= 14


def test_pages_are_told_only_when_something_moved(
    village, monkeypatch, django_capture_on_commit_callbacks
):
    said = []
    monkeypatch.setattr("core.notices.nudge", lambda group, **what: said.append(what))
    granted(make.household(village))

    for _twice in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            progress.count()

    assert said == [{"progress": 1}]


def test_an_event_counts_its_own_village_and_a_closed_day_all(village):
    other = make.household(make.village())
    loan = borrowing(make.household(village))
    borrowing(other)

    events.publish(LoanDisbursed(loan_id=loan.pk))
    events.drain()
    own = set(VillageProgress.objects.values_list("village", flat=True))
    events.publish(DayClosed(day="2026-03-02"))
    events.drain()

    assert own == {village.pk}
    assert figures(other.village)["drawn"][0] == 1


def test_an_amount_that_the_branch_lowered_is_counted_at_once():
    campaign = neighbourhood.concluded()
    outcome = campaign.outcomes.ready().filter(reviewed_limit__gt=2_000_000).first()
    progress.count([campaign.village_id])
    before = figures(campaign.village)["reviewed"][1]

    stages.decide(outcome.pk, actor=make.staff("branch_president"), limit=1_000_000)
    events.drain()

    lowered = outcome.reviewed_limit - 1_000_000
    assert figures(campaign.village)["reviewed"][1] == before - lowered
