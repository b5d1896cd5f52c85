"""A village's limits and lines: who gets one, how much, why, and once."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from admission.models import Decision, RuleSet, Scorecard, ScorePolicy
from core import documents
from core.errors import SameHands
from core.models import AuditEntry, Outbox, Run
from core.roles import Role
from credit.errors import AmountNotOffered, ManualCaseOnly, NotPublished
from credit.models import CreditLine, LimitDecision, LimitPolicy
from credit.services import granting, settling
from tests import make
from tests.credit.conftest import AT, DAY
from village.errors import CampaignRefused
from village.models import Campaign, Customer, Household, ListFlag, Outcome
from visits.events import VisitAccepted
from visits.models import Survey, VisitTask

pytestmark = pytest.mark.django_db
YUAN = 100


def reviewed(
    campaign, *, limit=60_000 * YUAN, born_on=date(1980, 5, 17), admission="admit", **given
):
    """A household its neighbours have judged, with a head the rules were heard for."""
    household = make.household(
        campaign.village,
        **{
            "income_year": 150_000 * YUAN,
            "operating_cost_year": 50_000 * YUAN,
            "house_value": 400_000 * YUAN,
            "vehicle_value": 0,
            "debt": 0,
            "private_debt": 0,
        }
        | given,
    )
    head = make.customer(household, born_on=born_on)
    Outcome.objects.create(
        campaign=campaign,
        household=household,
        sheets=7,
        valid_sheets=7,
        reviewed_limit=limit,
        stage=Outcome.Stage.DECIDED,
        decided_at=timezone.now(),
    )
    decide(head, admission)
    return household


def decide(customer, outcome, factor="1"):
    if outcome is None:
        return None
    return Decision.objects.create(
        customer=customer,
        purpose="granting",
        as_of=DAY,
        rule_set=RuleSet.objects.get(),
        rule_set_hash="x",
        outcome=outcome,
        limit_factor=Decimal(factor),
        inputs={},
    )


def scored(household, band):
    """The head's decision as a card scored it."""
    author = make.staff(Role.RISK_OFFICER)
    file = documents.store(b"bad\n", name="training.csv", content_type="text/csv", by=author)
    version = Scorecard.objects.count() + 1
    card = Scorecard.objects.create(
        segment="farmer", version=version, train=file, author=author, drafted_at=timezone.now()
    )
    policy = ScorePolicy.objects.create(code="scoring", version=version, author=author)
    Decision.objects.filter(customer__household=household).update(
        score=600, risk_band=band, scorecard=card, score_policy=policy
    )


def visited(household, campaign, limit):
    """The findings of a visit that a second person accepted."""
    task = VisitTask.objects.create(
        household=household,
        campaign=campaign,
        due_on=DAY,
        manager=make.staff(),
        status=VisitTask.Status.ACCEPTED,
    )
    Survey.objects.create(
        task=task,
        revision=1,
        client_uuid=uuid4(),
        met="本人",
        seen_on=DAY,
        income_year=150_000 * YUAN,
        operating_cost_year=50_000 * YUAN,
        living_cost_year=20_000 * YUAN,
        debt_service_year=0,
        assets=400_000 * YUAN,
        debts=0,
        need=limit,
        term_months=36,
        surveyed_limit=limit,
        by=task.manager,
    )
    return task


def grant(campaign, actor=None):
    return granting.grant_campaign(campaign.pk, business_day=DAY, actor=actor)


def decision_of(household):
    return LimitDecision.objects.get(household=household)


def test_before_the_visit_a_household_gets_a_smaller_line_it_cannot_draw(campaign):
    household = reviewed(campaign)

    grant(campaign)

    line = CreditLine.objects.get(household=household)
    assert (line.status, line.amount) == ("pre_granted", 48_000 * YUAN)
    assert not line.is_open_on(DAY)


def test_after_an_accepted_visit_a_household_gets_a_line_it_can_draw(campaign):
    household = reviewed(campaign)
    visited(household, campaign, 70_000 * YUAN)

    grant(campaign)

    line = CreditLine.objects.get(household=household)
    assert (line.status, line.amount) == ("granted", 70_000 * YUAN)
    assert line.is_open_on(DAY)


def test_every_figure_behind_a_limit_stays_readable(campaign):
    household = reviewed(campaign)
    visited(household, campaign, 70_000 * YUAN)

    grant(campaign)

    told = decision_of(household).explanation
    assert told["figures"]["reviewed_limit"] == 60_000 * YUAN
    assert told["figures"]["model_limit"] == 80_000 * YUAN
    assert told["figures"]["net_worth"] == 400_000 * YUAN
    assert told["combined_by"] == "median"
    assert told["zero_reasons"] == []


def test_granting_a_village_twice_changes_nothing(campaign):
    for _ in range(3):
        reviewed(campaign)
    grant(campaign)
    before = list(LimitDecision.objects.values()), list(CreditLine.objects.values())
    deeds = AuditEntry.objects.count()
    told = Outbox.objects.count()

    again = grant(campaign)

    assert (list(LimitDecision.objects.values()), list(CreditLine.objects.values())) == before
    assert (AuditEntry.objects.count(), Outbox.objects.count()) == (deeds, told)
    assert (again.status, again.result["lines"]) == (Run.Status.DONE, 0)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"admission": "refuse"}, "high_rule"),
        ({"list_flag": ListFlag.BLACK}, "blacklisted"),
        ({"born_on": date(1959, 1, 1)}, "too_old_at_maturity"),
    ],
)
def test_who_must_not_borrow_gets_no_line_and_a_reason(campaign, given, reason):
    household = reviewed(campaign, **given)

    grant(campaign)

    decided = decision_of(household)
    assert (decided.outcome, decided.limit) == ("none", 0)
    assert reason in decided.explanation["zero_reasons"]
    assert not CreditLine.objects.exists()


@pytest.mark.parametrize("admission", ["manual", "wait", None])
def test_what_the_rules_leave_open_waits_for_a_person(campaign, admission):
    household = reviewed(campaign, admission=admission)

    grant(campaign)

    assert decision_of(household).outcome == "manual"
    assert not CreditLine.objects.exists()


def test_where_the_head_is_too_old_the_spouse_borrows(campaign):
    household = reviewed(campaign, born_on=date(1955, 1, 1))
    spouse = make.customer(household, role=Customer.Role.SPOUSE, born_on=date(1975, 1, 1))
    decide(spouse, "admit")

    grant(campaign)

    assert CreditLine.objects.get(household=household).borrower == spouse


def test_a_child_does_not_borrow_for_a_head_whom_the_rules_refuse(campaign):
    household = reviewed(campaign, admission="refuse")
    child = make.customer(household, role=Customer.Role.CHILD, born_on=date(1998, 1, 1))
    decide(child, "admit")

    grant(campaign)

    assert decision_of(household).outcome == "none"


def test_a_line_ends_before_its_borrower_is_too_old(campaign):
    household = reviewed(campaign, born_on=DAY.replace(year=DAY.year - 64) + timedelta(days=30))

    grant(campaign)

    assert CreditLine.objects.get(household=household).valid_to == date(2028, 6, 30)


def test_the_factor_of_admission_lowers_the_limit(campaign):
    household = reviewed(campaign)
    decide(household.members.get(), "notice", factor="0.70")

    grant(campaign)

    assert CreditLine.objects.get(household=household).amount == 33_000 * YUAN


def test_nothing_is_granted_on_what_the_branch_has_not_decided(campaign):
    decided, waiting = reviewed(campaign), reviewed(campaign)
    for outcome in Outcome.objects.filter(household=waiting):
        outcome.doubt()
        outcome.save()

    grant(campaign)

    assert set(LimitDecision.objects.values_list("household", flat=True)) == {decided.pk}


def test_a_round_without_a_decided_outcome_is_not_granted(campaign):
    with pytest.raises(CampaignRefused):
        grant(campaign)

    assert Campaign.objects.get(pk=campaign.pk).status == Campaign.Status.CONCLUDED


def next_round(household, campaign, *, limit):
    """The neighbours judge the same household again."""
    second = Campaign.objects.create(
        village=campaign.village, round=2, seed=2, business_day=DAY, seal="s", status="concluded"
    )
    Outcome.objects.create(
        campaign=second,
        household=household,
        sheets=7,
        valid_sheets=7,
        reviewed_limit=limit,
        stage=Outcome.Stage.DECIDED,
        decided_at=timezone.now(),
    )
    return second


@pytest.mark.parametrize(
    ("limit", "movement", "amount", "status"),
    [
        (40_000, "lower", 32_000, "pre_granted"),
        (60_000, "keep", 48_000, "pre_granted"),
        (62_000, "raise", 49_000, "pre_granted"),
        (0, "exit", 48_000, "closed"),
    ],
)
def test_the_next_round_raises_keeps_lowers_or_ends_a_line(
    campaign, limit, movement, amount, status
):
    household = reviewed(campaign)
    grant(campaign)
    assert CreditLine.objects.get().amount == 48_000 * YUAN
    second = next_round(household, campaign, limit=limit * YUAN)

    grant(second)
    grant(second)

    line = CreditLine.objects.get()
    assert LimitDecision.objects.get(campaign=second).movement == movement
    assert (line.amount, line.status) == (amount * YUAN, status)
    assert AuditEntry.objects.filter(action="credit.line.moved").count() == 1


def test_a_signed_line_is_lowered_by_the_bank_but_raised_only_by_a_signature(campaign):
    household = reviewed(campaign)
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    line = CreditLine.objects.get()
    CreditLine.objects.filter(pk=line.pk).update(status="signed", amount=30_000 * YUAN)
    second = next_round(household, campaign, limit=60_000 * YUAN)

    grant(second)

    assert LimitDecision.objects.get(campaign=second).movement == "raise"
    assert CreditLine.objects.get().amount == 30_000 * YUAN


def test_money_in_use_is_frozen_and_not_closed_when_a_household_leaves(campaign):
    household = reviewed(campaign)
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    CreditLine.objects.update(status="active")
    second = next_round(household, campaign, limit=60_000 * YUAN)
    Household.objects.update(list_flag=ListFlag.BLACK)

    grant(second)

    line = CreditLine.objects.get()
    assert (line.status, bool(line.frozen_because)) == ("frozen", True)


def test_a_visit_confirms_what_was_granted_in_advance(campaign):
    household = reviewed(campaign)
    grant(campaign)
    task = visited(household, campaign, 70_000 * YUAN)

    settling.hear_visit(VisitAccepted(task_id=task.pk))

    line = CreditLine.objects.get()
    assert (line.status, line.amount) == ("granted", 70_000 * YUAN)
    assert decision_of(household).explanation["before"]["limit"] == 48_000 * YUAN


def test_a_visit_that_finds_nothing_ends_what_was_granted_in_advance(campaign):
    household = reviewed(campaign)
    grant(campaign)
    task = visited(household, campaign, 0)

    settling.hear_visit(VisitAccepted(task_id=task.pk))

    assert CreditLine.objects.get().status == "closed"
    assert decision_of(household).outcome == "none"


def test_one_household_worked_again_comes_to_the_same_as_its_village(campaign):
    household = reviewed(campaign)
    visited(household, campaign, 70_000 * YUAN)
    grant(campaign)
    decided = decision_of(household)
    before = (decided.limit, decided.outcome, decided.explanation["figures"])

    again = granting.work_again(decided)

    assert (again.limit, again.outcome, again.explanation["figures"]) == before


def test_a_person_settles_what_the_machine_may_not(campaign):
    household = reviewed(campaign, admission="manual")
    grant(campaign)
    officer = make.staff(Role.RISK_OFFICER)

    settling.settle_manual(
        decision_of(household).pk, amount=30_000 * YUAN, actor=officer, reason="核实无误"
    )

    line = CreditLine.objects.get()
    assert (line.amount, line.status) == (30_000 * YUAN, "pre_granted")
    assert decision_of(household).settled_by == officer


def test_the_households_own_manager_does_not_settle_its_limit(campaign, bank):
    household = reviewed(campaign, admission="manual")
    grant(campaign)

    with pytest.raises(SameHands):
        settling.settle_manual(
            decision_of(household).pk, amount=1_000 * YUAN, actor=bank.manager, reason="x"
        )


def test_nobody_settles_above_what_the_policy_allows_before_a_visit(campaign):
    household = reviewed(campaign, admission="manual")
    grant(campaign)
    officer = make.staff(Role.RISK_OFFICER)
    pk = decision_of(household).pk

    with pytest.raises(AmountNotOffered):
        settling.settle_manual(pk, amount=50_001 * YUAN, actor=officer, reason="x")
    settling.settle_manual(pk, amount=0, actor=officer, reason="经核实不宜授信")
    with pytest.raises(ManualCaseOnly):
        settling.settle_manual(pk, amount=1_000 * YUAN, actor=officer, reason="x")


def test_granting_twenty_households_takes_as_many_queries_as_granting_one(
    campaign, django_assert_max_num_queries
):
    for _ in range(20):
        reviewed(campaign)

    with django_assert_max_num_queries(47):
        grant(campaign)

    assert LimitDecision.objects.count() == 20


def test_nothing_is_granted_before_a_policy_is_published(campaign):
    LimitPolicy.objects.all().delete()

    with pytest.raises(NotPublished):
        granting.grant_campaign(campaign.pk, business_day=DAY, actor=None)


def test_the_first_grant_is_told_once_with_who_and_when(campaign, bank):
    reviewed(campaign)

    grant(campaign, actor=bank.author)

    assert Outbox.objects.filter(kind="credit.LinesGranted").count() == 1
    deed = AuditEntry.objects.get(action="credit.line.granted")
    assert deed.actor == bank.author
    assert deed.at > AT


def test_two_reviewers_who_name_something_hard_cost_the_line_and_one_does_not(campaign):
    named_twice, named_once = reviewed(campaign), reviewed(campaign)
    for household, reporters in ((named_twice, 2), (named_once, 1)):
        household.outcomes.update(explanation={"hard_reporters": reporters, "confirmed_hard": []})

    grant(campaign)

    assert decision_of(named_twice).explanation["zero_reasons"] == ["hard_negative"]
    assert decision_of(named_once).outcome == "pre_grant"


def test_the_modelled_limit_reads_the_band_of_the_score(bank, campaign):
    """50,000 a year for three years by the policy's factors: A 1.2, B 1, D 0.5, E nothing."""
    homes = {
        band: reviewed(campaign, income_year=60_000 * YUAN, operating_cost_year=20_000 * YUAN)
        for band in ("A", "B", "D", "E", "")
    }
    for band, household in homes.items():
        if band:
            scored(household, band)

    granting.grant_campaign(campaign.pk, business_day=DAY, actor=None)

    made = {each.household_id: each for each in LimitDecision.objects.all()}
    told = {band: made[household.pk] for band, household in homes.items()}
    assert {band: each.explanation["risk_band"] for band, each in told.items()} == {
        "A": "A", "B": "B", "D": "D", "E": "E", "": "B",
    }  # fmt: skip
    standard = told["B"].model_limit
    assert standard > 0
    assert {band: each.model_limit for band, each in told.items()} == {
        "A": standard * 12 // 10, "B": standard, "D": standard // 2, "E": 0, "": standard,
    }  # fmt: skip
    assert (told["E"].outcome, told["E"].limit) == ("none", 0)


def test_a_policy_may_put_whoever_has_no_score_into_another_band(bank, campaign):
    policy = LimitPolicy.objects.get()
    LimitPolicy.objects.update(settings=policy.settings | {"risk_band": "C"})
    without, with_score = reviewed(campaign), reviewed(campaign)
    scored(with_score, "A")

    granting.grant_campaign(campaign.pk, business_day=DAY, actor=None)

    bands = dict(LimitDecision.objects.values_list("household_id", "explanation__risk_band"))
    assert bands == {without.pk: "C", with_score.pk: "A"}
