"""Two clicks, one question to the bureau: the second waits and finds the answers on file."""

import threading
import time

import pytest
from django.db import connection

from admission import services as admission
from admission.models import Decision, SourceRecord
from admission.sources.breaker import breakers
from tests.credit import lend
from tests.credit.conftest import DAY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_broken():
    breakers.reset()
    yield
    breakers.reset()


def beside(customer):
    """A decision under way in a session of its own."""

    def decide():
        try:
            admission.decide(customer.pk, purpose="application", as_of=DAY, actor=None)
        finally:
            connection.close()

    found = threading.Thread(target=decide)
    found.start()
    return found


def test_the_second_of_two_clicks_does_not_bury_an_admission_under_a_wait(borrower, outside):
    lend.authorise(borrower)
    outside.app.faults.set("pboc", "slow:1", None)

    first = beside(borrower.customer)
    time.sleep(0.6)
    outside.app.faults.set("courts", "slow:2", 1)
    second = beside(borrower.customer)
    first.join()
    second.join()

    outcomes = list(Decision.objects.order_by("id").values_list("outcome", flat=True))
    assert len(outcomes) == 2
    assert "wait" not in outcomes
    assert SourceRecord.objects.filter(source="pboc").count() == 1
