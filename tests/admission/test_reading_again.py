"""A bureau's report that was put aside when it came, and is read once more."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from admission import handlers, services, tasks
from admission.errors import NotReadAgain
from admission.events import AnswerReadAgain
from admission.models import SourceRecord
from admission.services import deciding
from admission.services.authorisations import answered
from admission.services.reading_again import left_waiting, read_again
from admission.sources import SOURCES
from admission.sources.pboc import codes
from core.models import AuditEntry, Outbox
from core.roles import Role
from tests import make
from tests.admission.conftest import AS_OF, allow, decided, visited
from tests.admission.test_admin_sources import record
from tests.admission.test_sources_pboc import person, report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
UNKNOWN = "PD01AD02 has an unknown code '11'."


@pytest.fixture
def officer(client):
    user = make.staff(Role.RISK_OFFICER)
    client.force_login(user)
    return user


@pytest.fixture
def put_aside():
    """A report with a code that was in no dictionary when it came."""
    customer = make.customer(id_number=person()["id_number"])
    raw = report().decode()
    return record(customer, status="quarantined", raw=raw, error=UNKNOWN, values={})


@pytest.fixture
def pressed(client):
    def press(kept):
        address = reverse("admin:admission_sourcerecord_deed", args=[kept.pk, "read-again"])
        return client.post(address, follow=True)

    return press


def test_a_report_that_is_sound_by_now_counts_as_the_answer_of_its_day(put_aside, officer):
    on_file = {"purpose": put_aside.authorisation.purpose, "on": AS_OF}
    assert not answered([put_aside.customer_id], SOURCES["pboc"], **on_file)

    read = read_again(put_aside.pk, actor=officer, at=timezone.now())

    assert (read.status, read.error, read.as_of) == ("answered", "", AS_OF)
    assert read.values["report_on"] == AS_OF.isoformat()
    assert answered([put_aside.customer_id], SOURCES["pboc"], **on_file)
    entry = AuditEntry.objects.get(action="admission.answer.read_again")
    assert (entry.actor, entry.detail["was"]) == (officer, UNKNOWN)
    assert Outbox.objects.filter(kind__endswith=AnswerReadAgain.__name__).count() == 1


def test_one_that_still_cannot_be_read_stays_aside_and_says_why(put_aside, officer, monkeypatch):
    monkeypatch.setattr(codes, "LENDER_TYPES", {})

    with pytest.raises(NotReadAgain, match="in no dictionary"):
        read_again(put_aside.pk, actor=officer, at=timezone.now())

    put_aside.refresh_from_db()
    assert (put_aside.status, put_aside.error) == ("quarantined", UNKNOWN)
    assert not Outbox.objects.filter(kind__endswith=AnswerReadAgain.__name__).exists()


def test_one_about_another_person_never_becomes_the_customers(put_aside, officer):
    other = make.customer()
    SourceRecord.objects.filter(pk=put_aside.pk).update(customer=other)

    with pytest.raises(NotReadAgain, match="another person"):
        read_again(put_aside.pk, actor=officer, at=timezone.now())


def test_what_the_customer_no_longer_allows_is_not_read(put_aside, officer):
    services.withdraw(put_aside.authorisation_id, actor=officer, at=timezone.now())

    with pytest.raises(NotReadAgain, match="withdrawn"):
        read_again(put_aside.pk, actor=officer, at=timezone.now())


@pytest.mark.parametrize(
    "given", [{"status": "answered", "error": ""}, {"raw": ""}, {"source": "courts"}]
)
def test_only_a_kept_answer_of_a_bureau_that_was_put_aside_is_read(put_aside, officer, given):
    for name, value in given.items():
        setattr(put_aside, name, value)
    put_aside.save()

    with pytest.raises(NotReadAgain, match="not put aside"):
        read_again(put_aside.pk, actor=officer, at=timezone.now())


def test_the_record_s_page_offers_it_to_whoever_may_open_reports(
    put_aside, officer, pressed, client
):
    page = client.get(reverse("admin:admission_sourcerecord_change", args=[put_aside.pk]))
    assert page.context["subtitle"] == f"人行征信 · {put_aside.customer}"
    assert str(page.context["original"]) == f"人行征信 · {put_aside.customer_id}"
    assert "pboc · " not in page.content.decode()
    assert "read-again" in {each.deed.name for each in page.context["deeds"]}

    told = pressed(put_aside)

    put_aside.refresh_from_db()
    assert put_aside.status == "answered"
    assert "read-again" not in {each.deed.name for each in told.context["deeds"]}


def test_nobody_else_may(put_aside, pressed, client):
    client.force_login(make.staff(Role.AUDITOR))

    assert pressed(put_aside).status_code == 403
    put_aside.refresh_from_db()
    assert put_aside.status == "quarantined"


def test_whoever_waited_for_granting_is_decided_anew_and_nobody_is_asked(
    world, rules, officer, monkeypatch
):
    customer = visited(world.customer("sound"))
    leave = allow(customer)
    with monkeypatch.context() as of_old:
        of_old.setattr(codes, "LENDER_TYPES", {})
        waits = decided(customer)
    kept = SourceRecord.objects.get(source="pboc")
    assert (waits.outcome, kept.status) == ("wait", "quarantined")
    handed = []
    monkeypatch.setattr(handlers, "hand_over", lambda task, pk: handed.append((task, pk)))

    read = read_again(kept.pk, actor=officer, at=timezone.now())
    handlers.decide_anew(AnswerReadAgain(record_id=read.pk))

    assert handed == [(tasks.decide_again, waits.pk)]
    again = deciding.decide_again(waits.pk, actor=None, as_of=AS_OF)
    assert (again.outcome, SourceRecord.objects.filter(source="pboc").count()) == ("admit", 1)
    leave.refresh_from_db()
    assert leave.bureau_asked_at


def test_a_decision_whose_turn_the_broker_lost_is_made_when_the_beat_next_looks(
    world, rules, officer, monkeypatch
):
    customer = visited(world.customer("sound"))
    allow(customer)
    with monkeypatch.context() as of_old:
        of_old.setattr(codes, "LENDER_TYPES", {})
        waits = decided(customer)
    kept = SourceRecord.objects.get(source="pboc")

    read = read_again(kept.pk, actor=officer, at=timezone.now())
    assert left_waiting(read.read_again_at + timedelta(minutes=5)) == []
    assert left_waiting(read.read_again_at + timedelta(minutes=20)) == [waits.pk]
    assert left_waiting(read.read_again_at + timedelta(days=3)) == []

    deciding.decide_again(waits.pk, actor=None, as_of=AS_OF)
    assert left_waiting(read.read_again_at + timedelta(minutes=20)) == []


def test_an_answer_that_was_used_and_found_wanting_makes_nobody_decide_for_ever(
    world, rules, officer, monkeypatch
):
    customer = visited(world.customer("sound"))
    allow(customer)
    with monkeypatch.context() as of_old:
        of_old.setattr(codes, "LENDER_TYPES", {})
        decided(customer)
    kept = SourceRecord.objects.get(source="pboc")
    read = read_again(kept.pk, actor=officer, at=timezone.now())
    SourceRecord.objects.filter(pk=kept.pk).update(status="quarantined", error=UNKNOWN)

    assert decided(customer).outcome == "wait"

    assert left_waiting(read.read_again_at + timedelta(minutes=20)) == []


def test_the_beat_hands_lost_decisions_to_workers(monkeypatch):
    handed = []
    monkeypatch.setattr(tasks.reading_again, "left_waiting", lambda _now: [7])
    monkeypatch.setattr(
        tasks.decide_again, "apply_async", lambda args, **_more: handed.append(args)
    )

    tasks.decide_left_waiting()

    assert handed == [(7,)]
