"""A round of sealed review, from the draw to the outcome."""

import logging

import pytest

from core import audit
from core.errors import MoveNotAllowed
from core.models import AuditEntry, Outbox
from tests import make
from tests.village import neighbourhood
from village.errors import CampaignRefused, SealBroken, SheetRefused
from village.models import (
    Campaign,
    Customer,
    Household,
    ListFlag,
    Outcome,
    Relation,
    Reviewer,
    Seat,
    Sheet,
)
from village.review_rules.form import STANDARD_FORM
from village.selectors import live_sheets, newest_campaign, reviewer_by_token
from village.services import campaigns, conclusions, sheets

pytestmark = pytest.mark.django_db

MOVES = {
    "roster": ("draft", "rostered"),
    "open": ("rostered", "reviewing"),
    "close_review": ("reviewing", "sealed"),
    "conclude": ("sealed", "concluded"),
    "begin_visits": ("concluded", "visiting"),
    "grant": ("concluded visiting", "granted"),
    "close": ("granted", "closed"),
    "fold": ("sealed", "closed"),
    "call_off": ("reviewing", "called_off"),
}
WITH = {
    "close_review": {"at": neighbourhood.AT, "seal": "x"},
    "conclude": {"at": neighbourhood.AT},
    "fold": {"at": neighbourhood.AT},
}


@pytest.mark.parametrize("state", Campaign.Status.values)
@pytest.mark.parametrize("move", MOVES)
def test_only_the_drawn_moves_are_possible(state, move):
    sources, target = MOVES[move]
    campaign = Campaign(status=state, seed=1, business_day=make.DAY)

    allowed = state in sources.split()
    if allowed:
        getattr(campaign, move)(**WITH.get(move, {}))
    else:
        with pytest.raises(Exception, match="Can't switch"):
            getattr(campaign, move)(**WITH.get(move, {}))

    assert campaign.status == (target if allowed else state)


def test_a_campaign_of_thirty_households_runs_from_the_draw_to_the_outcome():
    president = make.staff("branch_president")
    campaign = neighbourhood.opened(30, actor=president)

    assert campaign.status == "reviewing"
    assert Seat.objects.values("household").distinct().count() == 30

    neighbourhood.answered(campaign)
    campaigns.seal(campaign.pk, actor=president)
    concluded = conclusions.conclude(campaign.pk, actor=president)

    assert concluded.status == "concluded"
    outcomes = list(Outcome.objects.filter(campaign=campaign).order_by("household_id"))
    assert len(outcomes) == 30
    best, worst = outcomes[-1], outcomes[0]
    assert best.score > worst.score
    assert best.score_low <= best.score <= best.score_high
    assert (best.points, best.reviewed_limit) == (100, 4_900_000)
    assert (best.list_flag, best.household.list_flag) == (ListFlag.WHITE, ListFlag.NONE)
    assert worst.reviewed_limit == 0, "below 60 points the factor is nothing"
    assert best.explanation["basis"] == "trimmed_mean"
    assert 0 <= best.explanation["dispersion"] < 1
    events = set(Outbox.objects.values_list("kind", flat=True))
    assert events == {"village.CampaignSealed", "village.CampaignConcluded"}
    audit.seal()
    assert list(audit.verify()) == []


def test_the_same_seed_draws_the_same_panels():
    village = neighbourhood.settled(20)
    drawn = []
    for _ in range(2):
        campaign = neighbourhood.opened(village=village, seed=5)
        drawn.append(
            set(
                Seat.objects.filter(reviewer__campaign=campaign).values_list(
                    "reviewer__customer", "household"
                )
            )
        )
        Seat.objects.all().delete()
        Campaign.objects.all().delete()

    assert drawn[0] == drawn[1]


def test_nobody_judges_their_own_household_or_kin():
    village = neighbourhood.settled(20)
    heads = list(Customer.objects.filter(role="head").order_by("pk"))
    for one, other in zip(heads[:10], heads[10:], strict=True):
        Relation.objects.create(one=one, other=other, kind="kin")

    campaign = neighbourhood.opened(village=village)

    tied = {
        frozenset((each.one.household_id, each.other.household_id))
        for each in Relation.objects.select_related("one", "other")
    }
    for seat in neighbourhood.seats(campaign):
        home = seat.reviewer.customer.household_id
        assert home != seat.household_id
        assert frozenset((home, seat.household_id)) not in tied


def test_reviewers_are_heads_of_working_age_on_no_list_from_every_group():
    village = neighbourhood.settled(40, groups=4)
    listed = Customer.objects.filter(role="head").first()
    listed.list_flag = ListFlag.GREY
    listed.save(update_fields=["list_flag"])

    campaign = neighbourhood.opened(village=village)

    people = [each.customer for each in campaign.reviewers.select_related("customer__household")]
    assert len(people) == 12
    assert {each.role for each in people} == {"head"}
    assert listed not in people
    assert len({each.household.group_id for each in people}) == 4


def test_chosen_reviewers_are_taken_and_strangers_refused():
    village = neighbourhood.settled(10)
    stranger = make.customer()
    chosen = list(Customer.objects.filter(household__village=village, role="spouse")[:5])

    with pytest.raises(CampaignRefused):
        neighbourhood.opened(village=village, reviewers=[chosen[0].pk, stranger.pk])
    campaign = neighbourhood.opened(village=village, reviewers=[each.pk for each in chosen])

    assert set(campaign.reviewers.values_list("customer", flat=True)) <= {c.pk for c in chosen}


def test_a_black_household_is_not_judged_and_stays_black():
    village = neighbourhood.settled(12)
    black = Household.objects.filter(village=village).first()
    black.list_flag = ListFlag.BLACK
    black.save(update_fields=["list_flag"])
    campaign = neighbourhood.opened(village=village)

    neighbourhood.answered(campaign)
    campaigns.seal(campaign.pk, actor=None)
    conclusions.conclude(campaign.pk, actor=None)

    assert not Seat.objects.filter(household=black).exists()
    outcome = Outcome.objects.get(household=black)
    assert (outcome.reviewed_limit, outcome.list_flag) == (None, ListFlag.BLACK)
    black.refresh_from_db()
    assert black.list_flag == ListFlag.BLACK


def test_a_black_tag_during_the_review_voids_its_sheets():
    campaign = neighbourhood.opened(12)
    neighbourhood.answered(campaign)
    black = neighbourhood.seats(campaign)[0].household
    black.list_flag = ListFlag.BLACK
    black.save(update_fields=["list_flag"])

    campaigns.seal(campaign.pk, actor=None)
    conclusions.conclude(campaign.pk, actor=None)

    outcome = Outcome.objects.get(household=black)
    assert outcome.sheets > 0
    assert (outcome.valid_sheets, outcome.reviewed_limit, outcome.score) == (0, None, None)


@pytest.mark.parametrize(
    ("reports", "flag", "limit_is"),
    [((), "white", "positive"), (({9},), "grey", "positive"), (({1}, {1}), "grey", "zero")],
)
def test_warnings_of_those_who_know_make_grey_and_a_confirmed_hard_one_costs_the_limit(
    reports, flag, limit_is
):
    campaign = neighbourhood.opened(15)
    household = neighbourhood.seats(campaign)[0].household_id
    warned = iter(reports)
    for seat in neighbourhood.seats(campaign):
        negatives = next(warned, set()) if seat.household_id == household else set()
        neighbourhood.submit(seat, negatives=frozenset(negatives))

    campaigns.seal(campaign.pk, actor=None)
    conclusions.conclude(campaign.pk, actor=None)

    outcome = Outcome.objects.get(household=household)
    assert outcome.list_flag == flag
    assert (outcome.reviewed_limit > 0) == (limit_is == "positive")
    assert outcome.explanation["confirmed_hard"] == ([1] if limit_is == "zero" else [])
    assert ("negative_reported" in outcome.visit_reasons) == bool(reports)


def test_fewer_than_three_valid_sheets_conclude_nothing_but_a_visit():
    campaign = neighbourhood.opened(15)
    household = neighbourhood.seats(campaign)[0].household_id
    for at, seat in enumerate(Seat.objects.filter(household_id=household)):
        neighbourhood.submit(seat, knows_household=at < 2)

    campaigns.seal(campaign.pk, actor=None)
    conclusions.conclude(campaign.pk, actor=None)

    outcome = Outcome.objects.get(household=household)
    assert (outcome.valid_sheets, outcome.reviewed_limit, outcome.list_flag) == (2, None, "")
    assert outcome.visit_needed


def test_a_sheet_changed_after_the_seal_stops_the_conclusion():
    campaign = neighbourhood.opened(12)
    neighbourhood.answered(campaign)
    campaigns.seal(campaign.pk, actor=None)
    changed = live_sheets(campaign.pk).first()
    Sheet.objects.filter(pk=changed.pk).update(
        answers=changed.answers.replace('"amount":2', '"amount":9')
    )

    with pytest.raises(SealBroken):
        conclusions.conclude(campaign.pk, actor=None)

    assert not Outcome.objects.exists()
    campaign.refresh_from_db()
    assert campaign.status == "sealed"


def test_a_sheet_removed_after_the_seal_stops_the_conclusion():
    campaign = neighbourhood.opened(12)
    neighbourhood.answered(campaign)
    campaigns.seal(campaign.pk, actor=None)
    Sheet.objects.order_by("pk").first().delete()

    with pytest.raises(SealBroken):
        conclusions.conclude(campaign.pk, actor=None)


def test_one_round_at_a_time_and_the_next_has_the_next_number():
    campaign = neighbourhood.opened(12)

    with pytest.raises(CampaignRefused):
        neighbourhood.opened(village=campaign.village)
    neighbourhood.seal(campaign)
    again = neighbourhood.opened(village=campaign.village)

    assert again.round == 2


def test_an_empty_village_and_a_village_of_two_are_refused():
    with pytest.raises(CampaignRefused):
        neighbourhood.opened(village=make.village())
    with pytest.raises(CampaignRefused):
        neighbourhood.opened(2)

    assert not Campaign.objects.exists()


def test_sealing_twice_is_refused_with_a_sentence():
    campaign = neighbourhood.opened(12)
    neighbourhood.seal(campaign)

    with pytest.raises(MoveNotAllowed):
        campaigns.seal(campaign.pk, actor=None)


def test_a_link_is_unguessable_is_not_stored_and_a_new_one_voids_the_old():
    campaign = neighbourhood.opened(12)
    reviewer = campaign.reviewers.first()

    old = campaigns.issue_link(reviewer.pk, actor=None)
    new = campaigns.issue_link(reviewer.pk, actor=None)

    assert len(new) >= 22, "128 bits in base64"
    reviewer.refresh_from_db()
    assert new not in reviewer.token_hash
    assert not AuditEntry.objects.filter(detail__icontains=new).exists()
    found = Reviewer.objects.get(pk=reviewer.pk)
    assert reviewer_by_token(old, at=neighbourhood.AT) is None
    assert reviewer_by_token(new, at=neighbourhood.AT) == found
    assert reviewer_by_token(new, at=reviewer.link_expires_at) is None


def test_no_link_is_issued_to_a_reviewer_who_died():
    reviewer = neighbourhood.opened().reviewers.first()
    Customer.objects.filter(pk=reviewer.customer_id).update(state="died")

    with pytest.raises(CampaignRefused):
        campaigns.issue_link(reviewer.pk, actor=None)


def test_no_link_is_issued_after_the_seal():
    campaign = neighbourhood.opened(12)
    neighbourhood.seal(campaign)

    with pytest.raises(CampaignRefused):
        campaigns.issue_link(campaign.reviewers.first().pk, actor=None)


def test_the_stored_sheet_is_unreadable_and_its_digest_tells_nothing(caplog):
    campaign = neighbourhood.opened(12)
    one, other = neighbourhood.seats(campaign)[:2]

    with caplog.at_level(logging.DEBUG):
        sheet = neighbourhood.submit(one)

    raw = Sheet.objects.raw("SELECT id, answers AS stored FROM village_sheet")[0].stored
    assert STANDARD_FORM.items[5].options[-1] not in raw
    deed = AuditEntry.objects.get(action="village.sheet.submitted")
    assert deed.detail == {"digest": sheet.digest}
    same_again = sheets.canonical(neighbourhood.answers(one), remarks="", salt="0" * 32)
    assert sheets.digest_of(same_again, one.pk, neighbourhood.AT) != sheet.digest
    assert other.reviewer.customer.name not in caplog.text


def test_a_round_that_nobody_answers_is_called_off_and_the_village_may_have_another():
    president = make.staff("branch_president")
    campaign = neighbourhood.opened(10)
    reviewer = campaign.reviewers.first()
    token = campaigns.issue_link(reviewer.pk, actor=president)
    with pytest.raises(CampaignRefused):
        campaigns.seal(campaign.pk, actor=president)
    with pytest.raises(CampaignRefused):
        neighbourhood.opened(village=campaign.village)

    ended = campaigns.call_off(campaign.pk, because="选错了村", actor=president)

    assert ended.status == "called_off"
    entry = AuditEntry.objects.get(action="village.campaign.called_off")
    assert (entry.actor, entry.detail) == (president, {"because": "选错了村"})
    seat = reviewer_by_token(token, at=neighbourhood.AT).seats.first()
    with pytest.raises(SheetRefused) as refusal:
        neighbourhood.submit(seat)
    assert refusal.value.code == "sealed"
    assert newest_campaign(campaign.village_id) is None
    again = neighbourhood.opened(village=campaign.village)
    assert (again.round, newest_campaign(campaign.village_id)) == (2, again)


def test_a_round_with_a_sheet_is_sealed_and_not_called_off():
    president = make.staff("branch_president")
    campaign = neighbourhood.opened(10)
    neighbourhood.submit(neighbourhood.seats(campaign)[0])

    with pytest.raises(CampaignRefused):
        campaigns.call_off(campaign.pk, because="人太少", actor=president)
    with pytest.raises(CampaignRefused):
        campaigns.call_off(neighbourhood.opened(10).pk, because=" ", actor=president)

    campaign.refresh_from_db()
    assert campaign.status == "reviewing"


def _tied(reviewer, household):
    head = household.members.get(role="head")
    one, other = sorted([reviewer.customer, head], key=lambda each: each.pk)
    Relation.objects.create(one=one, other=other, kind="kin")


def _moved_in(reviewer, household):
    Customer.objects.filter(pk=reviewer.customer_id).update(household=household, role="other")


@pytest.mark.parametrize("since_then", [_tied, _moved_in])
def test_who_turns_out_to_be_kin_after_their_sheet_came_in_is_not_heard(since_then):
    campaign = neighbourhood.opened(15)
    neighbourhood.answered(campaign)
    seat = neighbourhood.seats(campaign)[0]
    asked = Seat.objects.filter(household=seat.household, reviewer__campaign=campaign).count()
    since_then(seat.reviewer, seat.household)
    campaigns.seal(campaign.pk, actor=None)

    conclusions.conclude(campaign.pk, actor=None)

    outcome = Outcome.objects.get(campaign=campaign, household=seat.household)
    assert (outcome.sheets, outcome.valid_sheets) == (asked, asked - 1)
    seat.refresh_from_db()
    assert seat.opinion is None
    others = Outcome.objects.filter(campaign=campaign).exclude(pk=outcome.pk)
    assert all(each.sheets == each.valid_sheets for each in others)
