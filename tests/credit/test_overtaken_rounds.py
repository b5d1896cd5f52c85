"""What a later round has overtaken: granted again, settled, decided late, it moves nothing."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from config.queues.limits import QUEUES
from core import runs
from core.roles import Role
from credit.errors import ManualCaseOnly
from credit.models import CreditLine, LimitDecision
from credit.selectors_granting import undecided
from credit.services import granting, settling
from tests import make
from tests.credit.conftest import DAY
from tests.credit.judged import YUAN, decide, decision_of, grant, next_round, reviewed, visited
from village.errors import OutcomeRefused
from village.models import Campaign, ListFlag, Outcome
from village.services import stages

pytestmark = pytest.mark.django_db
NEXT_YEAR = date(DAY.year + 1, DAY.month, DAY.day)


def grant_all(on=DAY):
    run = granting.open_granting_of_all(business_day=on, actor=None)
    for shard_id in runs.waiting(run):
        granting.work_shard(shard_id)


def lines_of(household):
    found = CreditLine.objects.filter(household=household).order_by("pk")
    return list(found.values_list("status", "amount"))


def test_granting_an_old_round_again_revives_no_line_that_a_later_one_ended(campaign):
    household, late = reviewed(campaign), reviewed(campaign)
    visited(household, campaign, 60_000 * YUAN)
    waiting = Outcome.objects.filter(household=late)
    waiting.update(stage=Outcome.Stage.INITIAL, decided_at=None)
    grant(campaign)
    decide(household.members.get(), "refuse")
    second = next_round(household, campaign, limit=60_000 * YUAN, on=NEXT_YEAR)
    grant(second, on=NEXT_YEAR)
    assert lines_of(household) == [("closed", 60_000 * YUAN)]
    late.list_flag = ListFlag.BLACK
    late.save()
    stages.void_black(actor=None)

    grant_all(NEXT_YEAR)

    assert lines_of(household) == [("closed", 60_000 * YUAN)]


def test_granting_a_village_again_gives_no_second_line_for_one_that_ran_out(campaign):
    household = reviewed(campaign)
    grant(campaign)
    CreditLine.objects.update(status="expired")

    grant(campaign)

    assert lines_of(household) == [("expired", 48_000 * YUAN)]


@pytest.fixture
def refused_later(campaign):
    """A household of which one round left a case for a person, and the next one says no."""
    household = reviewed(campaign, admission="manual")
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    decide(household.members.get(), "refuse")
    grant(next_round(household, campaign, limit=60_000 * YUAN, on=NEXT_YEAR), on=NEXT_YEAR)
    return LimitDecision.objects.order_by("pk").first()


@pytest.mark.parametrize("amount", [40_000 * YUAN, 0])
def test_a_case_of_a_round_that_is_overtaken_is_not_settled(refused_later, amount):
    assert refused_later.outcome == "manual"

    with pytest.raises(ManualCaseOnly) as refused:
        settling.settle_manual(
            refused_later.pk, amount=amount, actor=make.staff(Role.RISK_OFFICER), reason="补办"
        )

    assert refused.value.code == "overtaken"
    assert not CreditLine.objects.exists()


def test_the_queue_and_the_page_offer_no_case_that_is_overtaken(client, refused_later, campaign):
    waiting = reviewed(campaign, admission="manual")
    grant(campaign)
    officer = make.staff(Role.RISK_OFFICER)
    client.force_login(officer)
    (queue,) = [each for each in QUEUES if each.address == "work=manual"]

    assert list(queue.rows(officer, DAY)) == [decision_of(waiting)]
    register = reverse("admin:credit_limitdecision_changelist")
    listed = client.get(f"{register}?{queue.address}").context["cl"]
    assert list(listed.queryset) == [decision_of(waiting)]
    pages = [
        client.get(reverse("admin:credit_limitdecision_change", args=[pk])).context["deeds"]
        for pk in (refused_later.pk, decision_of(waiting).pk)
    ]
    assert [[each.deed.name for each in deeds] for deeds in pages] == [[], ["settle"]]


class TestDecidedLate:
    """A household whose first round nobody decided before the second was concluded."""

    @pytest.fixture
    def household(self, campaign):
        household = reviewed(campaign)
        visited(household, campaign, 60_000 * YUAN)
        reviewed(campaign)
        self.late(household).update(stage=Outcome.Stage.INITIAL, decided_at=None)
        grant(campaign)
        return household

    def late(self, household):
        return Outcome.objects.filter(household=household, campaign__round=1)

    def test_the_branch_does_not_decide_on_it_any_more(self, campaign, household):
        second = next_round(household, campaign, limit=40_000 * YUAN)
        Outcome.objects.filter(campaign=second).update(list_flag=ListFlag.GREY)
        president = make.staff(Role.BRANCH_PRESIDENT)

        with pytest.raises(OutcomeRefused) as refused:
            stages.decide(self.late(household).get().pk, actor=president)
        decided = stages.decide_ready(campaign.pk, actor=president)

        assert (refused.value.code, decided) == ("overtaken", 0)
        assert not self.late(household).get().decided_at
        waiting = Outcome.objects.decidable_by(president)
        assert not waiting.filter(household=household, campaign=campaign).exists()

    def test_what_was_decided_before_is_not_granted_after(self, campaign, household):
        self.late(household).update(stage=Outcome.Stage.DECIDED, decided_at=timezone.now())
        second = next_round(household, campaign, limit=40_000 * YUAN)
        grant(second)
        before = lines_of(household)

        grant_all()
        grant(campaign)

        found = LimitDecision.objects.get(household=household)
        assert found.campaign == second
        assert lines_of(household) == before
        assert [status for status, _amount in before] == ["granted"]
        assert not undecided(Campaign.objects.filter(pk=campaign.pk)).exists()

    def test_a_round_of_which_every_household_is_overtaken_gives_nothing(self, campaign):
        household = reviewed(campaign)
        next_round(household, campaign, limit=40_000 * YUAN)

        run = grant(campaign)

        assert run.shards.get().figures["households"] == 0
        assert not LimitDecision.objects.exists()

    def test_only_later_rounds_of_the_same_household_count(self, campaign):
        household, other = reviewed(campaign), reviewed(campaign)
        next_round(other, campaign, limit=40_000 * YUAN)

        grant(campaign)

        assert list(LimitDecision.objects.values_list("household", flat=True)) == [household.pk]
