"""Many villages granted in one go: together, one after another, by a command."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import runs
from core.models import Outbox, Run
from credit.models import BusinessDay, CreditLine, LimitDecision
from credit.services import granting
from tests import make
from tests.credit.conftest import AT, DAY
from tests.credit.judged import YUAN, reviewed
from village.models import Campaign, Outcome

pytestmark = pytest.mark.django_db
PER_VILLAGE = 3


def elsewhere(**given):
    """A concluded campaign in another village, or a later one in a village given."""
    village = given.pop("village", None) or make.village()
    return Campaign.objects.create(
        village=village,
        seed=1,
        business_day=DAY,
        status=Campaign.Status.CONCLUDED,
        sealed_at=AT,
        seal="x",
        concluded_at=AT,
        **given,
    )


def test_a_village_that_cannot_be_granted_is_named_and_keeps_no_other_waiting(campaign, capsys):
    reviewed(campaign)
    undecided = elsewhere()
    run = granting.open_granting([campaign.pk, undecided.pk], business_day=DAY, actor=None)

    with pytest.raises(CommandError, match=f"1 villages.*--resume {run.pk}"):
        call_command("grant", "--resume", str(run.pk), "--json", "--workers", "1")

    figures = json.loads(capsys.readouterr().out)
    assert (figures["villages"], figures["villages_failed"], figures["lines"]) == (2, 1, 1)


def test_villages_granted_together_get_what_each_would_get_alone(campaign):
    other = elsewhere()
    first, second = reviewed(campaign), reviewed(other, limit=30_000 * YUAN)

    run = granting.open_granting([campaign.pk, other.pk], business_day=DAY, actor=None)
    list(granting.work_through(runs.waiting(run)))

    amounts = dict(CreditLine.objects.values_list("household_id", "amount"))
    assert amounts == {first.pk: 48_000 * YUAN, second.pk: 24_000 * YUAN}
    figures = {int(each.key): each.figures for each in run.shards.all()}
    assert figures[campaign.pk]["amount"] == 48_000 * YUAN
    assert (figures[other.pk]["lines"], figures[other.pk]["pre_grant"]) == (1, 1)
    assert Outbox.objects.filter(kind="credit.LinesGranted").count() == 2


def test_of_two_rounds_of_one_village_taken_up_together_the_later_speaks(campaign):
    later = elsewhere(village=campaign.village, round=campaign.round + 1)
    household, only_first = reviewed(campaign), reviewed(campaign, limit=50_000 * YUAN)
    Outcome.objects.create(
        campaign=later,
        household=household,
        sheets=7,
        valid_sheets=7,
        reviewed_limit=30_000 * YUAN,
        stage=Outcome.Stage.DECIDED,
        decided_at=timezone.now(),
    )

    run = granting.open_granting([campaign.pk, later.pk], business_day=DAY, actor=None)
    list(granting.work_through(runs.waiting(run)))

    line = CreditLine.objects.get(household=household)
    assert (line.amount, line.decision.campaign) == (24_000 * YUAN, later)
    assert LimitDecision.objects.get(household=household).movement == ""
    given = {int(each.key): each.figures["households"] for each in run.shards.all()}
    assert given == {campaign.pk: 1, later.pk: 1}
    assert CreditLine.objects.get(household=only_first).decision.campaign == campaign


def test_granting_more_villages_together_takes_no_more_queries(campaign):
    def work(campaigns):
        for each in campaigns:
            reviewed(each)
        run = granting.open_granting([c.pk for c in campaigns], business_day=DAY, actor=None)
        with CaptureQueriesContext(connection) as seen:
            list(granting.work_through(runs.waiting(run)))
        return len(seen)

    alone = work([campaign])
    together = work([elsewhere() for _ in range(6)])

    # Each village moves along its state machine, is told of, and has its shard written.
    assert together - alone <= 5 * PER_VILLAGE


def test_the_command_grants_on_the_bank_s_day(campaign):
    reviewed(campaign)
    BusinessDay.objects.create(day=DAY - timedelta(days=1), status="closed", closed_at=AT)

    call_command("grant", "--all", "--json", "--workers", "1", stdout=StringIO())

    assert Run.objects.get(kind=granting.KIND).business_day == DAY


def test_the_command_grants_every_village_that_is_ready(campaign, capsys):
    reviewed(campaign)
    waiting = make.village()
    Campaign.objects.create(village=waiting, seed=1, business_day=DAY, status="reviewing")

    call_command("grant", "--all", "--day", DAY.isoformat(), "--json", "--workers", "1")
    first = json.loads(capsys.readouterr().out)
    call_command("grant", "--all", "--day", DAY.isoformat(), "--json", "--workers", "1")
    second = json.loads(capsys.readouterr().out)

    assert (first["villages"], first["lines"], first["amount"]) == (1, 1, "48000.00")
    assert (second["villages"], second["lines"]) == (0, 0)
