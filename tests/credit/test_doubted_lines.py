"""A spot check found the review wrong after the line was confirmed: what the second look does."""

from datetime import timedelta

import pytest

from core.models import AuditEntry
from core.roles import Role
from credit.errors import RaiseRefused
from credit.models import CreditLine, LimitDecision, LineRaise
from credit.services import lines, raises, settling
from credit.services.contracts import Signature
from tests import make
from tests.credit import lent
from tests.credit.conftest import AT, DAY
from tests.credit.judged import YUAN, decide, decision_of, grant, reviewed, visited
from visits.events import VisitAccepted
from visits.models import VisitTask

pytestmark = pytest.mark.django_db
LATER = DAY + timedelta(days=3)


@pytest.fixture
def household(campaign):
    """A household with a line of 60,000 yuan that a visit confirmed."""
    household = reviewed(campaign)
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    return household


def looked_again(household, limit, *, reason=VisitTask.Reason.SPOT_CHECK, on=LATER):
    """A second visit in the round, accepted and heard."""
    campaign = decision_of(household).campaign
    others = VisitTask.objects.filter(household=household)
    others.exclude(reason=VisitTask.Reason.SPOT_CHECK).update(campaign=None)
    task = others.filter(reason=reason).first()
    if task is None:
        task = visited(household, campaign, limit * YUAN, on=on)
        VisitTask.objects.filter(pk=task.pk).update(reason=reason)
    else:
        task.surveys.update(surveyed_limit=limit * YUAN)
    settling.hear_visit(VisitAccepted(task_id=task.pk))
    return CreditLine.objects.get()


def settle(household, amount):
    settling.settle_manual(
        decision_of(household).pk,
        amount=amount * YUAN,
        actor=make.staff(Role.RISK_OFFICER),
        reason="复查后核定",
    )
    return CreditLine.objects.get()


def test_an_unsigned_line_is_lowered_to_what_the_second_look_found(household):
    line = looked_again(household, 40_000)

    assert (line.status, line.amount) == ("granted", 40_000 * YUAN)
    decision = decision_of(household)
    assert (decision.outcome, decision.limit) == ("grant", 40_000 * YUAN)
    assert decision.explanation["before"]["limit"] == 60_000 * YUAN
    assert AuditEntry.objects.get(action="credit.line.lowered").detail["amount"] == line.amount


def test_an_unsigned_line_ends_where_the_second_look_found_nothing(household):
    assert looked_again(household, 0).status == "closed"
    assert decision_of(household).outcome == "none"


def test_a_second_look_raises_nothing(household):
    line = looked_again(household, 80_000)

    assert (line.status, line.amount) == ("granted", 60_000 * YUAN)
    assert decision_of(household).limit == 60_000 * YUAN
    assert AuditEntry.objects.filter(action="credit.limit.stands").exists()


@pytest.mark.parametrize("status", ["granted", "signed", "active"])
def test_a_visit_for_another_reason_moves_no_line_that_was_confirmed(household, status):
    CreditLine.objects.update(status=status)

    line = looked_again(household, 10_000, reason=VisitTask.Reason.DISAGREEMENT)

    assert (line.status, line.amount) == (status, 60_000 * YUAN)


@pytest.mark.parametrize("status", ["signed", "active"])
@pytest.mark.parametrize("found", [40_000, 0])
def test_a_signed_line_is_frozen_and_waits_for_a_person(household, status, found):
    CreditLine.objects.update(status=status)

    line = looked_again(household, found)

    assert (line.status, line.frozen_from, line.amount) == ("frozen", status, 60_000 * YUAN)
    waiting = LimitDecision.objects.waiting_for_a_person().get()
    assert waiting == decision_of(household)
    assert "spot_check" in waiting.explanation["manual_reasons"]


def test_a_person_gives_the_frozen_line_back_lowered(household):
    CreditLine.objects.update(status="signed")
    looked_again(household, 40_000)

    line = settle(household, 30_000)

    assert (line.status, line.amount) == ("signed", 30_000 * YUAN)
    assert decision_of(household).limit == 30_000 * YUAN


def test_nothing_is_taken_below_what_is_owed(household):
    CreditLine.objects.update(status="active")
    line = CreditLine.objects.get()
    lent.loan(customer=line.borrower, line=line, amount=50_000 * YUAN)
    looked_again(household, 40_000)

    assert settle(household, 30_000).amount == 50_000 * YUAN


@pytest.mark.parametrize(("status", "ended"), [("signed", "closed"), ("active", "frozen")])
def test_a_person_who_gives_nothing_ends_what_was_not_drawn(household, status, ended):
    CreditLine.objects.update(status=status)
    looked_again(household, 0)

    assert settle(household, 0).status == ended


def test_a_line_that_was_frozen_for_something_else_stays_frozen(household):
    CreditLine.objects.update(status="signed")
    lines.freeze(CreditLine.objects.get().pk, reason="涉诉", actor=make.staff())
    looked_again(household, 40_000)

    line = settle(household, 30_000)

    assert (line.status, line.frozen_because, line.amount) == ("frozen", "涉诉", 30_000 * YUAN)


def test_an_unsigned_line_whose_limit_wants_a_person_is_not_drawn_under_meanwhile(household):
    decide(household.members.get(), "manual")

    line = looked_again(household, 40_000)
    assert (line.status, line.frozen_from) == ("frozen", "granted")

    line = settle(household, 40_000)
    assert (line.status, line.amount) == ("granted", 40_000 * YUAN)


def test_once_a_person_has_settled_it_a_visit_for_another_reason_moves_nothing(household):
    CreditLine.objects.update(status="signed")
    looked_again(household, 40_000)
    settle(household, 30_000)
    VisitTask.objects.update(campaign=None)

    line = looked_again(household, 10_000, reason=VisitTask.Reason.DISAGREEMENT)

    assert (line.status, line.amount) == ("signed", 30_000 * YUAN)
    assert decision_of(household).outcome == "grant"


def test_an_unsigned_line_goes_to_whom_the_second_look_finds_fit(household):
    head = household.members.get()
    spouse = make.customer(household, role="spouse")
    decide(spouse, "admit")
    type(head).objects.filter(pk=head.pk).update(state="died")

    line = looked_again(household, 40_000)

    assert (line.borrower, line.amount) == (spouse, 40_000 * YUAN)


def test_a_third_look_leaves_the_line_with_the_person(household):
    CreditLine.objects.update(status="signed")
    looked_again(household, 40_000)

    line = looked_again(household, 60_000)

    assert line.status == "frozen"
    assert decision_of(household).outcome == "manual"
    assert settle(household, 60_000).status == "signed"


def test_an_offer_made_before_the_second_look_is_not_signed_after_it(household):
    CreditLine.objects.update(status="signed", amount=50_000 * YUAN)
    line = CreditLine.objects.get()
    offer = LineRaise.objects.create(
        line=line,
        decision=decision_of(household),
        before=line.amount,
        amount=60_000 * YUAN,
        valid_to=line.valid_to,
        offered_on=DAY,
        offered_until=DAY + timedelta(days=30),
        offered_by=make.staff(Role.BRANCH_PRESIDENT),
    )
    raises.paper(offer.pk)
    looked_again(household, 40_000)
    settle(household, 50_000)

    with pytest.raises(RaiseRefused) as refused:
        raises.sign(offer.pk, signature=Signature("sms", "code-1"), at=AT, on=DAY)

    assert refused.value.code == "overtaken"
