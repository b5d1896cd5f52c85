"""What becomes of a line after its village was granted: visits, late cases, rounds, its end."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from admission.models import Decision
from core.errors import DomainError
from core.models import AuditEntry, Run
from core.roles import Role
from credit.errors import AmountNotOffered, HeadOfficeOnly, ManualCaseOnly
from credit.models import CreditLine, LimitDecision, LimitPolicy, LineRaise
from credit.services import close_of_business, granting, line_ends, lines, raises, settling
from credit.services.granting_policy import POLICY_CODE
from tests import make
from tests.credit import lent
from tests.credit.conftest import DAY
from tests.credit.judged import (
    YUAN,
    decide,
    decision_of,
    grant,
    next_round,
    reviewed,
    visited,
)
from village.models import Customer, ListFlag, Outcome
from visits.events import VisitAccepted

pytestmark = pytest.mark.django_db
NEXT_YEAR = date(DAY.year + 1, DAY.month, DAY.day)


def accepted(household, campaign, limit):
    """A visit whose acceptance has been heard."""
    task = visited(household, campaign, limit)
    settling.hear_visit(VisitAccepted(task_id=task.pk))
    return task


def settle(household, amount, reason="核实无误"):
    return settling.settle_manual(
        decision_of(household).pk,
        amount=amount,
        actor=make.staff(Role.RISK_OFFICER),
        reason=reason,
    )


def newest_of(household):
    return LimitDecision.objects.filter(household=household).latest("pk")


class TestVisits:
    def test_a_household_that_waits_for_its_visit_has_a_line_after_it(self, campaign):
        household = reviewed(campaign, income_year=None)
        grant(campaign)
        assert decision_of(household).outcome == "wait"
        assert not CreditLine.objects.exists()

        accepted(household, campaign, 70_000 * YUAN)

        line = CreditLine.objects.get()
        assert decision_of(household).outcome == "grant"
        assert (line.status, line.amount) == ("granted", decision_of(household).limit)

    def test_debts_and_assets_that_a_visit_found_count_for_those_declared(self, campaign):
        household = reviewed(campaign)
        task = visited(household, campaign, 60_000 * YUAN)
        task.surveys.update(assets=300_000 * YUAN, debts=90_000 * YUAN)

        grant(campaign)

        figures = decision_of(household).explanation["figures"]
        assert figures["other_credit_debt"] == 90_000 * YUAN
        assert figures["net_worth"] == 210_000 * YUAN

    def test_a_case_for_a_person_is_worked_out_with_what_the_visit_found(self, campaign):
        household = reviewed(campaign, admission="manual")
        grant(campaign)

        accepted(household, campaign, 70_000 * YUAN)
        assert decision_of(household).surveyed_limit == 70_000 * YUAN
        settle(household, 65_000 * YUAN)

        line = CreditLine.objects.get()
        assert (line.status, line.amount) == ("granted", 65_000 * YUAN)

    def test_what_a_person_settled_before_the_visit_is_settled_again_after_it(self, campaign):
        household = reviewed(campaign, admission="manual")
        grant(campaign)
        settle(household, 30_000 * YUAN)

        accepted(household, campaign, 70_000 * YUAN)

        decision = decision_of(household)
        assert (decision.outcome, decision.settled_by) == ("manual", None)
        assert decision.explanation["before"]["settled"]["amount"] == 30_000 * YUAN
        assert CreditLine.objects.get().status == "pre_granted"
        settle(household, 60_000 * YUAN)
        line = CreditLine.objects.get()
        assert (line.status, line.amount) == ("granted", 60_000 * YUAN)

    def test_a_refusal_by_a_person_is_not_reopened_by_a_visit(self, campaign):
        household = reviewed(campaign, admission="manual")
        grant(campaign)
        settle(household, 0, reason="经核实不宜授信")

        accepted(household, campaign, 70_000 * YUAN)

        assert decision_of(household).outcome == "none"
        assert not CreditLine.objects.exists()

    def test_a_line_that_a_visit_confirmed_is_not_moved_by_another_visit(self, campaign):
        household = reviewed(campaign)
        visited(household, campaign, 60_000 * YUAN)
        grant(campaign)
        before = CreditLine.objects.get().amount

        accepted(household, next_round(household, campaign, limit=1), 10_000 * YUAN)

        assert CreditLine.objects.get().amount == before

    def test_nobody_settles_past_a_visit_that_was_not_heard_yet(self, campaign):
        household = reviewed(campaign, admission="manual")
        grant(campaign)
        visited(household, campaign, 70_000 * YUAN)

        with pytest.raises(ManualCaseOnly) as refused:
            settle(household, 30_000 * YUAN)

        assert refused.value.code == "visit_accepted"


def test_a_person_settles_no_more_than_admission_leaves(campaign):
    household = reviewed(campaign, admission=None)
    decide(household.members.get(), "manual", factor="0.70")
    visited(household, campaign, 300_000 * YUAN)
    grant(campaign)
    bearable = 150_000 * YUAN  # half of what three years bring in
    most = bearable * 7 // 10

    with pytest.raises(AmountNotOffered):
        settle(household, most + YUAN)
    settle(household, most)

    assert CreditLine.objects.get().amount == most


def test_a_rule_of_admission_caps_the_limit_and_says_so(campaign):
    household = reviewed(campaign)
    hit = {"code": "L01", "level": "low", "limit_at_most": 20_000 * YUAN}
    Decision.objects.update(hits=[hit])
    visited(household, campaign, 60_000 * YUAN)

    grant(campaign)

    assert CreditLine.objects.get().amount == 20_000 * YUAN
    assert decision_of(household).explanation["capped_by"] == "admission"


def test_what_two_rules_hold_against_is_settled_by_head_office(campaign):
    household = reviewed(campaign, admission=None)
    decide(household.members.get(), "manual", factor="0.70")
    visited(household, campaign, 300_000 * YUAN)
    grant(campaign)
    office = make.branch(parent=campaign.village.grid.branch)
    branch = make.staff(Role.APPROVER, branch=office)

    with pytest.raises(HeadOfficeOnly):
        settling.settle_manual(
            decision_of(household).pk, amount=10_000 * YUAN, actor=branch, reason="核实无误"
        )
    settling.settle_manual(
        decision_of(household).pk, amount=0, actor=branch, reason="经核实不宜授信"
    )

    assert decision_of(household).outcome == "none"


class TestVillagesGrantedInPart:
    def decided_late(self, campaign):
        early, late = reviewed(campaign), reviewed(campaign)
        waiting = Outcome.objects.filter(household=late)
        waiting.update(stage=Outcome.Stage.INITIAL, decided_at=None)
        grant(campaign)
        assert not LimitDecision.objects.filter(household=late).exists()
        waiting.update(stage=Outcome.Stage.DECIDED, decided_at=timezone.now())
        return early, late

    def test_what_the_branch_decided_later_is_granted_by_the_next_run_over_all(self, campaign):
        early, late = self.decided_late(campaign)
        kept = decision_of(early).pk

        run = granting.open_granting_of_all(business_day=DAY, actor=None)
        list(granting.work_through([each.pk for each in run.shards.all()]))

        assert CreditLine.objects.filter(household=late).exists()
        assert decision_of(early).pk == kept

    def test_a_village_with_nothing_left_to_grant_is_not_ready(self, campaign):
        reviewed(campaign)
        nobody = reviewed(campaign)
        nobody.members.update(role=Customer.Role.PARENT)

        grant(campaign)

        assert granting.open_granting_of_all(business_day=NEXT_YEAR, actor=None).shards.count() == 0

    def test_a_run_over_all_that_was_cut_off_is_gone_on_with(self, campaign):
        reviewed(campaign)
        first = granting.open_granting_of_all(business_day=DAY, actor=None)

        again = granting.open_granting_of_all(business_day=DAY, actor=None)

        assert again == first
        assert again.shards.count() == 1

    def test_a_run_grants_to_its_end_by_the_policy_it_began_with(self, campaign):
        household = reviewed(campaign)
        run = granting.open_granting_of_all(business_day=DAY, actor=None)
        begun_with = LimitPolicy.objects.get(pk=run.settings["policy"])
        LimitPolicy.objects.filter(pk=begun_with.pk).update(status="retired")
        LimitPolicy.objects.create(
            code=POLICY_CODE,
            version=begun_with.version + 1,
            author=begun_with.author,
            publisher=begun_with.publisher,
            settings=begun_with.settings | {"product_cap": "10000"},
            status="published",
        )

        list(granting.work_through([each.pk for each in run.shards.all()]))

        assert decision_of(household).policy == begun_with
        assert Run.objects.get(pk=run.pk).status == Run.Status.DONE


class TestLaterRounds:
    def signed(self, campaign, **given):
        household = reviewed(campaign, **given)
        visited(household, campaign, 60_000 * YUAN)
        grant(campaign)
        CreditLine.objects.update(status="active")
        return household

    def test_a_later_case_that_a_person_settles_moves_the_line(self, campaign):
        household = self.signed(campaign)
        second = next_round(household, campaign, limit=60_000 * YUAN)
        decide(household.members.get(), "manual")
        grant(second)
        assert newest_of(household).outcome == "manual"
        assert CreditLine.objects.get().amount == 60_000 * YUAN

        settling.settle_manual(
            newest_of(household).pk,
            amount=20_000 * YUAN,
            actor=make.staff(Role.RISK_OFFICER),
            reason="负债上升，压降额度",
        )

        line = CreditLine.objects.get()
        assert (line.amount, line.decision) == (20_000 * YUAN, newest_of(household))
        assert newest_of(household).movement == "lower"

    def test_a_case_of_an_earlier_round_is_not_settled_after_a_later_one(self, campaign):
        household = reviewed(campaign, admission="manual")
        visited(household, campaign, 60_000 * YUAN)
        grant(campaign)
        first = decision_of(household)
        second = next_round(household, campaign, limit=60_000 * YUAN)
        decide(household.members.get(), "admit")
        grant(second)
        amount = CreditLine.objects.get().amount

        with pytest.raises(ManualCaseOnly) as refused:
            settling.settle_manual(
                first.pk, amount=10_000 * YUAN, actor=make.staff(Role.RISK_OFFICER), reason="补办"
            )

        assert refused.value.code == "overtaken"
        assert CreditLine.objects.get().amount == amount

    def test_a_line_that_the_last_round_ended_is_not_thawed(self, campaign):
        household = self.signed(campaign)
        second = next_round(household, campaign, limit=60_000 * YUAN)
        type(household).objects.update(list_flag=ListFlag.BLACK)
        grant(second)
        line = CreditLine.objects.get()
        assert line.status == "frozen"

        with pytest.raises(DomainError) as refused:
            lines.thaw(line.pk, actor=make.staff(Role.RISK_OFFICER))

        assert refused.value.code == "not_renewed"

    def kept(self, campaign, *, ends_in, limit=60_000):
        household = self.signed(campaign)
        second = next_round(household, campaign, limit=limit * YUAN)
        if limit != 60_000:
            visited(household, second, limit * YUAN, on=DAY + timedelta(days=1))
        granting.grant_campaign(second.pk, business_day=NEXT_YEAR, actor=None)
        CreditLine.objects.update(valid_to=NEXT_YEAR + timedelta(days=ends_in))
        decision = newest_of(household)
        assert decision.movement == "keep"
        return decision

    @pytest.mark.parametrize("limit", [60_000, 55_000, 65_000])
    def test_a_line_that_is_kept_is_offered_again_in_its_last_months(self, campaign, limit):
        decision = self.kept(campaign, ends_in=60, limit=limit)
        president = make.staff(Role.BRANCH_PRESIDENT)

        (offer,) = raises.offer([decision.pk], actor=president, on=NEXT_YEAR)

        line = CreditLine.objects.get()
        assert offer.amount == offer.before == line.amount == 60_000 * YUAN
        assert offer.valid_to > line.valid_to
        assert not LimitDecision.objects.to_offer(NEXT_YEAR).exists()

    @pytest.mark.parametrize(("ends_in", "later"), [(200, 0), (60, 400)])
    def test_neither_long_before_its_end_nor_by_an_old_limit(self, campaign, ends_in, later):
        decision = self.kept(campaign, ends_in=ends_in + later)
        day = NEXT_YEAR + timedelta(days=later)

        offered = raises.offer([decision.pk], actor=make.staff(Role.BRANCH_PRESIDENT), on=day)

        assert offered == []
        assert not LineRaise.objects.exists()


class TestTheEnd:
    def ended(self, campaign):
        household = reviewed(campaign)
        visited(household, campaign, 60_000 * YUAN)
        grant(campaign)
        CreditLine.objects.update(status="active", valid_to=DAY + timedelta(days=10))
        return household

    @pytest.mark.parametrize(("days", "status"), [(9, "active"), (10, "expired")])
    def test_a_line_ends_with_its_last_day(self, campaign, days, status):
        self.ended(campaign)

        figures = close_of_business.close_day(DAY + timedelta(days=days))

        assert CreditLine.objects.get().status == status
        assert figures["lines_ended"] == (status == "expired")
        told = AuditEntry.objects.filter(action="credit.line.expired")
        assert told.count() == (status == "expired")

    def test_the_round_after_its_end_gives_the_household_a_new_line(self, campaign):
        household = self.ended(campaign)
        second = next_round(household, campaign, limit=60_000 * YUAN)

        granting.grant_campaign(second.pk, business_day=NEXT_YEAR, actor=None)

        assert list(CreditLine.objects.order_by("pk").values_list("status", flat=True)) == [
            "expired",
            "granted",
        ]

    def test_what_is_owed_under_a_line_that_ended_leaves_less_for_the_new_one(self, campaign):
        household = self.ended(campaign)
        old = CreditLine.objects.get()
        lent.loan(customer=household.members.get(), line=old, village=household.village, day=DAY)
        line_ends.end_past(old.valid_to + timedelta(days=1))
        second = next_round(household, campaign, limit=60_000 * YUAN)

        granting.grant_campaign(second.pk, business_day=NEXT_YEAR, actor=None)

        figures = newest_of(household).explanation["figures"]
        assert figures["given_to_members"] == 120_000 * YUAN
