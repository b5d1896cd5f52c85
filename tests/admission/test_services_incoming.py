"""Files of data that wait for a worker: taken in once, whatever becomes of the worker."""

from datetime import timedelta

import pytest

from admission.errors import DeliveryRefused
from admission.models import Delivery, Figures, IncomingFile
from admission.services import deliveries, incoming
from core.models import AuditEntry, Outbox
from core.roles import Role
from tests import make
from tests.admission.brought import AT, odd, paid, text

pytestmark = pytest.mark.django_db


class Killed(Exception):
    """The worker is gone."""


def dies_at(step):
    def tell(now):
        if now == step:
            raise Killed

    return tell


def nobody_listens(_step):
    return None


@pytest.fixture
def received():
    content = text(paid(make.customer()))
    clerk = make.staff(Role.ADMINISTRATOR)
    return incoming.receive(content, name="payroll.csv", actor=clerk, at=AT)


def test_a_file_is_kept_told_of_and_on_record_before_anybody_works_it(received):
    assert received.is_waiting
    assert Outbox.objects.filter(kind__endswith="FileReceived").count() == 1
    assert AuditEntry.objects.filter(action="admission.file.received").count() == 1
    assert Delivery.objects.count() == 0


def test_two_workers_make_one_delivery_of_a_file(received):
    incoming.work(received.pk, tell=nobody_listens)
    incoming.work(received.pk, tell=nobody_listens)

    received.refresh_from_db()
    assert (received.status, received.delivery) == ("taken", Delivery.objects.get())
    assert received.delivery.received_by == received.received_by
    assert AuditEntry.objects.filter(action="admission.delivery.taken").count() == 1


@pytest.mark.parametrize("step", ["read", "match", "write"])
def test_a_worker_that_dies_leaves_the_file_waiting_and_nothing_written(received, step):
    with pytest.raises(Killed):
        incoming.work(received.pk, tell=dies_at(step))

    assert IncomingFile.objects.get().is_waiting
    assert (Delivery.objects.count(), Figures.objects.count()) == (0, 0)
    incoming.work(received.pk, tell=nobody_listens)
    assert Figures.objects.count() == 1


def test_the_sweeper_finds_a_file_only_when_it_has_waited_too_long(received):
    assert incoming.left_waiting(AT + timedelta(minutes=14)) == []
    assert incoming.left_waiting(AT + timedelta(minutes=16)) == [received.pk]


def test_a_file_with_strange_headings_is_refused_at_once_and_not_kept():
    with pytest.raises(DeliveryRefused):
        incoming.receive(b"a,b\n1,2\n", name="x.csv", actor=make.staff(), at=AT)
    assert IncomingFile.objects.count() == 0


def test_a_delivery_that_was_settled_waits_for_its_worker_and_is_taken_in_once():
    _people, made = odd(make.staff(Role.ADMINISTRATOR))
    deliveries.settle(made.pk, take_in=True, actor=make.staff(Role.RISK_OFFICER))
    assert incoming.left_ordered() == [made.pk]

    deliveries.take_in_ordered(made.pk)
    deliveries.take_in_ordered(made.pk)

    assert incoming.left_ordered() == []
    # one is of the delivery before, with which this one was compared
    assert AuditEntry.objects.filter(action="admission.delivery.taken").count() == 2
