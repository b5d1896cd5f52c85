"""Of several leaves the one is asked under that was given for this, and whose query is left."""

from datetime import timedelta

import pytest

from admission import services as admission
from admission.models import Authorisation, AuthorisationRequest, SourceRecord
from admission.services import authorisations, authorising_oneself
from credit.services import applications
from tests import make
from tests.credit import lend
from tests.credit.conftest import AT, DAY
from tests.credit.test_guarantors import allow, asked, friend, name  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


def spent(leave):
    Authorisation.objects.filter(pk=leave.pk).update(bureau_asked_at=AT, baihang_asked_at=AT)
    return leave


def asked_under(source="pboc"):
    return set(
        SourceRecord.objects.filter(source=source).values_list("authorisation_id", flat=True)
    )


def in_favour_of(applicant, guarantor):
    """A leave that a guarantor signed on their phone, for one applicant."""
    leave = allow(guarantor)
    AuthorisationRequest.objects.create(
        customer=guarantor, applicant=applicant, capacity="guarantor", purpose="guarantee",
        authorisation=leave, asked_by=make.staff(), asked_at=AT, expires_at=AT,
        identified_at=AT, recognised_at=AT, closed_at=AT, face_score=0.97, status="signed",
        token_hash=str(leave.pk),
    )  # fmt: skip
    return leave


def test_an_older_leave_whose_query_is_left_is_asked_under(borrower, outside):
    lend.line(borrower)
    older = lend.authorise(borrower)
    spent(lend.authorise(borrower))
    made = lend.application(borrower)

    done = applications.advance(made.pk, at=AT)

    assert (done.status, done.authorisation) == ("signing", older)
    assert asked_under() == {older.pk}


def test_of_two_whose_queries_are_left_the_newer_is(borrower, outside):
    lend.authorise(borrower)
    newer = lend.authorise(borrower)

    admission.decide(borrower.customer.pk, purpose="application", as_of=DAY, actor=None)

    assert asked_under() == {newer.pk}


def test_an_older_one_with_its_query_left_may_be_named_and_counts_as_askable(borrower):
    older = lend.authorise(borrower)
    spent(lend.authorise(borrower))
    who, of = borrower.customer.pk, {"purpose": "application", "on": DAY}

    assert authorising_oneself.leave_named(who, older.pk, **of) == older
    assert authorisations.askable([who], **of) == {who: True}


def test_a_guarantor_is_asked_about_under_the_leave_for_this_applicant(asked, friend, bank):  # noqa: F811
    ours = in_favour_of(asked.customer, friend)
    for_another = in_favour_of(make.customer(), friend)
    name(asked, friend, bank)

    applications.advance(asked.pk, at=AT)

    assert asked.guarantors.get().status == "accepted"
    for_another.refresh_from_db()
    assert for_another.bureau_asked_at is None
    assert ours.pk in asked_under()


def test_a_guarantor_has_to_sign_again_though_a_leave_for_another_is_left(
    asked,  # noqa: F811
    friend,  # noqa: F811
    bank,
):
    spent(in_favour_of(asked.customer, friend))
    in_favour_of(make.customer(), friend)
    name(asked, friend, bank)

    applications.advance(asked.pk, at=AT)
    applications.advance(asked.pk, at=AT + timedelta(hours=5))

    step = asked.steps.get(status="active")
    assert (step.node, step.outcome["waits_for"]) == ("guarantors", "guarantor_again")
    assert asked.guarantors.get().admission.outcome == "wait"
