"""The whole road once, in a county of one small village."""

import json

import pytest
from celery import current_app
from django.core.management import CommandError, call_command

from admission.deliveries.classes import CLASSES
from admission.models import Decision, Delivery, Profile
from core import audit
from core.models import Outbox, Run
from credit.models import Application, CreditLine, LimitDecision, Loan
from village.models import Campaign, Outcome, Seat, Sheet

SIZES = ["--seed", "3", "--villages", "1", "--customers", "150"]


@pytest.fixture
def small_county(settings, tmp_path, transactional_db):
    """Where a demo may write; the worker's tasks are done at once while it plays."""
    settings.LOCAL_DIR = tmp_path
    settings.DOCUMENT_ROOT = tmp_path / "documents"
    eager = current_app.conf.task_always_eager
    yield tmp_path
    current_app.conf.task_always_eager = eager


def _play(capsys, *more: str) -> dict:
    call_command("demo", *SIZES, "--json", *more)
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_a_county_goes_the_whole_road_and_nothing_is_lost_on_it(small_county, capsys):
    told = _play(capsys)

    assert told["villages"] == 1
    assert told["customers"] == 150
    assert told["lines"] == CreditLine.objects.count() > 0
    assert told["disbursed"] == Loan.objects.count() > 0
    assert Sheet.objects.count() <= Seat.objects.count()
    assert not LimitDecision.objects.filter(explanation={}).exists()
    assert Campaign.objects.first_rounds().get().status == Campaign.Status.GRANTED
    settled = Outcome.objects.settled().count()
    assert settled + Outcome.objects.doubted().count() == Outcome.objects.count()
    assert settled > 0
    assert told["customers"] >= Profile.objects.count() > 0
    assert set(Delivery.objects.values_list("kind", flat=True)) == set(CLASSES)
    assert not Application.objects.filter(authorisation__document=None).exists()
    decided = Decision.objects.filter(purpose="application").count()
    assert 0 < decided <= Application.objects.count(), "nobody is decided about again and again"
    assert not Outbox.objects.filter(delivered_at=None).exists()
    assert list(audit.verify()) == []
    call_command("verify_ledger")


def test_begun_again_it_goes_on_where_it_was_cut_off_and_ends_the_same(small_county, capsys):
    told = _play(capsys)
    run = Run.objects.get(kind="demo")
    for cut_off in ("months", "names"):
        run.result["stages"].pop(cut_off)
    run.status = Run.Status.RUNNING
    run.save()

    again = _play(capsys)

    same = ("lines", "granted_amount", "applications", "disbursed", "overdue")
    assert {name: again[name] for name in same} == {name: told[name] for name in same}


def test_another_county_over_a_loaded_one_is_refused(small_county, capsys):
    Run.objects.create(
        kind="demo",
        business_day="2026-06-30",
        settings={"seed": 9, "villages": 1, "customers": 1},
        result={"stages": {}},
    )

    with pytest.raises(CommandError, match="--reset --yes"):
        _play(capsys)


def test_emptying_the_database_wants_to_be_meant(small_county):
    with pytest.raises(CommandError, match="--yes"):
        call_command("demo", "--reset")


def test_production_is_never_emptied(settings):
    settings.IS_PRODUCTION = True

    with pytest.raises(CommandError, match="production"):
        call_command("demo", "--reset", "--yes")
