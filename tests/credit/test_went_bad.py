"""What became of customers after a decision, as credit tells admission."""

from datetime import date, timedelta

import polars as pl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from admission.sources.afterwards import afterwards
from tests import make
from tests.credit.lent import LENT_ON, loan

pytestmark = pytest.mark.django_db
DAY = date(2027, 6, 30)


def became(*customers, decided_on=LENT_ON, day=DAY):
    return followed([(each.pk, decided_on) for each in customers], day=day)


def followed(decisions, day=DAY):
    """Of decisions, as customer and day, the newest last: what followed each."""
    asked = pl.DataFrame(decisions, schema=["customer_id", "as_of"], orient="row")
    told = afterwards(asked.with_row_index("decision"), day=day).to_dicts()
    return [(each["borrowed"], each["overdue_90"], each["overdue_12m"]) for each in told]


def lent(*, paid=True, worst=0):
    """A loan whose instalments were all paid when they fell due, or never."""
    made = loan()
    made.worst_days_past_due = worst
    made.save(update_fields=["worst_days_past_due"])
    if paid:
        for each in made.instalments.all():
            each.paid_on = each.due_on
            each.save(update_fields=["paid_on"])
    return made


def test_who_never_borrowed_did_not_go_bad(db):
    assert became(make.customer()) == [(False, False, False)]


@pytest.mark.parametrize(
    ("paid", "worst", "told"),
    [
        (True, 0, (True, False, False)),
        (False, 89, (True, False, True)),
        (False, 90, (True, True, True)),
    ],
)
def test_days_past_due_and_lateness_are_told_apart(paid, worst, told):
    assert became(lent(paid=paid, worst=worst).customer) == [told]


def test_a_loan_from_before_the_decision_says_nothing_about_it():
    customer = lent(paid=False, worst=200).customer

    assert became(customer, decided_on=date(2026, 3, 3)) == [(False, False, False)]


def test_a_loan_follows_the_newest_decision_before_it_and_no_other():
    customer = lent(paid=False, worst=120).customer.pk
    earlier, later = LENT_ON - timedelta(days=30), LENT_ON + timedelta(days=30)

    told = followed([(customer, earlier), (customer, LENT_ON), (customer, later)])

    assert [each[0] for each in told] == [False, True, False]
    assert followed([(customer, earlier), (customer, later)])[0] == (True, True, True)


def test_an_instalment_that_is_not_due_yet_is_not_late():
    assert became(lent(paid=False).customer, day=date(2026, 4, 20)) == [(True, False, False)]


def test_ten_more_customers_cost_no_more_queries():
    def queries(customers):
        with CaptureQueriesContext(connection) as seen:
            became(*customers)
        return len(seen)

    people = [lent().customer for _ in range(3)]
    assert queries(people) == queries(people[:1]) == 2
