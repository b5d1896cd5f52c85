from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from core import events
from core.models import Branch, Outbox
from tests import make

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class BranchOpened:
    branch_id: int


@pytest.fixture
def heard():
    """What the listener heard; the wiring of the whole house is put back afterwards."""
    calls: list[int] = []
    before = dict(events._handlers)
    events.wire({BranchOpened: [lambda event: calls.append(event.branch_id)]})
    yield calls
    events._handlers.clear()
    events._handlers.update(before)


def test_an_event_is_heard_once(heard):
    events.publish(BranchOpened(7))

    assert events.drain() == 1
    assert events.drain() == 0
    assert heard == [7]


def test_the_events_of_a_batch_are_each_heard_in_their_order(heard):
    assert events.publish_all(BranchOpened(n) for n in (3, 1, 2)) == 3

    assert events.drain() == 3
    assert heard == [3, 1, 2]


def test_an_event_disappears_with_the_change_that_caused_it(heard):
    with transaction.atomic():
        events.publish(BranchOpened(7))
        transaction.set_rollback(True)

    assert events.drain() == 0
    assert heard == []


def test_a_handler_that_fails_is_asked_again_later_and_its_work_undone(heard):
    def half_done(event: BranchOpened) -> None:
        make.branch(code="half")
        raise ValueError("the land registry is closed")

    events.wire({BranchOpened: [half_done]})
    events.publish(BranchOpened(7))

    events.drain()

    row = Outbox.objects.get()
    assert row.delivered_at is None
    assert row.attempts == 1
    assert "land registry" in row.error
    assert row.not_before > timezone.now()
    assert not Branch.objects.filter(code="half").exists()


def test_an_event_put_off_is_heard_once_its_time_has_come(heard):
    events.publish(BranchOpened(7))
    Outbox.objects.update(not_before=timezone.now() + timedelta(minutes=1))
    assert events.drain() == 0

    Outbox.objects.update(not_before=timezone.now() - timedelta(seconds=1))

    assert events.drain() == 1
    assert heard == [7]


def test_what_an_event_causes_is_heard_in_the_same_drain(heard):
    def chain(event: BranchOpened) -> None:
        heard.append(event.branch_id)
        if event.branch_id < 3:
            events.publish(BranchOpened(event.branch_id + 1))

    events.wire({BranchOpened: [chain]})
    events.publish(BranchOpened(1))

    events.drain()

    assert heard == [1, 2, 3]
