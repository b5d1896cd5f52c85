"""Paper keyed twice: only two people who say the same make a sheet."""

import json

import pytest
from django.db import IntegrityError, transaction

from core.errors import SameHands
from core.models import AuditEntry
from tests import make
from tests.village import neighbourhood
from tests.village.neighbourhood import AT, answers
from village.errors import AnswersRefused, PaperRefused, SheetRefused
from village.models import Customer, PaperSheet, Relation, Sheet
from village.review_rules.form import STANDARD_FORM
from village.services import paper, sheets

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat():
    return neighbourhood.seats(neighbourhood.opened(10))[0]


@pytest.fixture
def clerks():
    return [make.staff(), make.staff()]


def refused(by):
    """By which rules the audit chain says this person's keying was refused."""
    entries = AuditEntry.objects.filter(action="village.sheet.refused", actor=by).order_by("pk")
    return [each.detail["code"] for each in entries]


def key(seat, by, **given):
    return paper.key_sheet(seat.pk, answers=answers(seat, **given), actor=by, at=AT)


def test_two_people_who_key_the_same_make_a_sealed_sheet_and_leave_nothing_behind(seat, clerks):
    once = key(seat, clerks[0])
    twice = key(seat, clerks[1])

    assert (once.status, twice.status) == ("once", "taken")
    assert (twice.first, twice.second) == (None, None)
    assert (twice.sheet.form, Sheet.objects.count()) == ("paper", 1)


def test_nobody_keys_a_sheet_both_times(seat, clerks):
    key(seat, clerks[0])

    with pytest.raises(SameHands):
        key(seat, clerks[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperSheet.objects.update(second_by=clerks[0])


def test_only_the_differing_fields_are_shown_and_settled_by_the_paper(seat, clerks):
    key(seat, clerks[0], amount=30_000)
    differing = key(seat, clerks[1], amount=50_000)

    found = paper.differences(differing)
    assert [(each.field, each.first, each.second) for each in found] == [("amount", 30_000, 50_000)]
    assert not Sheet.objects.exists()
    with pytest.raises(PaperRefused):
        paper.settle(differing.pk, right={}, actor=clerks[0], at=AT)
    settled = paper.settle(differing.pk, right={"amount": 2}, actor=clerks[0], at=AT)

    assert (settled.status, settled.settled_by, settled.differed) == (
        "taken",
        clerks[0],
        ["amount"],
    )
    assert json.loads(Sheet.objects.get().answers)["amount"] == 50_000


@pytest.mark.parametrize("first_knows", [True, False])
def test_what_differs_is_asked_in_the_order_of_the_sheet(seat, clerks, first_knows):
    whole, nothing = {"level": 1.0, "amount": 50_000}, {"knows_household": False, "answers": {}}
    one, other = (whole, nothing) if first_knows else (nothing, whole)
    key(seat, clerks[0], **one)

    differing = key(seat, clerks[1], **other)

    asked = [each.field for each in paper.differences(differing)]
    assert asked == ["knows", *(item.name for item in STANDARD_FORM.items)]


@pytest.mark.parametrize(("clerk", "own"), [(0, 1), (1, 2)])
def test_nobody_who_keyed_a_sheet_says_alone_that_theirs_is_right(seat, clerks, clerk, own):
    key(seat, clerks[0], amount=30_000, level=1.0)
    differing = key(seat, clerks[1], amount=50_000, level=0.0)
    fields = [each.field for each in paper.differences(differing)]
    others = dict.fromkeys(fields, 3 - own)

    for held in ({}, others):
        right = dict.fromkeys(fields, own) | held | {"amount": own}
        with pytest.raises(SameHands):
            paper.settle(differing.pk, right=right, actor=clerks[clerk], at=AT)

    assert not Sheet.objects.exists()
    paper.settle(differing.pk, right=others, actor=clerks[clerk], at=AT)
    assert json.loads(Sheet.objects.get().answers)["amount"] == [50_000, 30_000][clerk]


def test_who_keyed_neither_may_find_either_right(seat, clerks):
    key(seat, clerks[0], amount=30_000, level=1.0)
    differing = key(seat, clerks[1], amount=50_000, level=0.0)
    fields = [each.field for each in paper.differences(differing)]

    right = dict.fromkeys(fields, 1) | {"amount": 2}
    paper.settle(differing.pk, right=right, actor=make.staff(), at=AT)

    assert json.loads(Sheet.objects.get().answers)["amount"] == 50_000


def test_a_sheet_handed_in_by_link_meanwhile_is_not_keyed_again(seat, clerks):
    key(seat, clerks[0])
    neighbourhood.submit(seat)

    with pytest.raises(SheetRefused):
        key(seat, clerks[1])
    assert refused(clerks[1]) == ["second_sheet"]


def test_a_sheet_on_paper_that_was_taken_back_may_be_filled_in_on_paper_again(seat, clerks):
    key(seat, clerks[0])
    first = key(seat, clerks[1])
    sheets.withdraw_sheet(first.sheet_id, reviewer_id=seat.reviewer_id, because="看错了户", at=AT)

    once, twice = key(seat, clerks[0], amount=30_000), key(seat, clerks[1], amount=30_000)

    first.refresh_from_db()
    assert (first.status, once.status, twice.status) == ("discarded", "once", "taken")
    assert first.discarded_because
    assert Sheet.objects.filter(withdrawn_at=None).get() == twice.sheet


def test_paper_is_bound_by_the_rules_of_every_sheet(seat, clerks):
    with pytest.raises(AnswersRefused):
        key(seat, clerks[0], answers={})
    key(seat, clerks[0])
    head = seat.household.members.get(role="head")
    one, other = sorted([seat.reviewer.customer, head], key=lambda each: each.pk)
    Relation.objects.create(one=one, other=other, kind="kin")
    with pytest.raises(SheetRefused):
        key(seat, clerks[1])
    Relation.objects.all().delete()
    neighbourhood.seal(seat.reviewer.campaign)
    with pytest.raises(SheetRefused):
        key(seat, clerks[1])
    assert refused(clerks[1]) == ["tied", "sealed"], "written down, though nothing was keyed"
    assert PaperSheet.objects.get().status == "once"


def test_a_cousins_paper_is_refused_the_first_time_it_is_keyed(seat, clerks):
    head = seat.household.members.get(role="head")
    one, other = sorted([seat.reviewer.customer, head], key=lambda each: each.pk)
    Relation.objects.create(one=one, other=other, kind="kin")

    with pytest.raises(SheetRefused):
        key(seat, clerks[0])

    assert refused(clerks[0]) == ["tied"]
    assert not PaperSheet.objects.exists()


def test_paper_of_a_reviewer_who_died_between_two_keyings_is_not_taken_in(seat, clerks):
    key(seat, clerks[0])
    Customer.objects.filter(pk=seat.reviewer.customer_id).update(state="died")

    with pytest.raises(SheetRefused):
        key(seat, clerks[1])

    assert refused(clerks[1]) == ["reviewer_gone"]
    assert not Sheet.objects.exists()


def test_a_settled_sheet_that_is_refused_is_written_down_too(seat, clerks):
    key(seat, clerks[0], amount=30_000)
    differing = key(seat, clerks[1], amount=50_000)
    neighbourhood.submit(seat)

    with pytest.raises(SheetRefused):
        paper.settle(differing.pk, right={"amount": 2}, actor=clerks[0], at=AT)

    assert refused(clerks[0]) == ["second_sheet"]


def test_what_was_keyed_to_the_wrong_place_is_put_aside_with_a_reason(seat, clerks):
    wrong = key(seat, clerks[0])

    with pytest.raises(PaperRefused):
        paper.discard(wrong.pk, because=" ", actor=clerks[0], at=AT)
    paper.discard(wrong.pk, because="录错了户", actor=clerks[0], at=AT)

    assert key(seat, clerks[0]).status == "once"
    assert AuditEntry.objects.filter(action="village.paper.discarded").count() == 1
