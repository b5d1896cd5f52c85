"""What a later round, a visit or a person makes of what was granted or left open."""

import pytest

from core.errors import SameHands
from core.models import AuditEntry
from core.roles import Role
from credit.errors import AmountNotOffered, ManualCaseOnly
from credit.models import CreditLine, LimitDecision
from credit.services import granting, settling
from tests import make
from tests.credit.judged import YUAN, decision_of, grant, next_round, reviewed, visited
from village.models import Household, ListFlag
from visits.events import VisitAccepted

pytestmark = pytest.mark.django_db


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
