"""Double entry, append only."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from credit.models import BusinessDay, LedgerEntry, LedgerLine
from credit.selectors_loans import balances
from credit.services import ledger
from tests.credit import lent

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 9)


def post(loan, lines, reference="r1", day=DAY):
    return ledger.post(loan, kind="test", reference=reference, business_day=day, lines=lines)


def test_an_entry_moves_what_its_lines_say():
    loan = lent.loan()

    post(loan, {"interest": 50, "interest_income": -50, "penalty": 0})

    assert balances(loan) == {
        "principal": 120_000_00,
        "cash": -120_000_00,
        "interest": 50,
        "interest_income": -50,
    }


@pytest.mark.parametrize("lines", [{"cash": 5}, {"cash": 5, "principal": -4}, {"cash": 0}, {}])
def test_an_entry_that_does_not_balance_is_a_mistake(lines):
    loan = lent.loan()

    with pytest.raises(ValueError, match="balance"):
        post(loan, lines)


def test_the_database_itself_refuses_an_unbalanced_entry():
    entry = LedgerEntry.objects.create(
        loan=lent.loan(), business_day=DAY, kind="test", reference="r1"
    )

    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        LedgerLine.objects.create(entry=entry, account="cash", amount=5)


def test_one_reference_is_booked_once():
    loan = lent.loan()
    post(loan, {"interest": 50, "interest_income": -50})

    with pytest.raises(IntegrityError), transaction.atomic():
        post(loan, {"interest": 50, "interest_income": -50})


@pytest.mark.parametrize(
    "change",
    [
        lambda loan: LedgerLine.objects.filter(entry__loan=loan).update(amount=1),
        lambda loan: LedgerLine.objects.filter(entry__loan=loan).delete(),
        lambda loan: LedgerEntry.objects.filter(loan=loan).update(kind="other"),
        lambda loan: LedgerEntry.objects.filter(loan=loan)._raw_delete("default"),
    ],
)
def test_what_is_booked_is_never_changed_or_removed(change):
    loan = lent.loan()

    with pytest.raises(DatabaseError), transaction.atomic():
        change(loan)


def test_what_belongs_to_a_closed_day_is_booked_on_the_first_open_one():
    loan = lent.loan()
    BusinessDay.objects.create(day=date(2026, 3, 12), status="closed")

    late = post(loan, {"interest": 1, "interest_income": -1})
    in_time = post(loan, {"interest": 1, "interest_income": -1}, "r2", date(2026, 3, 20))

    assert late.business_day == date(2026, 3, 13)
    assert in_time.business_day == date(2026, 3, 20)
