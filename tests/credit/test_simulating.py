"""What a policy would grant before it is in force, and the figure with which it grants so much."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from core import publishing
from core.errors import Unsound
from core.models import Outbox, Run
from credit import tasks
from credit.errors import NothingToSimulate, NotSimulated, NotToBeVaried
from credit.loan_rules.limit_policy import text_of
from credit.models import (
    CreditLine,
    LimitDecision,
    LimitPolicy,
    PolicySimulation,
    SimulatedVillage,
)
from credit.services import calibrating, granting, products, simulating
from credit.services.calibrating import Target
from tests import make
from tests.credit.conftest import DAY
from tests.credit.judged import grant, reviewed, visited
from village.errors import CampaignRefused
from village.models import Campaign, Outcome

pytestmark = pytest.mark.django_db
YUAN = 100


@pytest.fixture
def in_force(bank):
    return publishing.in_force(LimitPolicy, "household")


def drafted(bank, in_force, **figures):
    """A draft that says what is in force says, with other figures."""
    draft = products.new_version(in_force, actor=bank.author)
    text = text_of(draft.settings)
    draft.settings = replace(text, figures={**text.figures, **figures}).settings()
    draft.save(update_fields=["settings"])
    return draft


def concluded(village):
    return Campaign.objects.create(
        village=village, seed=1, business_day=DAY, status="concluded", seal="s"
    )


def simulate(record):
    return simulating.simulate(record.pk, business_day=DAY, actor=None)


def test_it_says_to_whom_more_and_to_whom_less_and_grants_nothing(bank, in_force, campaign):
    raised = reviewed(campaign, limit=50_000 * YUAN)
    same = reviewed(campaign, limit=30_000 * YUAN)
    draft = drafted(bank, in_force, pre_limit_share="0.9", pre_limit_at_most="45000")

    found = simulate(draft)

    rows = {row["household_id"]: row for row in simulating.rows_of(found).to_dicts()}
    assert (rows[raised.pk]["was"], rows[raised.pk]["now"]) == (40_000 * YUAN, 45_000 * YUAN)
    assert (rows[same.pk]["was"], rows[same.pk]["now"]) == (24_000 * YUAN, 27_000 * YUAN)
    assert found.summary["now"]["total"] == 72_000 * YUAN
    assert found.summary["changes"]["more"] == 2
    assert found.summary["villages"][0]["difference"] == 8_000 * YUAN
    assert not LimitDecision.objects.exists()
    assert not CreditLine.objects.exists()


def test_a_simulation_whose_worker_died_before_summing_it_up_is_summed_up_by_the_beat(
    bank, in_force, campaign
):
    reviewed(campaign)
    found = simulate(in_force)
    told = found.summary
    PolicySimulation.objects.update(summary={})

    tasks.go_on_with_runs()

    found.refresh_from_db()
    assert found.summary == told


def test_it_gives_what_granting_then_gives(bank, in_force, campaign):
    for limit in (15_000, 30_000, 60_000):
        visited(reviewed(campaign, limit=limit * YUAN), campaign, limit * YUAN)
    told = simulate(in_force).summary["now"]

    granting.grant_campaign(campaign.pk, business_day=DAY, actor=None)

    amounts = list(CreditLine.objects.values_list("amount", flat=True))
    assert (told["lines"], told["total"]) == (len(amounts), sum(amounts))
    assert told["manual"] == LimitDecision.objects.filter(outcome="manual").count()


def test_only_what_was_simulated_is_put_into_force(bank, in_force, campaign):
    reviewed(campaign)
    draft = publishing.submit(drafted(bank, in_force, income_share="0.6"), actor=bank.author)
    with pytest.raises(NotSimulated):
        products.publish(draft, actor=bank.publisher)
    simulate(draft)

    products.publish(draft, actor=bank.publisher)

    assert publishing.in_force(LimitPolicy, "household").pk == draft.pk
    assert simulating.newest(draft).fingerprint == simulating.fingerprint(draft)


def test_a_simulation_of_last_month_is_no_reason_to_publish(bank, in_force, campaign):
    reviewed(campaign)
    draft = publishing.submit(drafted(bank, in_force, income_share="0.6"), actor=bank.author)
    found = simulate(draft)
    long_ago = found.made_at - simulating.GOOD_FOR - timedelta(minutes=1)
    type(found).objects.update(made_at=long_ago)

    with pytest.raises(NotSimulated):
        products.publish(draft, actor=bank.publisher)


def test_a_simulation_that_missed_a_village_is_none(bank, in_force, campaign, in_english):
    reviewed(campaign)
    draft = publishing.submit(drafted(bank, in_force, income_share="0.6"), actor=bank.author)
    simulate(draft)
    other = Campaign.objects.create(
        village=make.village(), seed=1, business_day=DAY, status="concluded", seal="s"
    )
    reviewed(other)

    with pytest.raises(NotSimulated, match="saw 1 of the 2 villages"):
        products.publish(draft, actor=bank.publisher)
    simulating.simulate(draft.pk, business_day=DAY + timedelta(days=1), actor=None)

    assert products.publish(draft, actor=bank.publisher).status == "published"


def test_a_version_changed_since_is_another_version(bank, in_force, campaign):
    reviewed(campaign)
    draft = drafted(bank, in_force, income_share="0.6")
    simulate(draft)
    draft.settings = text_of(draft.settings).with_figure("income_share", "0.7").settings()
    draft.save(update_fields=["settings"])
    publishing.submit(draft, actor=bank.author)

    with pytest.raises(NotSimulated):
        products.publish(LimitPolicy.objects.get(pk=draft.pk), actor=bank.publisher)


def test_a_version_changed_while_it_is_simulated_lends_its_figures_to_no_other(
    bank, in_force, campaign
):
    for _ in range(simulating.AT_ONCE + 1):
        reviewed(concluded(make.village()))
    draft = drafted(bank, in_force, income_share="0.6")
    said = draft.settings
    simulation = simulating.begin(draft.pk, business_day=DAY, actor=None)
    first, *others = simulating.waiting(simulation)
    simulating.work_shard(first)
    draft.settings = text_of(said).with_figure("income_share", "0.2").settings()
    draft.save(update_fields=["settings"])

    for each in others:
        with pytest.raises(NotSimulated):
            simulating.work_shard(each)

    draft.settings = said
    draft.save(update_fields=["settings"])
    publishing.submit(draft, actor=bank.author)
    with pytest.raises(NotSimulated):
        products.publish(LimitPolicy.objects.get(pk=draft.pk), actor=bank.publisher)


def test_the_newest_round_of_a_village_counts_once(bank, in_force, campaign):
    household = reviewed(campaign)
    second = Campaign.objects.create(
        village=campaign.village, round=2, seed=2, business_day=DAY, seal="s", status="concluded"
    )
    campaign.outcomes.filter(household=household).update(campaign=second)

    assert simulate(in_force).summary["now"]["households"] == 1
    assert SimulatedVillage.objects.get().campaign == second


def test_more_villages_than_somebody_waits_for_are_left_to_the_workers(
    bank, in_force, campaign, settings
):
    for _ in range(simulating.AT_ONCE + 1):
        reviewed(concluded(make.village()))

    found = simulating.begin(in_force.pk, business_day=DAY, actor=None)

    assert found.summary == {}
    assert found.run.status == Run.Status.RUNNING
    assert Outbox.objects.filter(kind__endswith="PolicySimulationOpened").exists()


def test_a_village_whose_branch_has_decided_nothing_yet_holds_nobody_up(bank, in_force, campaign):
    reviewed(campaign)
    waiting = concluded(make.village())
    reviewed(waiting)
    waiting.outcomes.update(stage=Outcome.Stage.INITIAL, decided_at=None)

    found = simulate(in_force)

    assert found.summary["now"]["households"] == 1
    assert SimulatedVillage.objects.get().campaign == campaign
    simulating.must_be_simulated(in_force)
    assert calibrating.calibrate(
        in_force, Target(mean=40_000 * YUAN), vary="model_scale", business_day=DAY
    )


class TestNextRoundUndecided:
    """The neighbours have judged a decided village again, and the branch has not spoken on it."""

    @pytest.fixture
    def homes(self, campaign):
        """Two households that stay in doubt, and one that the black list makes void at once."""
        return [reviewed(campaign, limit=limit * YUAN) for limit in (50_000, 40_000, 30_000)]

    @pytest.fixture
    def second(self, campaign, homes):
        second = Campaign.objects.create(
            village=campaign.village,
            round=2,
            seed=2,
            business_day=DAY,
            seal="s",
            status="concluded",
        )
        *waiting, black = homes
        again = {"campaign": second, "sheets": 7, "valid_sheets": 7}
        for each in waiting:
            Outcome.objects.create(household=each, reviewed_limit=90_000 * YUAN, **again)
        Outcome.objects.create(
            household=black,
            stage=Outcome.Stage.VOIDED,
            voided_because=Outcome.Void.BLACK_LIST,
            voided_at=timezone.now(),
            **again,
        )
        return second

    def given(self, record):
        rows = simulating.rows_of(simulate(record)).sort("household_id")
        return rows["now"].to_list()

    def test_the_round_before_speaks_for_the_whole_village(self, in_force, second):
        assert self.given(in_force) == [40_000 * YUAN, 32_000 * YUAN, 24_000 * YUAN]
        aimed = calibrating.calibrate(
            in_force, Target(mean=26_000 * YUAN), vary="model_scale", business_day=DAY
        )
        assert aimed.before.lines == 3

    def test_each_household_is_looked_at_by_the_round_last_decided_about_it(
        self, bank, in_force, second, homes, in_english
    ):
        draft = publishing.submit(drafted(bank, in_force, income_share="0.6"), actor=bank.author)
        simulate(draft)
        of_first = second.outcomes.filter(household=homes[0])
        of_first.update(stage=Outcome.Stage.DECIDED, decided_at=timezone.now())

        with pytest.raises(NotSimulated, match="saw 0 of the 1 villages"):
            products.publish(draft, actor=bank.publisher)
        # The branch has spoken now: what is void in the new round speaks as well.
        assert self.given(in_force) == [50_000 * YUAN, 32_000 * YUAN, 0]
        (figures,) = PolicySimulation.objects.first().summary["villages"]
        assert figures["households"] == 3

    def test_a_round_that_speaks_for_nobody_by_the_time_it_is_worked_adds_nobody(
        self, in_force, second
    ):
        opened = simulating.open_simulation(in_force.pk, business_day=DAY, actor=None)
        second.outcomes.exclude(stage=Outcome.Stage.VOIDED).update(
            stage=Outcome.Stage.DECIDED, decided_at=timezone.now()
        )

        for shard_id in simulating.waiting(opened):
            simulating.work_shard(shard_id)

        assert simulating.rows_of(opened).is_empty()


def test_a_village_whose_branch_has_decided_nothing_is_not_granted(bank, campaign):
    reviewed(campaign)
    campaign.outcomes.update(stage=Outcome.Stage.INITIAL, decided_at=None)

    with pytest.raises(CampaignRefused):
        grant(campaign)

    assert not LimitDecision.objects.exists()


def test_without_a_concluded_review_there_is_nothing_to_simulate(bank, in_force):
    with pytest.raises(NothingToSimulate):
        simulate(in_force)


def test_a_faulty_version_is_not_simulated(bank, in_force, campaign):
    draft = drafted(bank, in_force, income_share="nonsense")

    with pytest.raises(Unsound, match="nonsense"):
        simulate(draft)


class TestCalibration:
    @pytest.fixture
    def county(self, campaign):
        """Forty households whose lines before the visit lie between 8,000 and 40,000 yuan."""
        for number in range(40):
            reviewed(campaign, limit=(10_000 + 1_000 * number) * YUAN)

    def test_it_finds_the_figure_with_which_the_mean_is_reached(self, in_force, county):
        found = calibrating.calibrate(
            in_force, Target(mean=20_000 * YUAN), vary="pre_limit_share", business_day=DAY
        )

        assert found.before.mean > 20_000 * YUAN
        assert abs(found.off_by) < Decimal("0.05")
        assert Decimal(0) < found.found.figure < Decimal("0.8")
        assert LimitPolicy.objects.count() == 1

    def test_a_total_is_reached_as_well(self, in_force, county):
        found = calibrating.calibrate(
            in_force, Target(total=800_000 * YUAN), vary="pre_limit_share", business_day=DAY
        )

        assert abs(found.off_by) < Decimal("0.05")

    def test_a_mean_is_not_met_by_granting_to_almost_nobody(self, in_force, county):
        found = calibrating.calibrate(
            in_force, Target(mean=1_000 * YUAN), vary="pre_limit_share", business_day=DAY
        )

        assert found.found.lines >= found.before.lines * Decimal("0.9")

    def test_the_proposal_is_a_draft_that_gives_what_was_found(self, bank, in_force, county):
        found = calibrating.calibrate(
            in_force, Target(mean=20_000 * YUAN), vary="pre_limit_share", business_day=DAY
        )

        draft = calibrating.propose(in_force, found, actor=bank.author)

        assert (draft.status, draft.version) == ("draft", 2)
        assert simulate(draft).summary["now"]["mean"] == found.found.mean

    @pytest.mark.parametrize(
        ("vary", "target"),
        [
            ("oldest_at_maturity", Target(mean=1)),
            ("nothing", Target(mean=1)),
            ("model_scale", Target()),
            ("model_scale", Target(mean=1, total=1)),
        ],
    )
    def test_what_cannot_be_aimed_at_is_refused(self, in_force, county, vary, target):
        with pytest.raises(NotToBeVaried):
            calibrating.calibrate(in_force, target, vary=vary, business_day=DAY)

    def test_the_command_says_how_near_it_came(self, bank, in_force, county):
        said = StringIO()

        call_command(
            "calibrate",
            "--mean=20000",
            "--vary=pre_limit_share",
            f"--day={DAY}",
            f"--draft-as={bank.author.username}",
            "--json",
            stdout=said,
        )

        told = json.loads(said.getvalue())
        assert told["draft"] == 2
        assert abs(Decimal(told["off_by"])) < Decimal("0.05")

    def test_the_command_drafts_nothing_that_misses_the_target(self, bank, in_force, county):
        said, warned = StringIO(), StringIO()

        call_command(
            "calibrate",
            "--mean=1000000",
            "--vary=pre_limit_share",
            f"--day={DAY}",
            f"--draft-as={bank.author.username}",
            "--json",
            stdout=said,
            stderr=warned,
        )

        assert json.loads(said.getvalue())["draft"] is None
        assert "5%" in warned.getvalue()
        assert LimitPolicy.objects.count() == 1
