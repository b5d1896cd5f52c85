"""Files of data that wait for a worker: taken in once, whatever becomes of the worker."""

from datetime import timedelta

import pytest

from admission import tasks
from admission.errors import DeliveryRefused
from admission.models import Delivery, Figures, IncomingFile
from admission.services import deliveries, incoming
from core import documents
from core.models import AuditEntry, Notice, Outbox
from core.roles import Role
from tests import make
from tests.admission.brought import AT, odd, paid, text

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The worker is gone."""


def dies_at(step):
    def tell(now):
        if now == step:
            raise Killed

    return tell


def breaks(_step):
    raise ZeroDivisionError("11010519491231002X")


def nobody_listens(_step):
    return None


def lost(document):
    """The sealed file is no longer on the disk."""
    documents._path(document.address).unlink()


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


def test_a_file_at_which_every_worker_stops_is_given_up_and_told_once(received, caplog):
    for _each in range(incoming.TAKEN_UP_AT_MOST + 2):
        incoming.work(received.pk, tell=breaks)

    received.refresh_from_db()
    assert (received.status, received.delivery) == ("refused", None)
    assert received.error
    told = Notice.objects.get()
    assert told.user == received.received_by
    assert "payroll.csv" in told.title
    assert told.url.endswith(f"/files/{received.pk}/")
    assert "ZeroDivisionError" in caplog.text
    assert "11010519491231002X" not in caplog.text
    assert incoming.left_waiting(AT + timedelta(days=1)) == []


def test_a_file_of_which_workers_die_is_given_up_though_none_could_say_so(received):
    for _each in range(incoming.TAKEN_UP_AT_MOST):
        with pytest.raises(Killed):
            incoming.work(received.pk, tell=dies_at("read"))
    assert IncomingFile.objects.get().is_waiting

    incoming.work(received.pk, tell=dies_at("read"))

    assert IncomingFile.objects.get().status == "refused"
    assert Notice.objects.count() == 1


def test_a_file_that_breaks_once_is_taken_in_the_next_time(received):
    incoming.work(received.pk, tell=breaks)
    incoming.work(received.pk, tell=nobody_listens)

    assert IncomingFile.objects.get().status == "taken"
    assert Notice.objects.count() == 0


def test_a_lost_file_keeps_no_later_file_and_no_ordered_delivery_back(received):
    lost(received.file)
    later = incoming.receive(
        text(paid(make.customer())), name="later.csv", actor=received.received_by, at=AT
    )
    _people, made = odd(make.staff(Role.ADMINISTRATOR))
    deliveries.settle(made.pk, take_in=True, actor=make.staff(Role.RISK_OFFICER))

    tasks.take_in_left_files()

    later.refresh_from_db()
    made.refresh_from_db()
    assert (later.status, made.status) == ("taken", "taken")


def test_who_handed_a_file_in_is_told_that_it_was_refused(received):
    undated = incoming.receive(
        text(paid(make.customer(), day="")), name="undated.csv", actor=received.received_by, at=AT
    )

    incoming.work(undated.pk, tell=nobody_listens)

    told = Notice.objects.get()
    assert (told.user, "undated.csv" in told.title) == (received.received_by, True)


def test_an_ordered_delivery_at_which_workers_stop_is_held_back_again_and_says_so():
    clerk, officer = make.staff(Role.ADMINISTRATOR), make.staff(Role.RISK_OFFICER)
    _people, made = odd(clerk)
    deliveries.settle(made.pk, take_in=True, actor=officer)
    for _each in range(incoming.TAKEN_UP_AT_MOST):
        incoming.work_ordered(made.pk, tell=breaks)

    made.refresh_from_db()
    assert (made.status, made.settled_by) == ("held", None)
    assert made.findings[-1]["code"] == "stopped"
    assert {each.user for each in Notice.objects.all()} == {clerk, officer}
    assert incoming.left_ordered() == []

    deliveries.settle(made.pk, take_in=True, actor=officer)
    incoming.work_ordered(made.pk, tell=nobody_listens)

    made.refresh_from_db()
    assert made.status == "taken"
    assert "stopped" not in {each["code"] for each in made.findings}
