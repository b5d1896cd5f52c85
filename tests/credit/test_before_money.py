"""What a rule asks for before the machine approves and before money moves."""

from datetime import timedelta

import pytest

from admission.events import RulesAnswered
from admission.services import answering
from config.wiring import HANDLERS
from core.models import Notice, Outbox
from credit import handlers, selectors
from credit.nodes.approval import Approval
from credit.nodes.base import Done
from credit.nodes.screening import Admission, Heard
from credit.services import disbursement
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


def _stands_in_the_way(asked):
    asked.approved_amount = asked.asked_amount
    return disbursement.obstacles(asked)
