"""The back office of the sealed review: what names and numbers tell, the branch's word."""

import re
from importlib import import_module

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import make
from tests.village import neighbourhood
from village.models import Campaign, Household, Outcome, Reviewer
from village.services import campaigns, conclusions, paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    """The bank's risk officer, signed in."""
    client.force_login(make.staff("risk_officer", username="chief"))
    return client


def register(name):
    return reverse(f"admin:village_{name}_changelist")


def test_numbers_are_drawn_and_not_counted():
    drawn = []
    for _ in range(3):
        campaign = neighbourhood.opened(12)
        neighbourhood.answered(campaign)
        campaigns.seal(campaign.pk, actor=None)
        drawn.append(list(campaign.reviewers.order_by("pk").values_list("number", flat=True)))

    in_order = [list(range(1, len(each) + 1)) for each in drawn]
    assert [sorted(each) for each in drawn] == in_order
    assert drawn != in_order
    assert len({tuple(each) for each in drawn}) > 1


def test_reviews_sealed_before_there_were_numbers_draw_theirs():
    migration = "village.migrations.0009_drawn_numbers_own_groups_and_lists_by_village"
    campaign, still_open = neighbourhood.concluded(), neighbourhood.opened(12)
    before = sorted(campaign.reviewers.values_list("number", flat=True))
    Reviewer.objects.update(number=None)

    with connection.cursor() as cursor:
        cursor.execute(import_module(migration).DRAWN)

    assert sorted(campaign.reviewers.values_list("number", flat=True)) == before
    assert set(still_open.reviewers.values_list("number", flat=True)) == {None}


def test_the_register_of_names_says_nothing_that_sheets_say(office):
    campaign = neighbourhood.opened(12)
    neighbourhood.answered(campaign)
    Reviewer.objects.filter(campaign=campaign).update(
        first_opened_at=neighbourhood.AT, accuracy=1.37
    )
    address = f"{register('reviewer')}?campaign__id__exact={campaign.pk}"
    somebody = campaign.reviewers.first()
    page = reverse("admin:village_reviewer_change", args=[somebody.pk])

    before = office.get(address).context["cl"].result_list
    campaigns.seal(campaign.pk, actor=None)
    after = office.get(address).context["cl"].result_list

    told = [(each.came_in, each.asked_for, each.opened_at) for each in before]
    assert all(came_in and asked_for and opened_at for came_in, asked_for, opened_at in told)
    assert {(each.came_in, each.asked_for, each.opened_at) for each in after} == {(None,) * 3}
    assert "1.37" not in office.get(page).content.decode()


def test_whoever_was_reviewed_and_is_on_no_list_is_not_called_unreviewed(client):
    campaign = neighbourhood.opened(12)
    neighbourhood.answered(campaign)
    campaigns.seal(campaign.pk, actor=None)
    conclusions.conclude(campaign.pk, actor=None)
    outcome = campaign.outcomes.first()
    campaign.outcomes.update(list_flag="", reviewed_limit=0)
    branch = campaign.village.grid.branch
    client.force_login(make.staff("branch_president", branch=branch))

    for address in (
        register("outcome"),
        reverse("admin:village_outcome_change", args=[outcome.pk]),
        reverse("admin:village_outcome_decide", args=[outcome.pk]),
    ):
        page = client.get(address).content.decode()

        assert "未列入名单" in page
        assert "未评议" not in page


def test_an_empty_list_of_campaigns_says_by_which_step_one_begins(office):
    page = office.get(register("campaign")).content.decode()

    assert "“开始评议”" in page
    assert "右上角" not in page
    village = neighbourhood.settled(12)
    steps = office.get(reverse("admin:village_village_changelist")).content.decode()
    assert village.name in steps
    assert "开始评议" in steps


def press(client, action, campaign, **said):
    chosen = {"action": action, "_selected_action": [campaign.pk]}
    return client.post(register("campaign"), chosen | said, follow=True)


def test_a_review_is_sealed_only_after_it_was_read_what_is_not_in_yet(office):
    campaign = neighbourhood.opened(12)
    one, other, third, *_rest = neighbourhood.seats(campaign)
    neighbourhood.submit(one)
    for seat in (other, third):
        answers = neighbourhood.answers(seat)
        paper.key_sheet(seat.pk, answers=answers, actor=make.staff(), at=neighbourhood.AT)
    paper.key_sheet(
        third.pk,
        answers=neighbourhood.answers(third, level=0),
        actor=make.staff(),
        at=neighbourhood.AT,
    )

    asked = press(office, "seal_review", campaign)
    campaign.refresh_from_db()
    before = campaign.status
    office.post(
        register("campaign"), dict(asked.context["hidden"]) | {"_selected_action": [campaign.pk]}
    )
    campaign.refresh_from_db()

    ((told, extent),) = asked.context["facts"]
    seats = len(neighbourhood.seats(campaign))
    assert told == campaign
    assert re.findall(r"\d+", extent) == ["1", str(seats), "1", "1"]
    assert (before, campaign.status) == ("reviewing", "sealed")


@pytest.mark.parametrize("action", ["conclude_review", "second_round"])
def test_no_step_that_cannot_be_taken_back_is_taken_at_one_press(office, action):
    campaign = neighbourhood.opened(12)
    neighbourhood.answered(campaign)
    campaigns.seal(campaign.pk, actor=None)
    if action == "second_round":
        conclusions.conclude(campaign.pk, actor=None)
    before = Campaign.objects.get(pk=campaign.pk).status

    asked = press(office, action, campaign)

    assert asked.context["facts"][0][0] == campaign
    assert ("confirmed", "1") in asked.context["hidden"]
    assert Campaign.objects.get(pk=campaign.pk).status == before
    assert Campaign.objects.count() == 1


def test_a_review_that_nobody_answered_is_not_sealed(office):
    campaign = neighbourhood.opened(12)

    told = press(office, "seal_review", campaign, confirmed="1")

    campaign.refresh_from_db()
    assert [each.level_tag for each in told.context["messages"]] == ["error"]
    assert campaign.status == "reviewing"


def test_more_rounds_to_be_sealed_cost_no_more_queries(office):
    counts = []
    for _time in range(2):
        neighbourhood.opened(12)
        chosen = list(Campaign.objects.values_list("pk", flat=True))
        with CaptureQueriesContext(connection) as queries:
            office.post(register("campaign"), {"action": "seal_review", "_selected_action": chosen})
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("limit", [4_736_667, 4_733_333])
def test_an_amount_that_nobody_types_over_is_confirmed_to_the_fen(client, limit):
    outcome = undecided(limit)
    client.force_login(make.staff("branch_president", branch=outcome.campaign.village.grid.branch))
    page = reverse("admin:village_outcome_decide", args=[outcome.pk])

    asked = client.get(page)
    told = client.post(page, {"limit": asked.context["form"]["limit"].value() or ""})

    outcome.refresh_from_db()
    assert "47,3" in asked.content.decode()
    assert (told.status_code, outcome.stage, outcome.reviewed_limit) == (302, "decided", limit)


def test_the_branch_lowers_an_amount_by_typing_one_and_never_raises_it(client):
    outcome = undecided(4_736_667)
    client.force_login(make.staff("branch_president", branch=outcome.campaign.village.grid.branch))
    page = reverse("admin:village_outcome_decide", args=[outcome.pk])

    raised = client.post(page, {"limit": "4.74"})
    client.post(page, {"limit": "3.5"})

    outcome.refresh_from_db()
    assert raised.status_code == 422
    assert (outcome.stage, outcome.reviewed_limit) == ("decided", 3_500_000)


def test_chosen_outcomes_are_confirmed_only_after_their_extent_was_read(client):
    campaign = neighbourhood.concluded()
    president = make.staff("branch_president", branch=campaign.village.grid.branch)
    client.force_login(president)
    ready, black = campaign.outcomes.ready()[:2]
    Household.objects.filter(pk=black.household_id).update(list_flag="black")
    Outcome.objects.filter(pk=ready.pk).update(reviewed_limit=4_700_000)

    chosen = {"action": "confirm", "_selected_action": [ready.pk, black.pk]}
    asked = client.post(register("outcome"), chosen)
    untouched = campaign.outcomes.filter(stage="decided").count()
    told = client.post(register("outcome"), chosen | {"confirmed": "1"})

    assert [value for _name, value in asked.context["facts"]] == [1, "4.70", 1, 0, 0]
    assert ("confirmed", "1") in asked.context["hidden"]
    assert untouched == 0
    assert told.status_code == 302
    now = campaign.outcomes.in_bulk([ready.pk, black.pk])
    assert [now[each.pk].stage for each in (ready, black)] == ["decided", "voided"]


def test_an_outcome_void_for_the_black_list_is_refused_in_words(client):
    outcome = undecided(4_700_000)
    client.force_login(make.staff("branch_president", branch=outcome.campaign.village.grid.branch))
    Household.objects.filter(pk=outcome.household_id).update(list_flag="black")
    chosen = {"action": "confirm", "_selected_action": [outcome.pk], "confirmed": "1"}
    client.post(register("outcome"), chosen)

    again = client.post(register("outcome"), chosen, follow=True)

    outcome.refresh_from_db()
    assert outcome.stage == "voided"
    assert "该结论已审定或作废" in again.content.decode()


def undecided(limit):
    """An outcome that waits for the branch's word alone."""
    campaign = neighbourhood.concluded()
    outcome = campaign.outcomes.ready().first()
    Outcome.objects.filter(pk=outcome.pk).update(reviewed_limit=limit)
    outcome.refresh_from_db()
    return outcome
