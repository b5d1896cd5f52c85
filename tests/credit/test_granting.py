"""A village's limits and lines: who gets one, how much, why, and once."""

from datetime import date, timedelta

import pytest

from admission.models import Decision
from core.models import AuditEntry, Outbox, Parameter, Run
from credit.errors import NotPublished
from credit.loan_rules.limit_policy import text_of
from credit.loan_rules.months import add_months
from credit.models import CreditLine, LimitDecision, LimitPolicy
from credit.services import granting
from tests import make
from tests.credit.conftest import AT, DAY
from tests.credit.judged import (
    YUAN,
    decide,
    decision_of,
    grant,
    reviewed,
    scored,
    visited,
)
from village.errors import CampaignRefused
from village.models import Campaign, Customer, ListFlag, Outcome

pytestmark = pytest.mark.django_db


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


def test_debts_nobody_told_of_are_not_taken_for_none(campaign):
    silent = reviewed(campaign, debt=None, private_debt=None)
    told = reviewed(campaign, debt=None, private_debt=20_000 * YUAN)

    grant(campaign)

    assert decision_of(silent).outcome == "wait"
    assert not CreditLine.objects.filter(household=silent).exists()
    assert CreditLine.objects.filter(household=told).exists()


def test_an_admission_of_years_ago_is_unknown_by_now(campaign):
    household = reviewed(campaign)
    Decision.objects.update(as_of=DAY - timedelta(days=366))

    grant(campaign)

    assert decision_of(household).outcome == "manual"
    reasons = decision_of(household).explanation["manual_reasons"]
    assert reasons == ["unknown_medium_rule", "unknown_high_rule"]


def test_an_admission_counts_for_as_long_as_the_bank_says(campaign):
    household = reviewed(campaign)
    Parameter.objects.update_or_create(
        name="granting.admission_days", valid_from=date(2020, 1, 1), defaults={"value": 90}
    )
    Decision.objects.update(as_of=DAY - timedelta(days=91))

    grant(campaign)

    assert decision_of(household).outcome == "manual"


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


@pytest.mark.parametrize(
    ("months_left", "outcome", "months"),
    [(8, "pre_grant", 6), (14, "pre_grant", 12), (3, "none", 6)],
)
def test_who_is_old_gets_the_shortest_line_that_the_policy_allows(
    campaign, months_left, outcome, months
):
    record = LimitPolicy.objects.get(status="published")
    said = text_of(record.settings).with_figure("line_months_at_least", "6")
    LimitPolicy.objects.filter(pk=record.pk).update(settings=said.settings())
    oldest = int(said.figures["oldest_at_maturity"])
    too_old_on = add_months(DAY, months_left)
    household = reviewed(campaign, born_on=too_old_on.replace(year=too_old_on.year - oldest - 1))

    grant(campaign)

    decided = decision_of(household)
    assert (decided.outcome, decided.explanation["line_months"]) == (outcome, months)


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


def test_granting_twenty_households_takes_as_many_queries_as_granting_one(
    campaign, django_assert_max_num_queries
):
    for _ in range(20):
        reviewed(campaign)

    with django_assert_max_num_queries(53):
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
