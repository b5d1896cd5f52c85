"""A household disagrees with its limit: who may ask, who answers, and what then happens."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core.errors import SameHands
from core.models import AuditEntry, Notice
from core.roles import Role
from credit.errors import AmountNotOffered, LimitAppealNotAllowed
from credit.models import BusinessDay, CreditLine, LimitAppeal, LimitDecision, LineRaise
from credit.services import granting, limit_appeals
from tests import make
from tests.credit.conftest import AT, DAY
from tests.credit.judged import reviewed, visited
from tests.credit.test_api import Phone

pytestmark = pytest.mark.django_db
YUAN = 100
SAYS = "大棚去年新建了两个，收入没有算进去"


@pytest.fixture
def officer(bank):
    """A risk officer who had no part in granting."""
    return make.staff(Role.RISK_OFFICER)


@pytest.fixture
def decision(bank, campaign):
    """A limit confirmed by a visit, granted by the bank's publisher."""
    visited(reviewed(campaign), campaign, 60_000 * YUAN)
    granting.grant_campaign(campaign.pk, business_day=DAY, actor=bank.publisher)
    return LimitDecision.objects.get()


def asked(decision, **given):
    return limit_appeals.open_appeal(decision.pk, statement=SAYS, at=AT, **given)


def answered(appeal, officer, amount):
    return limit_appeals.change(
        appeal.pk, amount=amount, actor=officer, answer="已核实新增收入", at=AT, on=DAY
    )


def test_an_appeal_is_written_down_and_told_to_those_who_answer(bank, decision):
    made = asked(decision, brought_by=bank.manager)

    assert (made.status, made.limit_before) == ("opened", decision.limit)
    assert (made.due_on - AT.date()).days == 20
    assert set(Notice.objects.values_list("role", flat=True)) >= {"risk_officer", "approver"}
    assert AuditEntry.objects.get(action="credit.limit_appeal.opened").actor == bank.manager
    assert CreditLine.objects.get().amount == decision.limit


def test_a_second_appeal_waits_for_the_first(decision):
    asked(decision)

    with pytest.raises(LimitAppealNotAllowed):
        asked(decision)


def test_what_waits_for_a_person_anyway_needs_no_appeal(campaign):
    reviewed(campaign, admission="manual")
    granting.grant_campaign(campaign.pk, business_day=DAY, actor=None)
    waiting = LimitDecision.objects.get(outcome="manual")

    with pytest.raises(LimitAppealNotAllowed):
        asked(waiting)


def test_nothing_said_is_no_appeal(decision):
    with pytest.raises(LimitAppealNotAllowed):
        limit_appeals.open_appeal(decision.pk, statement="  ", at=AT)


@pytest.mark.parametrize("who", ["granted", "brought", "manager", "settled"])
def test_whoever_had_part_in_the_limit_does_not_answer(bank, decision, officer, who):
    clerk = make.staff(Role.BRANCH_PRESIDENT)
    if who == "settled":
        LimitDecision.objects.filter(pk=decision.pk).update(settled_by=officer)
    appeal = asked(decision, brought_by=clerk)
    hands = {
        "granted": bank.publisher,
        "brought": clerk,
        "manager": decision.household.village.grid.manager,
        "settled": officer,
    }[who]

    with pytest.raises(SameHands):
        limit_appeals.uphold(appeal.pk, actor=hands, answer="维持", at=AT)
    with pytest.raises(SameHands):
        answered(appeal, hands, decision.limit + 1_000 * YUAN)
    assert LimitAppeal.objects.get().status == "opened"


def test_the_limit_may_stand_with_a_reason(decision, officer):
    appeal = asked(decision)
    with pytest.raises(LimitAppealNotAllowed):
        limit_appeals.uphold(appeal.pk, actor=officer, answer=" ", at=AT)

    limit_appeals.uphold(appeal.pk, actor=officer, answer="收入已计入", at=AT)

    found = LimitAppeal.objects.get()
    assert (found.status, found.answer, found.answered_by) == ("upheld", "收入已计入", officer)
    assert LimitDecision.objects.get().limit == decision.limit
    with pytest.raises(LimitAppealNotAllowed):
        limit_appeals.uphold(appeal.pk, actor=officer, answer="再说", at=AT)


def test_more_is_granted_at_once_on_a_line_that_nobody_signed(decision, officer):
    answered(asked(decision), officer, 65_000 * YUAN)

    line, found = CreditLine.objects.get(), LimitDecision.objects.get()
    assert (line.status, line.amount) == ("granted", 65_000 * YUAN)
    assert (found.outcome, found.limit, found.settled_by) == ("grant", 65_000 * YUAN, officer)
    assert found.explanation["before"] == {"outcome": "grant", "limit": 60_000 * YUAN}
    appeal = LimitAppeal.objects.get()
    assert (appeal.status, appeal.limit_after) == ("changed", 65_000 * YUAN)


def test_a_signed_line_is_raised_by_an_offer(decision, officer):
    CreditLine.objects.update(status=CreditLine.Status.SIGNED)

    answered(asked(decision), officer, 65_000 * YUAN)

    offer = LineRaise.objects.get()
    assert (offer.before, offer.amount, offer.status) == (60_000_00, 65_000_00, "offered")
    assert CreditLine.objects.get().amount == 60_000 * YUAN


def test_before_the_visit_only_what_may_be_granted_in_advance(campaign, officer):
    reviewed(campaign)
    granting.grant_campaign(campaign.pk, business_day=DAY, actor=None)
    decision = LimitDecision.objects.get()
    appeal = asked(decision)

    with pytest.raises(AmountNotOffered), transaction.atomic():
        answered(appeal, officer, 90_000 * YUAN)
    assert LimitAppeal.objects.get().status == "opened"
    answered(appeal, officer, 50_000 * YUAN)

    line = CreditLine.objects.get()
    assert (line.status, line.amount) == ("pre_granted", 50_000 * YUAN)


def test_less_than_before_is_no_answer(decision, officer):
    appeal = asked(decision)

    with pytest.raises(LimitAppealNotAllowed):
        answered(appeal, officer, decision.limit)
    with pytest.raises(IntegrityError), transaction.atomic():
        LimitAppeal.objects.update(
            status="changed",
            limit_after=1,
            answer="x",
            answered_by=officer,
            answered_at=timezone.now(),
        )


def test_what_the_policy_refuses_is_not_granted_on_appeal(campaign, officer):
    reviewed(campaign, admission="refuse")
    granting.grant_campaign(campaign.pk, business_day=DAY, actor=None)
    appeal = asked(LimitDecision.objects.get())

    with pytest.raises(LimitAppealNotAllowed):
        answered(appeal, officer, 10_000 * YUAN)

    assert not CreditLine.objects.exists()


def test_where_the_line_is_frozen_there_is_nothing_to_look_at(decision):
    CreditLine.objects.update(status="frozen")

    with pytest.raises(LimitAppealNotAllowed):
        asked(decision)


class TestDesk:
    @pytest.fixture
    def opened(self, client, decision, bank):
        """The manager writes it down on the limit's page."""
        client.force_login(bank.manager)
        page = reverse("admin:credit_limitdecision_change", args=[decision.pk])
        deed = reverse("admin:credit_limitdecision_deed", args=[decision.pk, "appeal"])
        assert deed in client.get(page).content.decode()
        client.post(deed, {"appeal-statement": SAYS})
        return LimitAppeal.objects.get()

    def test_the_manager_writes_it_down_and_does_not_answer(self, client, opened, bank):
        assert (opened.brought_by, opened.statement) == (bank.manager, SAYS)
        uphold = reverse("admin:credit_limitappeal_deed", args=[opened.pk, "uphold"])

        assert client.post(uphold, {"uphold-answer": "维持"}).status_code == 403

    @pytest.fixture
    def behind(self):
        """The bank still works a day that is over on the calendar."""
        worked = timezone.localdate() - timedelta(days=3)
        BusinessDay.objects.create(day=worked - timedelta(days=1), status="closed", closed_at=AT)
        return worked

    def test_it_is_asked_counted_down_and_answered_on_the_bank_s_day(
        self, client, behind, opened, officer
    ):
        client.force_login(officer)
        address = reverse("admin:credit_limitappeal_change", args=[opened.pk])
        assert "还有 20 天" in client.get(address).content.decode()
        uphold = reverse("admin:credit_limitappeal_deed", args=[opened.pk, "uphold"])

        client.post(uphold, {"uphold-answer": "维持"})

        opened.refresh_from_db()
        days = [timezone.localdate(at) for at in (opened.opened_at, opened.answered_at)]
        assert days == [behind, behind]
        assert opened.due_on == behind + timedelta(days=20)

    def test_an_officer_without_part_answers(self, client, opened, officer):
        client.force_login(officer)
        queue = client.get(reverse("admin:credit_limitappeal_changelist")).content.decode()
        address = reverse("admin:credit_limitappeal_deed", args=[opened.pk, "change"])

        client.post(address, {"change-answer": "已核实", "change-amount": "65000"})

        assert str(opened.decision.household) in queue
        assert CreditLine.objects.get().amount == 65_000 * YUAN

    def test_who_granted_the_village_is_offered_no_answer(self, client, opened, bank):
        client.force_login(bank.publisher)
        page = client.get(reverse("admin:credit_limitappeal_change", args=[opened.pk]))

        assert page.status_code == 200
        assert page.context["deeds"] == []
        assert page.context["not_yours"]

    def test_whoever_answers_reads_first_what_the_household_says(self, client, opened, officer):
        client.force_login(officer)
        page = client.get(reverse("admin:credit_limitappeal_change", args=[opened.pk]))

        shown = page.content.decode()
        assert page.context["not_yours"] == ""
        assert shown.index(SAYS) < shown.index("/deed/change/")

    def test_another_branch_does_not_find_it(self, client, opened):
        client.force_login(make.staff(Role.BRANCH_PRESIDENT, branch=make.branch()))
        page = client.get(reverse("admin:credit_limitappeal_change", args=[opened.pk]))

        assert page.status_code == 404


class TestPhone:
    def test_a_limit_is_told_in_plain_words_and_appealed_once(self, decision):
        phone = Phone(decision.borrower)
        (told,) = phone.get("limits").json()
        assert (told["amount"], told["can_appeal"]) == ("60000.00", True)
        assert told["reasons"]
        assert "median" not in str(told["reasons"])

        address = f"limits/{decision.pk}/appeals"
        first = phone.post(address, {"statement": SAYS}, key="k1")
        again = phone.post(address, {"statement": SAYS}, key="k1")
        second = phone.post(address, {"statement": SAYS}, key="k2")

        assert (first.status_code, again.json()) == (201, first.json())
        assert (second.status_code, second.json()["code"]) == (409, "limit_appeal_not_allowed")
        (told,) = phone.get("limits").json()
        assert (told["can_appeal"], told["appeals"][0]["status"]) == (False, "opened")
        assert LimitAppeal.objects.get().brought_by is None

    def test_nobody_sees_or_appeals_anothers(self, decision):
        stranger = Phone(make.customer())

        assert stranger.get("limits").json() == []
        answer = stranger.post(f"limits/{decision.pk}/appeals", {"statement": SAYS}, key="k")
        assert answer.status_code == 404
        assert Phone().get("limits").status_code == 401

    def test_why_there_is_no_line_names_no_list(self, campaign):
        reviewed(campaign, list_flag="black")
        granting.grant_campaign(campaign.pk, business_day=DAY, actor=None)
        refused = LimitDecision.objects.get()

        (told,) = Phone(refused.borrower).get("limits").json()

        assert told["reasons"] == ["按我行额度政策，您家目前不符合授信条件。"]
