"""Letters to households whose granting came to nothing: why, what they can do, until when."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from admission.models import Decision
from core.models import Parameter, Reading
from core.roles import Role
from credit import refusal_words
from credit.errors import PaperRefused
from credit.models import CreditLine, LimitDecision
from credit.services import (
    limit_appeals,
    lines,
    refused_households,
    settling,
    village_papers,
)
from tests import make
from tests.credit import lent
from tests.credit.conftest import AT, DAY
from tests.credit.judged import YUAN, grant, next_round, reviewed, visited
from village.models import Household, ListFlag

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:credit_creditline_papers")
NEXT = date(DAY.year + 1, DAY.month, DAY.day)


@pytest.fixture
def president(campaign):
    return make.staff(Role.BRANCH_PRESIDENT, branch=campaign.village.grid.branch)


def refused(campaign, **given):
    """A household that admission refuses by two rules, one of them high."""
    household = reviewed(campaign, admission="refuse", **given)
    Decision.objects.filter(customer__household=household).update(
        hits=[{"code": "H05", "level": "high"}, {"code": "M01", "level": "medium"}]
    )
    return household


def letter_to(household, president):
    decision = refused_households.came_to_nothing(president).get(household=household)
    (letter,) = refused_households.letters_to([decision])
    return letter


def page_of(*letters, appeal_until=None):
    shown = {"letters": letters, "bank": "阡陌农商行", "printed_at": timezone.localtime()}
    return render_to_string(
        "credit/papers/refusals.html", shown | {"appeal_until": appeal_until, "marks": range(6)}
    )


def test_the_letter_says_what_the_rules_let_the_customer_know(campaign, president):
    household = refused(campaign)
    grant(campaign)

    letter = letter_to(household, president)

    told = "您被法院列为失信被执行人；履行义务并由法院移出名单后可重新申请。"
    assert letter.said.reasons == [told]
    assert refusal_words.CAN_DO["high_rule"] in letter.said.can_do
    assert (letter.is_ended, letter.addressee) == (False, household.members.get().name)


@pytest.mark.parametrize(
    "explanation",
    [
        {"zero_reasons": ["hard_negative"]},
        {"zero_reasons": ["blacklisted"]},
        {"zero_reasons": ["a_condition_of_the_bank"]},
        {"zero_reasons": ["blacklisted", "hard_negative", "a_condition_of_the_bank"]},
    ],
)
def test_neighbours_words_read_like_a_list_and_like_any_other_condition(explanation):
    said = refusal_words.in_plain_words(explanation, [])

    assert said.reasons == [refusal_words.ALIKE]
    assert said.can_do == [refusal_words.CORRECT, refusal_words.NEXT_ROUND]


@pytest.mark.parametrize(
    ("explanation", "reason"),
    [
        ({"combined_by": "reviewed"}, refusal_words.TOGETHER),
        ({"combined_by": "pre_limit"}, refusal_words.TOGETHER),
        ({"combined_by": "surveyed"}, refusal_words.COMBINED_BY["surveyed"]),
        ({"combined_by": "median", "capped_by": "dti"}, refusal_words.CAPPED_BY["dti"]),
        ({"combined_by": "median", "capped_by": "own_cap"}, refusal_words.TOGETHER),
        ({"zero_reasons": ["high_rule"]}, refusal_words.RULES),
        ({"zero_reasons": ["nobody_here"]}, refusal_words.OWN_REASONS["nobody_here"]),
        (
            {"settled": {"amount": 0, "why": "邻居李四反映欠赌债"}, "zero_reasons": []},
            refusal_words.SETTLED,
        ),
    ],
)
def test_each_way_to_nothing_has_its_sentence(explanation, reason):
    assert refusal_words.in_plain_words(explanation, []).reasons == [reason]


def test_the_page_names_no_neighbour_and_not_what_staff_wrote(campaign, president):
    household = reviewed(campaign, admission="manual")
    grant(campaign)
    waiting = LimitDecision.objects.get(household=household)
    settling.settle_manual(
        waiting.pk, amount=0, actor=make.staff(Role.RISK_OFFICER), reason="邻居李四反映欠赌债"
    )

    page = page_of(letter_to(household, president), appeal_until=date(2026, 12, 29))

    assert "李四" not in page
    assert "邻" not in page
    assert refusal_words.SETTLED in page
    assert "2026 年 12 月 29 日前" in page
    assert campaign.village.grid.branch.name in page


def test_the_dead_and_the_moved_are_not_addressed(campaign, president):
    household = reviewed(campaign)
    household.members.update(state="died")
    grant(campaign)

    letter = letter_to(household, president)

    assert letter.addressee == ""
    assert household.members.get().name not in page_of(letter)


def test_until_when_is_a_dated_figure_of_the_bank(campaign, bank):
    today = timezone.localdate()
    assert village_papers._until(today) == today + timedelta(days=30)

    Parameter.objects.filter(name="letters.appeal_days").delete()

    assert village_papers._until(today) is None
    assert "在下一轮重新核定之前" in page_of(
        refused_households.RefusalLetter(
            LimitDecision(household=reviewed(campaign), borrower=make.customer()),
            refusal_words.in_plain_words({}, []),
        )
    )


def test_whoever_has_a_line_or_waits_for_one_gets_no_such_letter(campaign, president):
    visited(reviewed(campaign), campaign, 60_000 * YUAN)
    reviewed(campaign, admission="manual")
    gone = refused(campaign)
    grant(campaign)

    found = refused_households.came_to_nothing(president)

    assert [each.household for each in found] == [gone]


def test_twelve_letters_take_as_many_queries_as_three(campaign, president):
    few = [refused(campaign) for _number in range(3)]
    grant(campaign)
    with CaptureQueriesContext(connection) as short:
        refused_households.letters_to(list(refused_households.came_to_nothing(president)))
    for _number in range(9):
        refused(campaign)
    grant(campaign)
    grant(campaign)

    with CaptureQueriesContext(connection) as longer:
        letters = refused_households.letters_to(list(refused_households.came_to_nothing(president)))
        page_of(*letters)

    assert len(few) == 3
    assert len(letters) == 12
    assert len(longer) == len(short)


class TestDoor:
    @pytest.fixture
    def households(self, campaign):
        made = [refused(campaign), refused(campaign)]
        grant(campaign)
        return made

    def post(self, client, **said):
        return client.post(PAGE, {"reason": "送达"} | said)

    def test_letters_of_a_village_come_as_pdf(self, client, campaign, president, households):
        client.force_login(president)

        answer = self.post(client, kind="refusals", village=campaign.village_id)

        assert answer.content.startswith(b"%PDF")
        assert Reading.objects.get().what == "paper.refusals"

    def test_a_letter_to_one_household(self, client, president, households):
        client.force_login(president)

        answer = self.post(client, kind="refusal", household=households[0].number)

        assert answer.content.startswith(b"%PDF")
        assert Reading.objects.get().object_type == "credit.limitdecision"

    def test_another_branch_prints_none(self, campaign, households):
        stranger = make.staff(Role.BRANCH_PRESIDENT, branch=make.branch())

        with pytest.raises(PaperRefused):
            village_papers.refusals(campaign.village, reader=stranger, reason="送达")
        with pytest.raises(PaperRefused):
            village_papers.refusal(households[0].number, reader=stranger, reason="送达")

    def test_who_may_not_see_limits_has_no_such_choice(self, client, campaign, households):
        client.force_login(make.staff(Role.PRODUCT_MANAGER))

        page = client.get(PAGE)

        assert "refusals" not in dict(page.context["form"].fields["kind"].choices)
        answer = self.post(client, kind="refusals", village=campaign.village_id)
        assert "kind" in answer.context["form"].errors


class TestAppeal:
    """What the letter promises can be done: a line that the round ended is looked at again."""

    @pytest.fixture
    def household(self, campaign):
        found = reviewed(campaign)
        visited(found, campaign, 60_000 * YUAN)
        grant(campaign)
        return found

    def ended(self, household, campaign, status):
        CreditLine.objects.update(status=status)
        if status == "active":
            line = CreditLine.objects.get()
            lent.loan(customer=line.borrower, line=line, amount=20_000 * YUAN)
        second = next_round(household, campaign, limit=0, on=NEXT)
        visited(household, second, 0, on=NEXT)
        grant(second, on=NEXT)
        return LimitDecision.objects.get(campaign=second)

    def changed(self, decision, amount):
        appeal = limit_appeals.open_appeal(decision.pk, statement="收入没有算进去", at=AT)
        officer = make.staff(Role.RISK_OFFICER)
        LimitDecision.objects.filter(pk=decision.pk).update(
            explanation=decision.explanation | {"figures": {"most_by_caps": 90_000 * YUAN}}
        )
        return limit_appeals.change(
            appeal.pk, amount=amount, actor=officer, answer="已核实", at=AT, on=NEXT
        )

    def test_a_line_that_was_closed_is_granted_anew(self, household, campaign, president):
        decision = self.ended(household, campaign, "signed")
        assert letter_to(household, president).is_ended
        assert CreditLine.objects.get().status == "closed"

        self.changed(decision, 30_000 * YUAN)

        fresh = CreditLine.objects.get(status="granted")
        assert (fresh.amount, fresh.decision_id) == (30_000 * YUAN, decision.pk)

    @pytest.mark.parametrize(("amount", "left"), [(30_000, 30_000), (10_000, 20_000)])
    def test_a_line_that_was_frozen_is_drawn_under_again(
        self, household, campaign, president, amount, left
    ):
        decision = self.ended(household, campaign, "active")
        assert letter_to(household, president).is_ended
        assert CreditLine.objects.get().status == "frozen"

        self.changed(decision, amount * YUAN)

        line = CreditLine.objects.get()
        assert (line.status, line.amount) == ("active", left * YUAN)

    def test_what_was_frozen_for_another_reason_stays_frozen(self, household, campaign):
        CreditLine.objects.update(status="active")
        lines.freeze(CreditLine.objects.get().pk, reason="资金用途待查", actor=make.staff())
        decision = self.ended(household, campaign, "frozen")

        self.changed(decision, 30_000 * YUAN)

        line = CreditLine.objects.get()
        assert (line.status, line.frozen_because) == ("frozen", "资金用途待查")
        assert lines.thaw(line.pk, actor=make.staff()).status == "active"

    def test_the_black_list_stays_in_the_way(self, household, campaign):
        decision = self.ended(household, campaign, "active")
        Household.objects.update(list_flag=ListFlag.BLACK)

        with pytest.raises(lines.OnBlackList):
            self.changed(decision, 30_000 * YUAN)
