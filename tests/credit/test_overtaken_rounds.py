"""What a later round has overtaken: granted again, settled, decided late, it moves nothing."""

from datetime import date

import pytest

from core import runs
from credit.models import CreditLine
from credit.services import granting
from tests.credit.conftest import DAY
from tests.credit.judged import YUAN, decide, grant, next_round, reviewed, visited
from village.models import ListFlag, Outcome
from village.services import stages

pytestmark = pytest.mark.django_db
NEXT_YEAR = date(DAY.year + 1, DAY.month, DAY.day)


def grant_all(on=DAY):
    run = granting.open_granting_of_all(business_day=on, actor=None)
    for shard_id in runs.waiting(run):
        granting.work_shard(shard_id)


def lines_of(household):
    found = CreditLine.objects.filter(household=household).order_by("pk")
    return list(found.values_list("status", "amount"))


def test_granting_an_old_round_again_revives_no_line_that_a_later_one_ended(campaign):
    household, late = reviewed(campaign), reviewed(campaign)
    visited(household, campaign, 60_000 * YUAN)
    waiting = Outcome.objects.filter(household=late)
    waiting.update(stage=Outcome.Stage.INITIAL, decided_at=None)
    grant(campaign)
    decide(household.members.get(), "refuse")
    second = next_round(household, campaign, limit=60_000 * YUAN, on=NEXT_YEAR)
    grant(second, on=NEXT_YEAR)
    assert lines_of(household) == [("closed", 60_000 * YUAN)]
    late.list_flag = ListFlag.BLACK
    late.save()
    stages.void_black(actor=None)

    grant_all(NEXT_YEAR)

    assert lines_of(household) == [("closed", 60_000 * YUAN)]


def test_granting_a_village_again_gives_no_second_line_for_one_that_ran_out(campaign):
    household = reviewed(campaign)
    grant(campaign)
    CreditLine.objects.update(status="expired")

    grant(campaign)

    assert lines_of(household) == [("expired", 48_000 * YUAN)]
