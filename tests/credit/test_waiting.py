"""An application that waits for admission: asked again in good time, and not for ever."""

from datetime import timedelta

import pytest

from admission import services as admission
from admission.models import Authorisation, Decision
from admission.sources.breaker import breakers
from credit.services import applications
from tests.admission.heard import heard
from tests.credit import lend
from tests.credit.conftest import AT

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
