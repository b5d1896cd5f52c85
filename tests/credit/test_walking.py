"""One walker at a time, and what is written down on the way."""

import re
import threading

import pytest
from django.db import connection

from admission.models import Decision
from credit.services import applications
from credit.services.walking import LOCK_SPACE
from credit.tasks import sweep_applications
from tests.credit import lend
from tests.credit.conftest import AT
from village.models import Customer

pytestmark = pytest.mark.django_db


class Walker:
    """Another session that holds an application for as long as the block lasts."""

    def __init__(self, application):
        self._pk, self._holds, self._lets_go = application.pk, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._walk)

    def _walk(self):
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_SPACE, self._pk])
                self._holds.set()
                self._lets_go.wait(60)
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, self._pk])
        finally:
            connection.close()

    def __enter__(self):
        self._thread.start()
        assert self._holds.wait(60)

    def __exit__(self, *_):
        self._lets_go.set()
        self._thread.join()


def test_whoever_lets_it_go_on_the_customer_reads_chinese(bank, borrower, in_english):
    lend.line(borrower)
    asked = lend.application(borrower)
    Customer.objects.filter(pk=borrower.customer.pk).update(state=Customer.State.DIED)

    refused = applications.advance(asked.pk, at=AT)

    assert refused.status == "rejected"
    assert refused.refusal_text
    assert not re.search("[A-Za-z]", refused.refusal_text)


@pytest.mark.django_db(transaction=True)
def test_a_walk_begun_from_within_a_walk_is_left_to_the_first(bank, borrower, outside, at_once):
    """Where no broker stands between the two, a decision made on the way tells the application of
    itself before it is written down there."""
    lend.line(borrower)
    lend.authorise(borrower)
    asked = lend.application(borrower)

    gone_on = applications.advance(asked.pk, at=AT)

    assert gone_on.status == "signing"
    assert Decision.objects.filter(customer=borrower.customer).count() == 1
    assert applications.advance(asked.pk, at=AT).status == "signing"


def test_the_sweep_leaves_whoever_is_walked_with_and_does_not_stand_behind_them(
    bank, borrower, outside
):
    lend.line(borrower)
    asked = lend.application(borrower)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")

    with Walker(asked):
        sweep_applications()
        asked.refresh_from_db()
        assert asked.status == "submitted"

    sweep_applications()
    asked.refresh_from_db()
    assert asked.status == "screening"
