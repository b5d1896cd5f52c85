"""Whose line it is, once the head has been refused, has died or left since it was given."""

from datetime import date, timedelta

import pytest

from core.models import AuditEntry, Outbox
from core.roles import Role
from credit.models import CreditLine, LimitDecision
from credit.services import raises, settling
from tests import make
from tests.credit.conftest import DAY
from tests.credit.judged import YUAN, decide, decision_of, grant, next_round, reviewed, visited
from tests.credit.test_granting_again import well_used
from visits.events import VisitAccepted

pytestmark = pytest.mark.django_db
NEXT_YEAR = date(DAY.year + 1, DAY.month, DAY.day)


@pytest.fixture
def household(campaign):
    """A head and a spouse of whom the rules say nothing bad."""
    household = reviewed(campaign)
    decide(make.customer(household, role="spouse", born_on=date(1982, 1, 1)), "admit")
    return household


def is_refused(head):
    decide(head, "refuse")


def has_died(head):
    type(head).objects.filter(pk=head.pk).update(state="died")


def has_left(head):
    type(head).objects.filter(pk=head.pk).update(household=make.household(head.village))


def head_of(household):
    return household.members.get(role="head")


def spouse_of(household):
    return household.members.get(role="spouse")


def again(household, campaign, limit):
    second = next_round(household, campaign, limit=limit * YUAN, on=NEXT_YEAR)
    visited(household, second, limit * YUAN, on=NEXT_YEAR)
    grant(second, on=NEXT_YEAR)
    return LimitDecision.objects.get(campaign=second)


@pytest.mark.parametrize("happened", [is_refused, has_died])
def test_after_a_visit_the_line_is_for_whom_the_limit_was_worked_out(campaign, household, happened):
    grant(campaign)
    happened(head_of(household))
    task = visited(household, campaign, 60_000 * YUAN)

    settling.hear_visit(VisitAccepted(task_id=task.pk))

    spouse, decision, line = spouse_of(household), decision_of(household), CreditLine.objects.get()
    assert (decision.borrower, decision.admission.customer) == (spouse, spouse)
    assert (line.status, line.amount, line.borrower) == ("granted", 60_000 * YUAN, spouse)
    told = AuditEntry.objects.get(action="credit.line.confirmed").detail
    assert told["borrower"] == spouse.pk


@pytest.mark.parametrize("happened", [is_refused, has_died])
def test_a_later_round_gives_an_unsigned_line_to_whom_its_limit_is_for(
    campaign, household, happened
):
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    happened(head_of(household))

    decision = again(household, campaign, 70_000)

    line = CreditLine.objects.exclude(status__in=CreditLine.ENDED).get()
    assert (line.status, line.amount, line.decision) == ("granted", 70_000 * YUAN, decision)
    assert line.borrower == decision.borrower == spouse_of(household)


@pytest.mark.parametrize("status", ["signed", "active"])
@pytest.mark.parametrize(("limit", "amount"), [(90_000, 60_000), (40_000, 40_000)])
@pytest.mark.parametrize("happened", [has_died, has_left])
def test_a_signed_line_whose_borrower_is_gone_is_frozen_and_not_raised(
    campaign, household, status, limit, amount, happened
):
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    CreditLine.objects.update(status=status)
    well_used(household)
    head = head_of(household)
    happened(head)

    decision = again(household, campaign, limit)

    line = CreditLine.objects.get()
    assert decision.borrower == spouse_of(household)
    assert (line.status, line.frozen_from, line.borrower) == ("frozen", status, head)
    assert line.amount == amount * YUAN
    assert decision.movement in ("keep", "lower")
    assert line.frozen_because
    assert AuditEntry.objects.get(action="credit.line.frozen").object_id == line.pk
    assert Outbox.objects.get(kind="credit.LineFrozen").body == {"line_id": line.pk}


def test_no_raise_or_renewal_is_offered_to_who_was_refused_since(campaign, household):
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    CreditLine.objects.update(status="signed", valid_to=NEXT_YEAR + timedelta(days=30))
    well_used(household)
    is_refused(head_of(household))

    decision = again(household, campaign, 90_000)

    line = CreditLine.objects.get()
    assert (decision.movement, decision.borrower) == ("keep", spouse_of(household))
    assert "borrower" in decision.explanation["moved"]["kept_because"]
    assert (line.status, line.amount) == ("signed", 60_000 * YUAN)
    president = make.staff(Role.BRANCH_PRESIDENT)
    assert raises.offer([decision.pk], actor=president, on=NEXT_YEAR) == []
