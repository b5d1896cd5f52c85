"""What came to light after a limit was worked out: lists and refusals that bar a line."""

import pytest

from admission.errors import RulesUnanswered
from admission.models import Decision
from admission.services import answering
from core.errors import DomainError, SameHands
from core.roles import Role
from credit.errors import AmountNotOffered
from credit.models import CreditLine, LimitDecision
from credit.services import limit_appeals, settling
from tests import make
from tests.credit.conftest import AT, DAY
from tests.credit.judged import YUAN, decide, decision_of, grant, reviewed, visited
from village.models import Customer, Household, ListFlag

pytestmark = pytest.mark.django_db


def household_is_listed(household):
    Household.objects.filter(pk=household.pk).update(list_flag=ListFlag.BLACK)


def borrower_is_listed_by_others(household):
    Customer.objects.filter(household=household).update(watch_flag=ListFlag.BLACK)


def rules_refuse(household):
    decide(household.members.get(), "refuse")


BARRED = [
    (household_is_listed, "on_black_list"),
    (borrower_is_listed_by_others, "on_black_list"),
    (rules_refuse, "refused_since"),
]


@pytest.mark.parametrize(("happened", "code"), BARRED)
def test_nobody_settles_a_limit_against_what_bars_it_since(campaign, happened, code):
    household = reviewed(campaign, admission="manual")
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    happened(household)
    asked = {"actor": make.staff(Role.RISK_OFFICER), "reason": "核实无误"}

    with pytest.raises(DomainError) as refused:
        settling.settle_manual(decision_of(household).pk, amount=30_000 * YUAN, **asked)
    settling.settle_manual(decision_of(household).pk, amount=0, **asked)

    assert refused.value.code == code
    assert decision_of(household).outcome == "none"
    assert not CreditLine.objects.exists()


@pytest.mark.parametrize(("happened", "code"), BARRED)
def test_no_appeal_gives_more_against_what_bars_it_since(campaign, happened, code):
    household = reviewed(campaign)
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    appeal = limit_appeals.open_appeal(decision_of(household).pk, statement="x", at=AT)
    happened(household)
    officer = make.staff(Role.RISK_OFFICER)

    with pytest.raises(DomainError) as refused:
        limit_appeals.change(
            appeal.pk, amount=70_000 * YUAN, actor=officer, answer="x", at=AT, on=DAY
        )

    assert refused.value.code == code
    assert CreditLine.objects.get().amount == 60_000 * YUAN


def test_nothing_is_granted_to_a_borrower_whom_others_list(campaign):
    household = reviewed(campaign)
    borrower_is_listed_by_others(household)

    grant(campaign)

    found = LimitDecision.objects.get()
    assert (found.outcome, found.limit) == ("none", 0)
    assert "blacklisted" in found.explanation["zero_reasons"]


def test_the_spouse_borrows_where_others_list_the_head(campaign):
    household = reviewed(campaign)
    borrower_is_listed_by_others(household)
    spouse = make.customer(household, role="spouse")
    decide(spouse, "admit")

    grant(campaign)

    assert CreditLine.objects.get().borrower == spouse


def test_whoever_wrote_down_the_evidence_does_not_settle_the_limit_on_it(campaign):
    household = reviewed(campaign, admission="manual")
    hit = {"code": "M02", "level": "medium", "name": "借贷纠纷被告", "says": "1 件"}
    decision = Decision.objects.get()
    Decision.objects.update(hits=[hit])
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    officer, other = make.staff(Role.RISK_OFFICER), make.staff(Role.RISK_OFFICER)
    answering.answer(decision.pk, "M02", actor=officer, text="已撤诉，见裁定书")
    case = {"amount": 10_000 * YUAN, "reason": "核实"}

    with pytest.raises(SameHands):
        settling.settle_manual(decision_of(household).pk, actor=officer, **case)

    settled = settling.settle_manual(decision_of(household).pk, actor=other, **case)
    assert settled.limit == 10_000 * YUAN


class TestHeardSince:
    """The rules were heard after the limit was worked out: the person settles on what they say."""

    MEDIUM = {"code": "M02", "level": "medium", "name": "借贷纠纷被告", "says": "1 件"}

    @pytest.fixture
    def household(self, campaign):
        household = reviewed(campaign, admission=None)
        visited(household, campaign, 60_000 * YUAN)
        grant(campaign)
        assert decision_of(household).admission is None
        return household

    def settle(self, household, amount):
        return settling.settle_manual(
            decision_of(household).pk,
            amount=amount * YUAN,
            actor=make.staff(Role.RISK_OFFICER),
            reason="核实",
        )

    def test_evidence_is_asked_for(self, household):
        heard = decide(household.members.get(), "manual")
        Decision.objects.filter(pk=heard.pk).update(hits=[self.MEDIUM])

        with pytest.raises(RulesUnanswered):
            self.settle(household, 10_000)
        answering.answer(heard.pk, "M02", actor=make.staff(), text="已撤诉，见裁定书")

        assert self.settle(household, 10_000).admission == heard

    def test_their_factor_bounds_the_amount(self, household):
        heard = decide(household.members.get(), "notice", factor="0.50")
        most = decision_of(household).explanation["figures"]["most_by_caps"] // YUAN

        with pytest.raises(AmountNotOffered):
            self.settle(household, most)

        settled = self.settle(household, most // 2)
        assert settled.admission == heard
        assert settled.explanation["limit_factor"] == "0.50"
