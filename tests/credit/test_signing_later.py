"""Whoever signs some days after they applied is heard: the day is for the rules, not the leave."""

from datetime import timedelta

import pytest

from admission import services as admission
from admission.services import authorisations
from admission.sources.breaker import breakers
from credit.models import BusinessDay, ProcessTemplate
from credit.services import applications, guarantors
from tests import make
from tests.credit import lend
from tests.credit.conftest import AT, DAY, spotless
from tests.credit.test_guarantors import GUARANTEED, neighbour

pytestmark = pytest.mark.django_db(transaction=True)
NEXT_DAY = AT + timedelta(days=1)


@pytest.fixture(autouse=True)
def _nothing_broken():
    breakers.reset()
    yield
    breakers.reset()


@pytest.fixture
def next_day(bank):
    """The bank works the day after that of the application."""
    BusinessDay.objects.create(day=DAY, status="closed")


def sign(person, purpose, at=NEXT_DAY):
    return admission.authorise(
        person.pk, purpose=purpose, actor=None, at=at, valid_until=DAY + timedelta(days=3650)
    )


def test_an_application_goes_on_with_a_signature_of_the_next_day(borrower, outside, next_day):
    lend.line(borrower)
    asked = lend.application(borrower)
    applications.advance(asked.pk, at=AT)

    leave = sign(borrower.customer, "application")
    done = applications.advance(asked.pk, at=NEXT_DAY)

    assert (done.status, done.authorisation) == ("signing", leave)
    assert done.admission.as_of == DAY


def test_a_guarantor_may_sign_the_next_day(bank, borrower, village, county, outside, next_day):
    ProcessTemplate.objects.filter(code="online").update(nodes=GUARANTEED)
    friend = neighbour(village, spotless(county)[1])
    lend.line(borrower)
    sign(borrower.customer, "application", at=AT)
    asked = lend.application(borrower)
    guarantors.name(asked.pk, customer_id=friend.pk, actor=bank.manager, at=AT)
    applications.advance(asked.pk, at=AT)

    sign(friend, "guarantee")
    applications.advance(asked.pk, at=NEXT_DAY)

    assert asked.guarantors.get().status == "accepted"


def test_a_spouse_may_sign_the_next_day(borrower, outside, next_day):
    spouse = make.customer(borrower.household, role="spouse", sex="female")
    borrower.customer.marital = "已婚"
    borrower.customer.save()
    sign(borrower.customer, "application", at=AT)
    sign(spouse, "application")

    decided = admission.decide(borrower.customer.pk, purpose="application", as_of=DAY, actor=None)

    assert decided.inputs["spouse_authorised"] is True


def test_a_signature_that_lies_ahead_allows_nothing(borrower, next_day):
    sign(borrower.customer, "application", at=AT + timedelta(days=2))

    live = authorisations.usable(purpose="application", on=DAY + timedelta(days=5))

    assert not live.exists()
