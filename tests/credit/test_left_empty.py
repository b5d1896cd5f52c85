"""A source answered, but not what a rule must know first: asked anew, and named on the page."""

from datetime import timedelta

import pytest
from django.urls import reverse

from admission import services as admission
from admission.models import Decision, SourceRecord
from admission.services import deciding
from core.roles import Role
from credit.services import applications, guarantors
from tests import make
from tests.credit import lend
from tests.credit.conftest import AT, DAY
from tests.credit.test_guarantors import allow, asked, friend, name  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


def not_graded(customer, leave):
    """The desk against money laundering has answered today, but has not graded the customer."""
    return SourceRecord.objects.create(
        customer=customer,
        source="aml",
        authorisation=leave,
        as_of=DAY,
        status="answered",
        asked_at=AT,
        took_ms=1,
        values={"list_hit": False, "risk_grade": None},
        village=customer.village,
    )


@pytest.fixture
def ungraded(bank, borrower, outside):
    """An application that waits for the grade."""
    lend.line(borrower)
    not_graded(borrower.customer, lend.authorise(borrower))
    made = lend.application(borrower)
    assert applications.advance(made.pk, at=AT).admission.outcome == "wait"
    Decision.objects.update(decided_at=AT)
    return made


def test_it_is_asked_anew_after_a_while_and_the_application_goes_on(ungraded):
    soon = applications.advance(ungraded.pk, at=AT + timedelta(minutes=4))
    assert (soon.status, Decision.objects.count()) == ("screening", 1)

    later = applications.advance(ungraded.pk, at=AT + timedelta(minutes=6))

    assert later.status == "signing"
    assert SourceRecord.objects.filter(source="aml").count() == 2
    assert SourceRecord.objects.filter(source="pboc").count() == 1


def test_deciding_again_in_the_back_office_asks_it_anew(ungraded, bank):
    waits = Decision.objects.get()

    again = deciding.decide_again(waits.pk, actor=bank.publisher, as_of=DAY)

    assert again.outcome in ("admit", "notice")


def test_the_page_names_the_field_and_the_rules_that_wait_for_it(ungraded, client):
    client.force_login(make.staff(Role.RISK_OFFICER))
    waits = Decision.objects.get()

    page = client.get(reverse("admin:admission_decision_change", args=[waits.pk]))

    (line,) = page.context["left_empty"]
    assert (line.name, line.fields, line.codes) == ("反洗钱", "反洗钱风险等级", "H04")
    assert "反洗钱风险等级" in page.content.decode()


def test_a_bureau_that_left_something_empty_is_not_asked_a_second_time(ungraded):
    decision = Decision.objects.get()
    decision.unknowns[0] |= {
        "on_unknown": "block_until_available", "values": {"pb_cur_od_cnt": None},
    }  # fmt: skip
    decision.unknowns = decision.unknowns[:1]

    assert admission.empty_sources(decision) == set()
    assert not admission.may_be_asked_again(decision, at=AT + timedelta(hours=9))


def test_a_guarantor_is_heard_again_the_same_way(asked, friend, bank):  # noqa: F811
    name(asked, friend, bank)
    not_graded(friend, allow(friend))
    applications.advance(asked.pk, at=AT)
    assert asked.guarantors.get().admission.outcome == "wait"
    Decision.objects.update(decided_at=AT)

    applications.advance(asked.pk, at=AT + timedelta(minutes=6))

    assert guarantors.decisions_of(asked)[0].outcome in ("admit", "notice")
