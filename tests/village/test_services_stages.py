"""From the neighbours' word to the branch's decision, and what makes it void."""

import pytest
from django.db import IntegrityError, transaction

from core.errors import SameHands
from core.models import AuditEntry, Outbox
from tests import make
from tests.village import neighbourhood
from village.errors import CampaignRefused, OutcomeRefused
from village.models import Campaign, ListFlag, Outcome, Seat
from village.services import campaigns, conclusions, second_rounds, stages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
MOVES = {
    "doubt": ("initial decided", "second", {}),
    "decide": ("initial second", "decided", {"by": None, "at": neighbourhood.AT}),
    "void": (
        "initial second decided",
        "voided",
        {"because": "black_list", "at": neighbourhood.AT},
    ),
}


@pytest.fixture
def president():
    return make.staff("branch_president")


def quiet(campaign):
    return campaign.outcomes.filter(visit_needed=False).order_by("-reviewed_limit").first()


def doubted_campaign(households=20):
    """A campaign in which hardly anybody knew one household."""
    campaign = neighbourhood.opened(households)
    seats = neighbourhood.seats(campaign)
    homes = sorted({each.household_id for each in seats})
    shy, known = homes[0], {}
    filled = []
    for seat in seats:
        known[seat.household_id] = known.get(seat.household_id, 0) + 1
        filled.append(
            (
                seat,
                {
                    "knows_household": seat.household_id != shy or known[shy] == 1,
                    "level": homes.index(seat.household_id) / len(homes),
                },
            )
        )
    neighbourhood.hand_in(filled)
    campaigns.seal(campaign.pk, actor=None)
    return conclusions.conclude(campaign.pk, actor=None), shy


@pytest.mark.parametrize("stage", Outcome.Stage.values)
@pytest.mark.parametrize("move", MOVES)
def test_only_the_drawn_moves_are_possible(stage, move):
    sources, target, given = MOVES[move]
    outcome = Outcome(stage=stage, sheets=7, valid_sheets=7)

    allowed = stage in sources.split()
    if allowed:
        getattr(outcome, move)(**given)
    else:
        with pytest.raises(Exception, match="Can't switch"):
            getattr(outcome, move)(**given)

    assert outcome.stage == (target if allowed else stage)


def test_the_branch_confirms_a_quiet_outcome_and_only_then_the_household_is_white(president):
    outcome = quiet(neighbourhood.concluded())

    decided = stages.decide(outcome.pk, actor=president)

    assert (decided.stage, decided.decided_by) == ("decided", president)
    decided.household.refresh_from_db()
    assert decided.household.list_flag == ListFlag.WHITE
    assert Outbox.objects.filter(kind="village.OutcomesDecided").count() == 1
    with pytest.raises(OutcomeRefused, match="settled"):
        stages.decide(outcome.pk, actor=president)


def test_the_branch_may_lower_the_amount_and_not_raise_it(president):
    outcome = quiet(neighbourhood.concluded())

    with pytest.raises(OutcomeRefused):
        stages.decide(outcome.pk, actor=president, limit=outcome.reviewed_limit + 100)
    lowered = stages.decide(outcome.pk, actor=president, limit=1_000_000)

    assert lowered.reviewed_limit == 1_000_000
    assert lowered.explanation["before_decision"] == outcome.reviewed_limit


def test_a_doubted_outcome_is_decided_only_after_a_visit_and_not_by_who_visited(president):
    campaign, shy = doubted_campaign()
    outcome = campaign.outcomes.get(household=shy)
    manager = make.staff()

    with pytest.raises(OutcomeRefused) as caught:
        stages.decide(outcome.pk, actor=president)
    assert (outcome.stage, caught.value.code) == ("second", "second_look_missing")
    stages.note_visit(shy, campaign_id=campaign.pk, found_by=manager, at=neighbourhood.AT)
    with pytest.raises(SameHands):
        stages.decide(outcome.pk, actor=manager)

    assert stages.decide(outcome.pk, actor=president).stage == "decided"


def test_the_database_itself_refuses_to_decide_what_nobody_looked_at_again(president):
    campaign, shy = doubted_campaign()

    with pytest.raises(IntegrityError), transaction.atomic():
        campaign.outcomes.filter(household=shy).update(stage="decided", decided_at=neighbourhood.AT)


def test_all_that_is_ready_is_decided_at_once_and_the_rest_waits(president):
    campaign, shy = doubted_campaign()
    ready = campaign.outcomes.ready().count()

    assert stages.decide_ready(campaign.pk, actor=president) == ready > 0
    assert stages.decide_ready(campaign.pk, actor=president) == 0
    assert campaign.outcomes.get(household=shy).stage == "second"
    assert AuditEntry.objects.filter(action="village.outcome.decided").count() == ready


def test_a_black_tag_voids_even_a_decided_outcome_with_its_reason(president):
    campaign = neighbourhood.concluded()
    outcome = stages.decide(quiet(campaign).pk, actor=president)
    outcome.household.list_flag = ListFlag.BLACK
    outcome.household.save()

    assert stages.void_black(actor=president) == 1

    void = Outcome.objects.get(pk=outcome.pk)
    assert (void.stage, void.voided_because, void.reviewed_limit) == ("voided", "black_list", 0)
    assert AuditEntry.objects.filter(action="village.outcome.voided", object_id=void.pk).exists()


def test_a_household_blackened_since_is_voided_instead_of_decided(president):
    outcome = quiet(neighbourhood.concluded())
    outcome.household.list_flag = ListFlag.BLACK
    outcome.household.save()

    assert stages.decide(outcome.pk, actor=president).stage == "voided"


def test_two_hard_warnings_void_the_outcome_with_the_reason():
    campaign = neighbourhood.opened(15)
    household = neighbourhood.seats(campaign)[0].household_id
    warned = iter([{1}, {1}])
    for seat in neighbourhood.seats(campaign):
        negatives = next(warned, set()) if seat.household_id == household else set()
        neighbourhood.submit(seat, negatives=frozenset(negatives))
    campaigns.seal(campaign.pk, actor=None)
    conclusions.conclude(campaign.pk, actor=None)

    outcome = Outcome.objects.get(household=household)

    assert (outcome.stage, outcome.voided_because) == ("voided", "hard_negative")
    assert outcome.hard_reporters == 2
    assert Outcome.objects.exclude(household=household).first().hard_reporters == 0


def test_a_second_round_asks_other_neighbours_and_ends_in_the_first_rounds_outcome(president):
    campaign, shy = doubted_campaign()
    before = campaign.outcomes.get(household=shy)

    second = second_rounds.open_second_round(
        campaign.pk, business_day=make.DAY, seed=11, actor=president
    )

    fresh = set(
        Seat.objects.filter(reviewer__campaign=second, household=shy).values_list(
            "reviewer__customer", flat=True
        )
    )
    tired = set(
        Seat.objects.filter(reviewer__campaign=campaign, household=shy).values_list(
            "reviewer__customer", flat=True
        )
    )
    assert fresh
    assert fresh.isdisjoint(tired)
    neighbourhood.hand_in(
        (seat, {"level": 0.9, "amount": 40_000}) for seat in neighbourhood.seats(second)
    )
    campaigns.seal(second.pk, actor=president)
    folded = conclusions.conclude(second.pk, actor=president)

    after = Outcome.objects.get(pk=before.pk)
    assert (folded.status, folded.outcomes.count()) == ("closed", 0)
    assert after.valid_sheets > before.valid_sheets
    assert after.first_figures["valid_sheets"] == before.valid_sheets
    assert (after.stage, after.second_look) == ("second", "panel")
    with pytest.raises(CampaignRefused):
        second_rounds.open_second_round(
            campaign.pk, business_day=make.DAY, seed=12, actor=president
        )


def test_a_fresh_panel_does_not_settle_what_a_spot_check_contradicted_meanwhile(president):
    campaign, shy = doubted_campaign()
    second = second_rounds.open_second_round(
        campaign.pk, business_day=make.DAY, seed=11, actor=president
    )
    doubted = campaign.outcomes.get(household=shy)
    stages.doubt(doubted.pk, because=stages.SPOT_CHECK, actor=president)
    neighbourhood.hand_in(
        (seat, {"level": 0.9, "amount": 40_000}) for seat in neighbourhood.seats(second)
    )
    campaigns.seal(second.pk, actor=president)

    conclusions.conclude(second.pk, actor=president)

    after = campaign.outcomes.get(household=shy)
    assert stages.SPOT_CHECK in after.visit_reasons
    with pytest.raises(OutcomeRefused):
        stages.decide(after.pk, actor=president)


def test_a_second_round_without_doubts_is_refused(president):
    campaign = neighbourhood.concluded()
    Outcome.objects.filter(campaign=campaign).update(visit_needed=False)

    with pytest.raises(CampaignRefused):
        second_rounds.open_second_round(
            campaign.pk, business_day=make.DAY, seed=11, actor=president
        )


def test_what_a_spot_check_contradicts_goes_back_to_a_second_look(president):
    campaign = neighbourhood.concluded()
    outcome = stages.decide(quiet(campaign).pk, actor=president)

    doubted = stages.doubt(outcome.pk, because=stages.SPOT_CHECK, actor=president)

    assert (doubted.stage, doubted.decided_by, doubted.visit_needed) == ("second", None, True)


def test_nothing_goes_back_once_the_round_is_closed(president):
    campaign = neighbourhood.concluded()
    outcome = stages.decide(quiet(campaign).pk, actor=president)
    campaigns.mark_granted([campaign.pk], actor=president)
    campaigns.close(campaign.pk, actor=president)

    with pytest.raises(OutcomeRefused) as caught:
        stages.doubt(outcome.pk, because=stages.SPOT_CHECK, actor=president)

    assert caught.value.code == "closed"


def test_a_village_is_not_granted_before_the_branch_decided_anything():
    campaign = neighbourhood.concluded()
    Outcome.objects.filter(campaign=campaign, stage="voided").delete()

    with pytest.raises(CampaignRefused):
        campaigns.mark_granted([campaign.pk], actor=None)

    assert Campaign.objects.get(pk=campaign.pk).status == "concluded"


def test_that_a_household_is_void_does_not_let_its_village_be_granted():
    campaign = neighbourhood.concluded()
    outcome = quiet(campaign)
    outcome.household.list_flag = ListFlag.BLACK
    outcome.household.save()
    stages.void_black(actor=None)

    with pytest.raises(CampaignRefused):
        campaigns.mark_granted([campaign.pk], actor=None)


def test_nothing_is_decided_in_a_closed_round(president):
    campaign = neighbourhood.concluded()
    first, second = campaign.outcomes.ready()[:2]
    stages.decide(first.pk, actor=president)
    campaigns.mark_granted([campaign.pk], actor=president)
    campaigns.close(campaign.pk, actor=president)

    with pytest.raises(OutcomeRefused) as caught:
        stages.decide(second.pk, actor=president)

    assert caught.value.code == "closed"
    assert stages.decide_ready(campaign.pk, actor=president) == 0
