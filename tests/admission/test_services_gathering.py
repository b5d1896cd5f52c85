"""Two at the same time: one authorisation, one bureau query."""

import threading
import time
from concurrent.futures import Executor
from dataclasses import replace

import pytest
from django.db import connection, transaction

from admission import services
from admission.models import Authorisation, AuthorisationRequest, SourceRecord
from admission.services import gathering as gathering_module
from admission.services.gathering import Person, gather, gathering
from admission.sources import SOURCES, Question
from admission.sources.asking import send
from core.roles import Role
from tests import make
from tests.admission.conftest import AS_OF, allow
from tests.waiting import until_others_wait


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_use_one_authorisation_once(world):
    customer = world.customer("sound")
    person = Person(customer, allow(customer))

    def ask():
        try:
            gather([person], ["pboc"], as_of=AS_OF, at_once=1)
        finally:
            connection.close()

    both = [threading.Thread(target=ask) for _ in range(2)]
    with transaction.atomic():
        Authorisation.objects.select_for_update().get()
        for each in both:
            each.start()
        until_others_wait(len(both))
    for each in both:
        each.join()

    assert sorted(SourceRecord.objects.values_list("status", flat=True)) == ["answered", "failed"]


@pytest.mark.django_db
def test_a_bureau_is_not_asked_under_a_leave_withdrawn_meanwhile(world):
    customer = world.customer("sound")
    authorisation = allow(customer)
    services.withdraw(authorisation.pk, actor=None, at=authorisation.granted_at)

    records = gather([Person(customer, authorisation)], ["pboc"], as_of=AS_OF, at_once=1)

    assert records[customer.pk]["pboc"].status == "failed"
    assert Authorisation.objects.get().bureau_asked_at is None


@pytest.mark.django_db
def test_each_bureau_is_asked_once_under_one_leave_and_when_it_suits(world):
    customer = world.customer("sound")
    person = Person(customer, allow(customer))

    def ask(name):
        found = gather([person], [name], as_of=AS_OF, at_once=1, anew=[name])
        return found[customer.pk][name].status

    assert [ask(each) for each in ("pboc", "baihang", "baihang", "pboc")] == [
        "answered", "answered", "failed", "failed",
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_bureau_that_delivered_nothing_gives_back_its_own_question_alone(world):
    customer = world.customer("sound")
    leave = allow(customer)
    world.faults.set("baihang", "500", None)

    gather([Person(customer, leave)], ["pboc", "baihang"], as_of=AS_OF, at_once=2)

    leave.refresh_from_db()
    assert leave.bureau_asked_at is not None
    assert leave.baihang_asked_at is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("purpose", "capacity", "code"),
    [
        ("granting", None, "02"),
        ("application", "applicant", "02"),
        ("application", "spouse", "02"),
        ("application", "guarantor", "08"),
        ("post_loan", None, "01"),
        ("post_loan", "guarantor", "01"),
    ],
)
def test_a_report_is_asked_for_under_the_code_of_its_reason(world, purpose, capacity, code):
    customer = world.customer("sound")
    leave = allow(customer, purpose=purpose)
    if capacity:
        AuthorisationRequest.objects.create(
            customer=customer, applicant=customer, capacity=capacity, purpose=purpose,
            authorisation=leave, asked_by=make.staff(Role.CUSTOMER_MANAGER),
            asked_at=leave.granted_at,
            expires_at=leave.granted_at, token_hash=capacity,
        )  # fmt: skip

    records = gather([Person(customer, leave)], ["pboc"], as_of=AS_OF, at_once=1)

    assert f"<PA01BD02>{code}</PA01BD02>" in records[customer.pk]["pboc"].raw


@pytest.mark.django_db
def test_only_the_bureau_is_told_a_reason(world):
    customer = world.customer("sound")
    person = Person(customer, allow(customer))
    bodies = []

    class Line:
        def post(self, source, path, body, **_manners):
            bodies.append((source, body))
            return b"{}"

    for name in ("pboc", "baihang", "courts"):
        send(Question(SOURCES[name], person.subject, 7, AS_OF), {}, Line())

    assert [(source, "reason" in body) for source, body in bodies] == [
        ("pboc", True), ("baihang", False), ("courts", False),
    ]  # fmt: skip


@pytest.mark.django_db
def test_an_answer_given_for_one_purpose_is_not_used_for_another(world):
    customer = world.customer("sound")
    granting, applying = allow(customer), allow(customer, purpose="application")
    gather([Person(customer, granting)], ["courts"], as_of=AS_OF, at_once=1)

    gather([Person(customer, applying)], ["courts"], as_of=AS_OF, at_once=1)

    assert SourceRecord.objects.filter(source="courts").count() == 2


@pytest.mark.django_db
def test_both_offices_of_one_register_are_asked_side_by_side(world):
    customer = world.customer("sound")
    person = Person(customer, allow(customer))
    world.faults.set("*", "slow:1", None)
    began = time.monotonic()

    records = gather([person], ["provident_fund", "real_estate", "valuers"], as_of=AS_OF, at_once=6)

    assert time.monotonic() - began < 2
    assert {each.status for each in records[customer.pk].values()} == {"answered"}
    assert all(each.took_ms >= 1000 for each in records[customer.pk].values())


@pytest.mark.django_db
def test_half_an_answer_is_none(world):
    customer = world.customer("sound")
    world.faults.set("real-estate", "500", 3)

    records = gather([Person(customer, allow(customer))], ["real_estate"], as_of=AS_OF, at_once=1)

    record = records[customer.pk]["real_estate"]
    assert (record.status, record.values) == ("failed", {})
    assert "county" in record.raw


@pytest.mark.django_db
def test_what_was_heard_is_kept_though_the_work_meanwhile_fails(world):
    customer = world.customer("sound")
    people = [Person(customer, allow(customer))]

    def fail():
        with gathering(people, ["pboc"], as_of=AS_OF, at_once=1) as records:
            assert records[customer.pk] == {}
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert SourceRecord.objects.get().status == "answered"


@pytest.mark.django_db
def test_a_fresh_answer_is_not_paid_for_twice(world):
    customer = world.customer("sound")
    person = Person(customer, allow(customer))
    first = gather([person], ["courts"], as_of=AS_OF, at_once=1)

    again = gather([person], ["courts"], as_of=AS_OF, at_once=1)

    assert SourceRecord.objects.count() == 1
    assert again[customer.pk]["courts"] == first[customer.pk]["courts"]


@pytest.mark.django_db
def test_a_fault_of_ours_costs_the_others_nothing_and_gives_an_unsent_query_back(
    world, monkeypatch
):
    customer = world.customer("sound")
    leave = allow(customer)
    unwritable = replace(SOURCES["pboc"], also=((("more", object()),),))
    monkeypatch.setitem(SOURCES, "pboc", unwritable)

    records = gather(
        [Person(customer, leave)], ["baihang", "courts", "pboc"], as_of=AS_OF, at_once=3
    )

    assert {name: each.status for name, each in records[customer.pk].items()} == {
        "baihang": "answered", "courts": "answered", "pboc": "failed",
    }  # fmt: skip
    leave.refresh_from_db()
    assert leave.bureau_asked_at is None
    assert leave.baihang_asked_at is not None


class Exhausted(Executor):
    """A pool that can begin no more threads; what it is given lies there and may be taken later."""

    def __init__(self, *, takes):
        self.left, self._takes = [], takes

    def submit(self, work):
        self.left.append(work)
        if self._takes:
            work()
        raise RuntimeError("can't start new thread")


@pytest.mark.django_db
@pytest.mark.parametrize(("takes", "status"), [(False, "failed"), (True, "answered")])
def test_a_question_no_thread_takes_is_never_asked_and_one_taken_is_heard(
    world, monkeypatch, takes, status
):
    customer = world.customer("sound")
    leave = allow(customer)
    pool = Exhausted(takes=takes)
    monkeypatch.setattr(gathering_module, "askers", lambda: pool)
    world.faults.set("pboc", "slow:0", 5)

    records = gather([Person(customer, leave)], ["pboc"], as_of=AS_OF, at_once=None)
    for work in [] if takes else pool.left:
        work()

    assert records[customer.pk]["pboc"].status == status
    assert world.faults.list()[0]["times"] == 5 - takes
    leave.refresh_from_db()
    assert (leave.bureau_asked_at is not None) is takes
