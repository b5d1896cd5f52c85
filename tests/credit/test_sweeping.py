"""One application that breaks down keeps no other from going on."""

import logging

import pytest
from django.core.cache import cache

from admission.sources.breaker import breakers
from core.models import Notice
from credit import tasks
from credit.models import Application
from credit.services import sweeping
from tests.credit import lend
from tests.credit.conftest import Borrower, spotless
from tests.credit.test_guarantors import neighbour

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_broken():
    cache.clear()
    breakers.reset()
    yield
    breakers.reset()


@pytest.fixture
def two(borrower, village, county, outside):
    """Two applications; the first stands before a node that was taken out of the code."""
    person = neighbour(village, spotless(county)[1])
    other = Borrower(person.household, person, borrower.campaign)
    made = []
    for each in (borrower, other):
        lend.line(each)
        lend.authorise(each)
        made.append(lend.application(each))
    made[0].steps.filter(status="waiting").update(node="taken out of the code")
    return made


def test_the_sweep_goes_on_with_the_next(two, caplog):
    broken, sound = two

    with caplog.at_level(logging.ERROR, logger="qianmo.credit"):
        tasks.sweep_applications()

    sound.refresh_from_db()
    assert (sound.status, sound.admission.outcome) == (Application.Status.APPROVING, "notice")
    assert f"Application {broken.pk} could not go on" in caplog.text
    assert "taken out" not in caplog.text


def test_the_administrators_are_told_once_it_happened_some_times_running(two):
    broken, _sound = two
    told = Notice.objects.filter(role="administrator", title__contains=broken.number)

    for _ in range(sweeping.TOLD_AFTER - 1):
        tasks.sweep_applications()
    assert not told.exists()
    for _ in range(3):
        tasks.sweep_applications()

    assert told.get().url == f"/admin/credit/application/{broken.pk}/change/"
