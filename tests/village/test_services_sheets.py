"""Which answer sheets are taken in, and which are not."""

import logging
import threading

import pytest
from django.db import connection

from core.models import AuditEntry
from tests import make
from tests.village import neighbourhood
from tests.village.neighbourhood import AT, answers, submit
from village import selectors
from village.errors import AnswersRefused, SheetRefused
from village.models import Customer, Relation, Sheet
from village.services import campaigns, conclusions, sheets
from village.services.sheets import Handed

pytestmark = pytest.mark.django_db
REFUSED = "village.sheet.refused"


@pytest.fixture
def seats():
    return neighbourhood.seats(neighbourhood.opened(12))


def refused_code(callable_, *args, **kwargs):
    with pytest.raises(SheetRefused) as caught:
        callable_(*args, **kwargs)
    return caught.value.code


def test_another_reviewers_seat_is_refused_and_leaves_a_line_without_names(seats, caplog):
    mine = seats[0]
    other = next(each for each in seats if each.reviewer_id != mine.reviewer_id)

    with caplog.at_level(logging.WARNING):
        code = refused_code(
            sheets.submit_sheet,
            other.pk,
            reviewer_id=mine.reviewer_id,
            answers=answers(other, reviewer=mine.reviewer_id),
            at=AT,
        )

    assert code == "not_your_seat"
    assert f"seat {other.pk}" in caplog.text
    assert "户主" not in caplog.text
    assert not Sheet.objects.exists()


def test_answers_about_another_household_are_refused(seats):
    mine, other = seats[0], seats[1]

    code = refused_code(
        sheets.submit_sheet,
        mine.pk,
        reviewer_id=mine.reviewer_id,
        answers=answers(mine, household=other.household_id + 100),
        at=AT,
    )

    assert code == "not_your_seat"


def test_a_second_sheet_is_refused(seats):
    submit(seats[0])

    assert refused_code(submit, seats[0]) == "second_sheet"
    assert Sheet.objects.count() == 1


def test_kinship_registered_after_the_draw_is_still_respected(seats):
    seat = seats[0]
    judge, judged = seat.reviewer.customer, seat.household.members.get(role="head")
    one, other = sorted([judge, judged], key=lambda each: each.pk)
    Relation.objects.create(one=one, other=other, kind="guarantor")

    assert refused_code(submit, seat) == "tied"


def test_a_reviewer_who_married_in_does_not_judge_their_new_household(seats):
    seat = seats[0]
    person = seat.reviewer.customer
    person.role, person.household_id = "other", seat.household_id
    person.save(update_fields=["household", "role"])

    assert refused_code(submit, seat) == "own_household"


@pytest.mark.parametrize("state", ["died", "moved"])
def test_nobody_hands_in_or_takes_back_for_a_reviewer_who_died_or_moved_away(seats, state):
    seat = seats[0]
    other = next(each for each in seats[1:] if each.reviewer_id == seat.reviewer_id)
    before = submit(other)
    Customer.objects.filter(pk=seat.reviewer.customer_id).update(state=state)

    assert refused_code(submit, seat) == "reviewer_gone"
    taking_back = refused_code(
        sheets.withdraw_sheet,
        before.pk,
        reviewer_id=seat.reviewer_id,
        because="看错了",
        at=AT,
    )

    assert taking_back == "reviewer_gone"
    codes = [each.detail["code"] for each in AuditEntry.objects.filter(action=REFUSED)]
    assert codes == ["reviewer_gone", "reviewer_gone"]
    assert selectors.live_sheets(seat.reviewer.campaign_id).get() == before


def test_a_reviewer_who_belongs_to_another_village_by_now_judges_here_no_more(seats):
    seat = seats[0]
    person = seat.reviewer.customer
    elsewhere = make.household()
    person.household, person.village = elsewhere, elsewhere.village
    person.save()

    assert refused_code(submit, seat) == "reviewer_gone"


def test_of_many_sheets_those_of_a_reviewer_who_died_are_passed_by(seats):
    gone = seats[0].reviewer
    Customer.objects.filter(pk=gone.customer_id).update(state="died")
    handed = [Handed(each.pk, each.reviewer_id, answers(each), AT) for each in seats[:8]]

    taken = sheets.submit_sheets(handed)

    theirs = [each.pk for each in seats[:8] if each.reviewer_id == gone.pk]
    assert taken.refused == [(pk, "reviewer_gone") for pk in theirs]
    assert taken.sheets == len(handed) - len(theirs)


def test_what_a_reviewer_handed_in_while_alive_is_heard_after_their_death(seats):
    campaign = seats[0].reviewer.campaign
    neighbourhood.answered(campaign)
    Customer.objects.filter(pk=seats[0].reviewer.customer_id).update(state="died")
    campaigns.seal(campaign.pk, actor=None)

    conclusions.conclude(campaign.pk, actor=None)

    heard = campaign.outcomes.get(household=seats[0].household_id)
    assert (
        heard.sheets
        == heard.valid_sheets
        == len([each for each in seats if each.household_id == seats[0].household_id])
    )


def test_nothing_comes_in_or_goes_out_after_the_seal(seats):
    sheet = submit(seats[0])
    campaigns.seal(seats[0].reviewer.campaign_id, actor=None)

    assert refused_code(submit, seats[1]) == "sealed"
    code = refused_code(
        sheets.withdraw_sheet,
        sheet.pk,
        reviewer_id=seats[0].reviewer_id,
        because="看错了",
        at=AT,
    )
    assert code == "sealed"


def test_a_withdrawn_sheet_says_why_and_makes_room_for_another(seats):
    seat = seats[0]
    first = submit(seat)

    sheets.withdraw_sheet(first.pk, reviewer_id=seat.reviewer_id, because=" 看错了户 ", at=AT)
    second = submit(seat)

    first.refresh_from_db()
    assert (first.withdrawn_because, second.withdrawn_at) == ("看错了户", None)
    assert AuditEntry.objects.filter(action="village.sheet.withdrawn").count() == 1


@pytest.mark.parametrize("because", ["", "   ", "长" * 201])
def test_a_withdrawal_without_a_proper_reason_is_refused(seats, because):
    sheet = submit(seats[0])

    with pytest.raises(AnswersRefused) as caught:
        sheets.withdraw_sheet(sheet.pk, reviewer_id=seats[0].reviewer_id, because=because, at=AT)

    assert caught.value.field == "because"


def test_nobody_withdraws_anothers_sheet(seats):
    sheet = submit(seats[0])
    other = next(each for each in seats if each.reviewer_id != seats[0].reviewer_id)

    code = refused_code(
        sheets.withdraw_sheet, sheet.pk, reviewer_id=other.reviewer_id, because="x", at=AT
    )

    assert code == "not_your_seat"


FULL = {item.name: item.options[0] for item in sheets.STANDARD_FORM.items}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"answers": {}}, "年龄"),
        ({"answers": FULL | {"健康": "好极了"}}, "健康"),
        ({"answers": FULL | {"身高": "一米八"}}, "身高"),
        ({"suggested_fen": None}, "amount"),
        ({"suggested_fen": -100}, "amount"),
        ({"suggested_fen": 10_000_100}, "amount"),
        ({"suggested_fen": 150}, "amount"),
        ({"negatives": frozenset({14})}, "negatives"),
    ],
)
def test_a_sheet_filled_in_wrongly_is_refused_by_its_question(seats, change, field):
    with pytest.raises(AnswersRefused) as caught:
        submit(seats[0], **change)

    assert caught.value.field == field
    assert str(caught.value)
    assert not Sheet.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"knows_household": False, "answers": {}, "suggested_fen": None},
        {"negatives": frozenset({4}), "answers": {}, "suggested_fen": None},
        {"suggested_fen": 0},
    ],
)
def test_not_knowing_warning_and_suggesting_nothing_are_answers_too(seats, change):
    assert submit(seats[0], **change).pk


def test_one_sheet_costs_three_statements_and_many_cost_hardly_more(
    seats, django_assert_num_queries
):
    one, *others = seats[:12]
    with django_assert_num_queries(5):  # the place, the sheet, its audit row, and a savepoint's two
        submit(one)

    with django_assert_num_queries(6):  # ids for the sheets are asked for once
        taken = sheets.submit_sheets(
            [Handed(each.pk, each.reviewer_id, answers(each), AT) for each in others]
        )

    assert (taken.sheets, taken.refused) == (11, [])
    assert AuditEntry.objects.filter(action="village.sheet.submitted").count() == 12


def test_many_sheets_are_refused_by_the_rules_of_one_and_the_good_ones_go_in(seats):
    mine, other = seats[0], next(e for e in seats if e.reviewer_id != seats[0].reviewer_id)
    submit(mine)

    taken = sheets.submit_sheets(
        [
            Handed(mine.pk, mine.reviewer_id, answers(mine), AT),
            Handed(other.pk, mine.reviewer_id, answers(other), AT),
            Handed(other.pk, other.reviewer_id, answers(other), AT),
            Handed(other.pk, other.reviewer_id, answers(other), AT),
        ]
    )

    assert taken.sheets == 1
    assert taken.refused == [
        (mine.pk, "second_sheet"),
        (other.pk, "not_your_seat"),
        (other.pk, "second_sheet"),
    ]
    assert Sheet.objects.count() == 2


def test_a_refusal_stays_in_the_audit_record(seats):
    submit(seats[0])

    refused_code(submit, seats[0])

    entry = AuditEntry.objects.get(action="village.sheet.refused")
    assert entry.object_id == seats[0].reviewer_id
    assert entry.detail == {"seat": seats[0].pk, "code": "second_sheet"}


@pytest.mark.django_db(transaction=True)
def test_two_submissions_of_one_sheet_at_the_same_moment_make_one_sheet():
    seat = neighbourhood.seats(neighbourhood.opened(8))[0]
    ready, outcomes = threading.Barrier(2), []

    def press():
        ready.wait()
        try:
            submit(seat)
            outcomes.append("taken")
        except SheetRefused as exc:
            outcomes.append(exc.code)
        finally:
            connection.close()

    presses = [threading.Thread(target=press) for _ in range(2)]
    for each in presses:
        each.start()
    for each in presses:
        each.join(timeout=30)

    assert sorted(outcomes) == ["second_sheet", "taken"]
    assert Sheet.objects.count() == 1
