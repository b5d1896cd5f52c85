"""What repayment tells those who weigh the neighbours' judgement, and when."""

from datetime import date

import pytest

from credit.events import DayClosed
from credit.models import Loan
from credit.services.reviewer_feedback import experience, teach_the_review
from tests import make
from tests.credit.lent import LENT_ON, loan
from tests.village.neighbourhood import AT
from village.models import Campaign, Reviewer, ReviewerRecord, Seat
from village.services.accuracy import Experience

pytestmark = pytest.mark.django_db
LATER = date(2028, 3, 2)


@pytest.fixture
def borrower():
    """Somebody who was lent to, and about whom a neighbour had spoken before."""
    found = make.customer()
    campaign = Campaign.objects.create(
        village=found.household.village, seed=1, business_day=LENT_ON, status="closed", seal="s"
    )
    reviewer = Reviewer.objects.create(
        campaign=campaign,
        customer=make.customer(make.household(found.household.village)),
        token_hash="r",
        link_expires_at=AT,
    )
    Seat.objects.create(reviewer=reviewer, household=found.household, opinion=1.0)
    return found


def lent(customer, *, on=LENT_ON, worst=0):
    made = loan(customer=customer)
    Loan.objects.filter(pk=made.pk).update(starts_on=on, worst_days_past_due=worst)
    return made


def closed(day):
    teach_the_review(DayClosed(day=day.isoformat()))
    return set(ReviewerRecord.objects.values_list("as_of", flat=True))


def test_every_loan_of_a_household_is_an_experience_of_its_own(borrower):
    lent(borrower)
    lent(borrower, on=LATER, worst=90)
    lent(borrower, on=date(2029, 1, 1), worst=200)

    told = experience(date(2029, 3, 2))

    home = borrower.household_id
    assert sorted(told, key=lambda each: each.lent_on) == [
        Experience(home, defaulted=False, lent_on=LENT_ON),
        Experience(home, defaulted=True, lent_on=LATER),
    ]


def test_a_month_whose_first_day_was_missed_is_learnt_at_its_next_close(borrower):
    lent(borrower)

    assert closed(date(2027, 3, 1)) == set()
    assert closed(date(2027, 3, 3)) == {date(2027, 3, 3)}
    assert closed(date(2027, 3, 31)) == {date(2027, 3, 3)}
    assert closed(date(2027, 4, 2)) == {date(2027, 4, 2)}
    assert closed(date(2027, 4, 2)) == {date(2027, 4, 2)}
    assert closed(date(2027, 3, 31)) == {date(2027, 4, 2)}
