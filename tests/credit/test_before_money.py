"""What a rule asks for before the machine approves and before money moves."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from admission.events import RulesAnswered
from admission.services import answering, appeals, overriding
from config.wiring import HANDLERS
from core.models import Notice, Outbox, Parameter
from core.roles import Role
from credit import handlers, selectors
from credit.models import ApplicationStep
from credit.nodes.approval import Approval
from credit.nodes.base import Done
from credit.nodes.screening import Admission, Heard
from credit.services import disbursement
from tests import make
from tests.admission.conftest import visited
from tests.admission.heard import heard
from tests.credit import lend
from tests.credit.conftest import AT, DAY
from visits.models import Survey

pytestmark = pytest.mark.django_db
SETTINGS = {"automatic_up_to": 50_000_00}


@pytest.fixture
def asked(bank, borrower):
    lend.line(borrower)
    return lend.application(borrower)


def with_decision(asked, **known):
    asked.admission = heard(asked.customer, **known)
    asked.save(update_fields=["admission"])
    return asked.admission


def test_the_machine_approves_once_every_check_item_is_ticked(asked, bank):
    decision = with_decision(asked, phone_name_match=False)
    node = Approval()

    waiting = node.settle(asked, SETTINGS, None, at=AT)
    assert waiting.because == "check_items"
    assert Notice.objects.get(user=bank.manager).url == f"/m/applications/{asked.pk}/"

    answering.answer(decision.pk, "L04", actor=bank.manager, text="已核对")
    assert isinstance(node.settle(asked, SETTINGS, None, at=AT), Done)


def test_the_last_tick_is_told_so_that_the_application_goes_on(asked, bank):
    decision = with_decision(asked, phone_name_match=False, pb_q_hard_6m=7)
    told = Outbox.objects.filter(kind="admission.RulesAnswered")

    answering.answer(decision.pk, "L02", actor=bank.manager, text="已核对")
    assert not told.exists()

    answering.answer(decision.pk, "L04", actor=bank.manager, text="已核对")
    assert told.get().body == {"decision_id": decision.pk}
    assert HANDLERS[RulesAnswered] == [handlers.carry_on_after_answers]


def test_a_file_too_old_sends_somebody_before_money_moves(asked):
    Survey.objects.update(seen_on=DAY - timedelta(days=400))
    decision = heard(asked.customer, hv_visit_days=400)

    answer = Admission().settle(asked, {}, Heard(decision, {}), at=AT)
    again = Admission().settle(asked, {}, Heard(decision, {}), at=AT)

    task = asked.customer.household.visit_tasks.get(pk=answer.outcome["visit"])
    assert (task.reason, task.status) == ("application", "assigned")
    assert "visit" not in again.outcome
    assert "visit_missing" in _stands_in_the_way(asked)

    visited(asked.customer, seen_on=DAY)
    assert "visit_missing" not in _stands_in_the_way(asked)


def test_a_visit_the_rules_knew_of_is_none_they_asked_for(asked):
    with_decision(asked, hv_visit_days=None)
    assert selectors.is_visited_as_asked(asked)

    Survey.objects.all().delete()
    assert not selectors.is_visited_as_asked(asked)


class TestEvidenceBeforeMoney:
    """A refusal found after the vote, set aside by head office: its medium rules still ask."""

    def refused_since(self, asked):
        made = heard(asked.customer, gov_dishonest=True, gov_suit_def_24m=1, phone_name_match=False)
        made.purpose = "application"
        made.save(update_fields=["purpose"])
        return made

    def set_aside(self, refused):
        Parameter.objects.filter(name="override.longest_days").update(value=5000)
        made = overriding.propose(
            refused.pk,
            actor=make.staff(Role.RISK_OFFICER),
            reason="失信已履行完毕",
            limit_factor=Decimal("0.70"),
            valid_until=date(2036, 12, 31),
            at=AT,
        )
        return overriding.approve(made.pk, actor=make.staff(Role.RISK_OFFICER), at=AT)

    def test_an_override_lets_no_money_go_until_its_medium_rules_have_evidence(self, asked, bank):
        with_decision(asked)
        refused = self.refused_since(asked)
        assert "rules_refuse" in _stands_in_the_way(asked)

        again = self.set_aside(refused)
        assert "M02" in again.override.codes
        assert "rules_refuse" not in _stands_in_the_way(asked)
        assert "evidence_missing" in _stands_in_the_way(asked)

        answering.answer(again.pk, "M02", actor=bank.manager, text="已撤诉，见裁定书")
        assert "evidence_missing" not in _stands_in_the_way(asked)

    def test_what_was_found_while_it_was_a_refusal_is_enough(self, asked, bank):
        with_decision(asked)
        refused = self.refused_since(asked)
        answering.answer(refused.pk, "M02", actor=bank.manager, text="已撤诉，见裁定书")

        self.set_aside(refused)

        assert "evidence_missing" not in _stands_in_the_way(asked)

    def test_a_newer_decision_for_review_asks_too(self, asked):
        with_decision(asked)
        newer = heard(asked.customer, gov_suit_def_24m=1)
        assert "evidence_missing" not in _stands_in_the_way(asked)

        type(newer).objects.filter(pk=newer.pk).update(purpose="application")

        assert "evidence_missing" in _stands_in_the_way(asked)

    def test_the_last_evidence_lets_the_payment_be_looked_at_again(self, asked, bank, monkeypatch):
        with_decision(asked)
        ApplicationStep.objects.filter(application=asked, node="disbursement_check").update(
            status="active"
        )
        again = self.set_aside(self.refused_since(asked))
        handed = []
        monkeypatch.setattr(handlers, "hand_over", lambda _task, pk: handed.append(pk))

        answering.answer(again.pk, "M02", actor=bank.manager, text="已撤诉，见裁定书")
        told = Outbox.objects.filter(kind="admission.RulesAnswered").get()
        handlers.carry_on_after_answers(RulesAnswered(**told.body))

        assert handed == [asked.pk]


class TestRefusedSince:
    """Somebody refused after the vote stays refused until that refusal itself is taken back."""

    def of_applications(self, asked, **known):
        made = heard(asked.customer, **known)
        made.purpose = "application"
        made.save(update_fields=["purpose"])
        return made

    def test_a_decision_about_something_else_lifts_no_refusal(self, asked):
        with_decision(asked)
        assert "rules_refuse" not in _stands_in_the_way(asked)

        self.of_applications(asked, gov_dishonest=True)
        self.of_applications(asked)

        assert "rules_refuse" in _stands_in_the_way(asked)

    def test_an_appeal_that_was_corrected_lifts_the_refusal_it_was_against(self, asked):
        with_decision(asked)
        refused = self.of_applications(asked, gov_dishonest=True)
        appeal = appeals.open_appeal(
            refused.pk, customer_id=asked.customer_id, statement="已经还清", at=AT
        )
        again = self.of_applications(asked)
        assert "rules_refuse" in _stands_in_the_way(asked)

        appeal.correct(by=make.staff(), at=AT, answer="已更正", again=again)
        appeal.save()

        assert "rules_refuse" not in _stands_in_the_way(asked)

    def test_a_refusal_before_what_was_voted_on_is_history(self, asked):
        self.of_applications(asked, gov_dishonest=True)
        with_decision(asked)

        assert "rules_refuse" not in _stands_in_the_way(asked)


def _stands_in_the_way(asked):
    asked.approved_amount = asked.asked_amount
    return disbursement.obstacles(asked)
