"""An application that waits for admission: asked again in good time, and not for ever."""

from datetime import timedelta

import pytest

from admission import services as admission
from admission.events import AnswerReadAgain, CustomerDecided
from admission.models import Authorisation, Decision, SourceRecord
from admission.services import deciding
from admission.services.reading_again import read_again
from admission.sources.breaker import breakers
from admission.sources.pboc import codes
from config.wiring import HANDLERS
from credit import handlers
from credit.models import BusinessDay
from credit.services import applications
from tests.admission.heard import heard
from tests.credit import lend
from tests.credit.conftest import AT, DAY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_broken():
    breakers.reset()
    yield
    breakers.reset()


def test_whoever_waits_is_decided_again_only_when_something_is_new(bank, borrower, outside):
    lend.line(borrower)
    lend.authorise(borrower)
    asked = lend.application(borrower)
    outside.app.faults.set("police", "500", None)
    first = applications.advance(asked.pk, at=AT).admission
    Decision.objects.update(decided_at=AT)

    for minutes in (1, 4):
        applications.advance(asked.pk, at=AT + timedelta(minutes=minutes))
    assert Decision.objects.count() == 1

    applications.advance(asked.pk, at=AT + timedelta(minutes=6))
    assert Decision.objects.count() == 2
    Decision.objects.filter(pk__gt=first.pk).update(decided_at=AT + timedelta(minutes=6))
    applications.advance(asked.pk, at=AT + timedelta(minutes=12))
    assert Decision.objects.count() == 2

    outside.app.faults.clear()
    lend.authorise(borrower)
    assert applications.advance(asked.pk, at=AT + timedelta(minutes=13)).status == "signing"


def test_sources_that_stay_silent_are_asked_eight_times_a_day(bank, borrower, outside):
    decision = heard(borrower.customer)
    decision.outcome, decision.records = "wait", [{"source": "police", "status": "failed"}]
    decision.save()

    def asked_again(minutes):
        return admission.may_be_asked_again(decision, at=decision.decided_at + minutes)

    assert asked_again(timedelta(minutes=6))
    for _ in range(7):
        decision.pk = None
        decision.save()
    assert not asked_again(timedelta(hours=23))


def test_a_spent_authorisation_asks_for_another_signature(bank, borrower, outside):
    lend.line(borrower)
    leave = lend.authorise(borrower)
    Authorisation.objects.filter(pk=leave.pk).update(bureau_asked_at=AT)
    asked = lend.application(borrower)

    applications.advance(asked.pk, at=AT)
    step = asked.steps.get(status="active")
    assert (step.node, step.outcome["waits_for"]) == ("admission", "signature_again")
    applications.advance(asked.pk, at=AT + timedelta(hours=5))
    assert Decision.objects.count() == 1

    lend.authorise(borrower)
    assert applications.advance(asked.pk, at=AT + timedelta(hours=6)).status == "signing"


def test_an_authorisation_that_ends_meanwhile_is_waited_for(bank, borrower, outside):
    lend.line(borrower)
    leave = lend.authorise(borrower)
    asked = lend.application(borrower)
    outside.app.faults.set("police", "500", None)
    applications.advance(asked.pk, at=AT)
    admission.withdraw(leave.pk, actor=None, at=AT)

    applications.advance(asked.pk, at=AT)

    assert asked.steps.get(status="active").outcome["waits_for"] == "authorisation"


@pytest.fixture
def waiting(bank, borrower, outside):
    """An application that waits for police and bureau, which are well again the next day."""
    lend.line(borrower)
    lend.authorise(borrower)
    asked = lend.application(borrower)
    for source in ("police", "pboc"):
        outside.app.faults.set(source, "500", None)
    assert applications.advance(asked.pk, at=AT).admission.outcome == "wait"
    BusinessDay.objects.create(day=DAY, status="closed")
    outside.app.faults.clear()
    breakers.reset()
    return asked


def test_decided_again_on_a_later_day_it_keeps_its_own_and_goes_on(bank, waiting):
    tomorrow = DAY + timedelta(days=1)

    again = deciding.decide_again(
        applications.advance(waiting.pk, at=AT).admission.pk, actor=bank.publisher, as_of=tomorrow
    )
    done = applications.advance(waiting.pk, at=AT + timedelta(days=1))

    assert again.as_of == DAY
    assert done.status == "signing"
    assert Authorisation.objects.get().bureau_asked_at is not None


def test_a_report_paid_for_on_a_later_day_is_used_for_the_application(bank, borrower, waiting):
    admission.decide(
        borrower.customer.pk,
        purpose="application",
        as_of=DAY + timedelta(days=1),
        actor=bank.manager,
    )

    done = applications.advance(waiting.pk, at=AT + timedelta(minutes=1))

    assert (done.status, done.admission.as_of) == ("signing", DAY)


def test_what_was_decided_elsewhere_wakes_the_application(borrower, waiting, monkeypatch):
    handed = []
    monkeypatch.setattr(handlers, "hand_over", lambda _task, pk: handed.append(pk))
    waits = applications.advance(waiting.pk, at=AT).admission
    made = heard(borrower.customer)

    for each in (waits, made):
        handlers.carry_on_after_decision(CustomerDecided(decision_id=each.pk))
    assert handed == []

    Decision.objects.filter(pk=made.pk).update(purpose="application")
    handlers.carry_on_after_decision(CustomerDecided(decision_id=made.pk))
    assert handed == [waiting.pk]
    assert handlers.carry_on_after_decision in HANDLERS[CustomerDecided]


def test_a_report_that_is_read_again_wakes_the_application_and_needs_no_signature(
    bank, borrower, outside, monkeypatch
):
    lend.line(borrower)
    lend.authorise(borrower)
    asked = lend.application(borrower)
    with monkeypatch.context() as of_old:
        of_old.setattr(codes, "LENDER_TYPES", {})
        applications.advance(asked.pk, at=AT)
    assert asked.steps.get(status="active").outcome["waits_for"] == "signature_again"
    kept = SourceRecord.objects.get(source="pboc", status="quarantined")
    handed = []
    monkeypatch.setattr(handlers, "hand_over", lambda _task, pk: handed.append(pk))

    read_again(kept.pk, actor=bank.publisher, at=AT)
    handlers.carry_on_after_reading(AnswerReadAgain(record_id=kept.pk))

    assert handed == [asked.pk]
    assert handlers.carry_on_after_reading in HANDLERS[AnswerReadAgain]
    assert applications.advance(asked.pk, at=AT + timedelta(minutes=1)).status == "signing"
    assert SourceRecord.objects.filter(source="pboc").count() == 1
