"""A household whose line has ended: what gives it a new one on the limit of the same round."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.roles import Role
from credit.errors import LimitAppealNotAllowed
from credit.models import BusinessDay, CreditLine, LimitDecision
from credit.services import limit_appeals, line_ends, lines, settling
from tests import make
from tests.credit.conftest import AT, DAY
from tests.credit.judged import YUAN, decision_of, grant, reviewed, visited
from village.models import Household, ListFlag
from visits.events import VisitAccepted
from visits.models import VisitTask

pytestmark = pytest.mark.django_db
NEXT_DAY = DAY + timedelta(days=1)


def accepted(household, campaign, limit, *, on=DAY):
    """A visit whose acceptance was heard, another one in the round where there was one."""
    VisitTask.objects.filter(household=household).update(reason=VisitTask.Reason.SPOT_CHECK)
    task = visited(household, campaign, limit, on=on)
    settling.hear_visit(VisitAccepted(task_id=task.pk))
    return task


def ended_by_a_visit(household, campaign):
    accepted(household, campaign, 0)


def ended_by_the_black_list(household, campaign):
    Household.objects.update(list_flag=ListFlag.BLACK)
    lines.end_blacklisted()
    Household.objects.update(list_flag=ListFlag.NONE)


def ended_with_its_last_day(household, campaign):
    CreditLine.objects.update(valid_from=DAY - timedelta(days=9), valid_to=DAY)
    line_ends.end_past(NEXT_DAY)


@pytest.mark.parametrize(
    ("ended", "status"),
    [
        (ended_by_a_visit, "closed"),
        (ended_by_the_black_list, "closed"),
        (ended_with_its_last_day, "expired"),
    ],
)
def test_a_visit_after_the_line_has_ended_gives_the_household_a_new_one(campaign, ended, status):
    household = reviewed(campaign)
    grant(campaign)
    ended(household, campaign)

    accepted(household, campaign, 60_000 * YUAN, on=NEXT_DAY)

    old, new = CreditLine.objects.order_by("pk")
    assert (old.status, new.status) == (status, "granted")
    assert (new.amount, new.decision) == (60_000 * YUAN, decision_of(household))
    assert new.valid_from >= old.valid_from
    assert LimitDecision.objects.count() == 1


def test_a_line_after_an_ended_one_runs_from_the_day_it_is_given(campaign):
    household = reviewed(campaign)
    grant(campaign)
    LimitDecision.objects.update(decided_on=DAY - timedelta(days=4 * 365))
    CreditLine.objects.update(valid_from=DAY - timedelta(days=4 * 365), valid_to=DAY)
    line_ends.end_past(NEXT_DAY)
    BusinessDay.objects.create(day=NEXT_DAY, status="closed", closed_at=timezone.now())

    accepted(household, campaign, 60_000 * YUAN, on=NEXT_DAY)

    new = CreditLine.objects.get(status="granted")
    assert new.valid_from == NEXT_DAY + timedelta(days=1)
    assert new.valid_to > new.valid_from


@pytest.mark.parametrize("ended", [ended_by_the_black_list, ended_with_its_last_day])
def test_a_household_without_its_line_asks_a_person_and_gets_another(campaign, ended):
    household = reviewed(campaign)
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    ended(household, campaign)
    decision = decision_of(household)

    assert limit_appeals.may_be_appealed(decision)
    appeal = limit_appeals.open_appeal(decision.pk, statement="已还清", at=AT)
    limit_appeals.change(
        appeal.pk,
        amount=30_000 * YUAN,
        actor=make.staff(Role.RISK_OFFICER),
        answer="核实无误",
        at=AT,
        on=NEXT_DAY,
    )

    old, new = CreditLine.objects.order_by("pk")
    assert appeal.limit_before == 0
    assert old.status in CreditLine.ENDED
    assert (new.status, new.amount, new.decision) == ("granted", 30_000 * YUAN, decision)


def test_an_answer_gives_no_less_than_a_line_given_meanwhile(campaign):
    household = reviewed(campaign)
    grant(campaign)
    ended_by_the_black_list(household, campaign)
    appeal = limit_appeals.open_appeal(decision_of(household).pk, statement="x", at=AT)
    accepted(household, campaign, 60_000 * YUAN, on=NEXT_DAY)
    officer = make.staff(Role.RISK_OFFICER)

    with pytest.raises(LimitAppealNotAllowed):
        limit_appeals.change(
            appeal.pk, amount=30_000 * YUAN, actor=officer, answer="x", at=AT, on=NEXT_DAY
        )

    assert CreditLine.objects.get(status="granted").amount == 60_000 * YUAN
