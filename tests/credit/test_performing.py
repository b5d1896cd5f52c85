"""How loans went in their first months, as credit tells admission."""

from datetime import date, timedelta

import pytest

from admission.sources.performance import first_bad, performance
from tests.credit.lent import LENT_ON, loan

pytestmark = pytest.mark.django_db
LATER = date(2028, 6, 30)


def paid(made, *, late=0, but=()):
    """Everything paid so many days late, but for the instalments of these numbers."""
    for each in made.instalments.exclude(number__in=but):
        each.paid_on = each.due_on + timedelta(days=late)
        each.save(update_fields=["paid_on"])
    return made


def told(*, months=12, day=LATER):
    return [
        (each["worst_days"], each["is_mature"]) for each in performance(months, day=day).to_dicts()
    ]


@pytest.mark.parametrize("late", [0, 5, 44])
def test_what_was_paid_late_counts_until_it_was_paid(late):
    paid(loan(), late=late)

    assert told() == [(late, True)]


def test_what_was_paid_early_is_not_late():
    paid(loan(), late=-3)

    assert told() == [(0, True)]


def test_what_is_unpaid_counts_until_the_window_ends_and_no_longer():
    made = paid(loan(), but=[1])
    first = made.instalments.order_by("number").first()
    ends = date(LENT_ON.year, LENT_ON.month + 6, LENT_ON.day)

    assert told(months=6) == [((ends - first.due_on).days, True)]


def test_what_is_unpaid_counts_until_the_day_one_looks():
    made = paid(loan(), but=[1])
    first = made.instalments.order_by("number").first()

    assert told(day=first.due_on + timedelta(days=40)) == [(40, False)]


def test_a_window_that_has_not_passed_is_not_mature():
    paid(loan())
    day = LENT_ON + timedelta(days=100)

    assert told(months=3, day=day) == [(0, True)]
    assert told(months=4, day=day) == [(0, False)]


def test_a_loan_of_tomorrow_is_not_known_today():
    loan()

    assert told(day=LENT_ON - timedelta(days=1)) == []


def went_bad(*, bad_days=90, day=LATER):
    return [each["bad_on"] for each in first_bad(bad_days, day=day).to_dicts()]


def test_a_loan_goes_bad_on_the_day_its_first_open_instalment_is_so_old():
    made = paid(loan(), but=[1, 2])
    first = made.instalments.order_by("number").first()
    turns = first.due_on + timedelta(days=90)

    assert went_bad() == [turns]
    assert went_bad(day=turns) == [turns]
    assert went_bad(day=turns - timedelta(days=1)) == [None]


@pytest.mark.parametrize(("late", "is_bad"), [(89, False), (90, True), (120, True)])
def test_paying_late_enough_once_is_bad_for_good(late, is_bad):
    paid(loan(), late=late)

    (bad_on,) = went_bad()
    assert (bad_on is not None) == is_bad
    assert told() == [(late, True)]


def test_nobody_is_bad_who_pays_and_a_loan_of_tomorrow_is_not_known_today():
    paid(loan())

    assert went_bad() == [None]
    assert went_bad(day=LENT_ON - timedelta(days=1)) == []
