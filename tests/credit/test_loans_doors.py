"""Loans in the back office and in the household's file."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.roles import Role
from credit import tasks
from credit.contexts_loans import household_section
from credit.models import BusinessDay, Instalment, LedgerEntry, Loan, Repayment
from credit.services.close_of_business import TRY_TO_CLOSE, close_day
from credit.services.repayments import repay
from tests import make
from tests.credit import lent
from tests.credit.lent import FIRST_DUE, LENT_ON

pytestmark = pytest.mark.django_db
LATE = FIRST_DUE + timedelta(days=40)
REGISTERS = [Loan, Instalment, Repayment, LedgerEntry, BusinessDay]


def register(model):
    return reverse(f"admin:credit_{model._meta.model_name}_changelist")


def page_of(record):
    return reverse(f"admin:credit_{record._meta.model_name}_change", args=[record.pk])


@pytest.fixture
def auditor(client):
    client.force_login(make.staff(Role.AUDITOR))
    return client


def paid_loan(**given):
    loan = lent.loan(**given)
    repay(
        loan.pk,
        amount=5_000_00,
        received_on=LATE,
        reference=f"paid {loan.number}",
        channel="counter",
    )
    loan.refresh_from_db()
    return loan


@pytest.mark.parametrize("model", REGISTERS)
def test_ten_more_rows_cost_no_more_queries(model, auditor):
    product = lent.product()
    paid_loan(product=product)
    close_day(LATE)
    auditor.get(register(model))
    with CaptureQueriesContext(connection) as few:
        auditor.get(register(model))

    for _ in range(10):
        paid_loan(product=product)
    with CaptureQueriesContext(connection) as many:
        listed = auditor.get(register(model))

    assert listed.status_code == 200
    assert len(many) == len(few)


def test_the_page_of_a_loan_shows_schedule_payments_and_books(auditor):
    loan = paid_loan()

    page = auditor.get(page_of(loan)).content.decode()

    assert "120,000.00" in page
    assert f"paid {loan.number}" in page
    assert f"repayment:paid {loan.number}" in page
    assert "2026-04-20" in page
    assert page.count("badge-red") == 3  # the loan, and its instalments of April and May


def test_a_longer_history_costs_the_page_no_more_queries(auditor):
    loan = paid_loan()
    auditor.get(page_of(loan))
    with CaptureQueriesContext(connection) as few:
        auditor.get(page_of(loan))

    for number in range(10):
        repay(loan.pk, amount=100, received_on=LATE, reference=f"more {number}", channel="counter")
    with CaptureQueriesContext(connection) as many:
        auditor.get(page_of(loan))

    assert len(many) == len(few)


def test_who_does_not_keep_the_books_sees_no_ledger(client):
    loan = paid_loan()
    client.force_login(loan.customer.household.village.grid.manager)

    page = client.get(page_of(loan)).content.decode()

    assert f"paid {loan.number}" in page
    assert f"repayment:paid {loan.number}" not in page
    assert client.get(register(LedgerEntry)).status_code == 403


@pytest.mark.parametrize("model", [Loan, Instalment, Repayment])
def test_a_manager_sees_nothing_of_other_grids(client, model):
    own, other = paid_loan(), paid_loan()
    client.force_login(own.customer.household.village.grid.manager)

    listed = client.get(register(model)).content.decode()

    assert own.number in listed
    assert other.number not in listed
    assert client.get(page_of(other)).status_code == 404


@pytest.mark.parametrize(
    ("band", "is_shown"), [("any", True), ("31-60", True), ("1-30", False), ("91", False)]
)
def test_the_overdue_are_found_by_their_days(auditor, band, is_shown):
    late, quiet = paid_loan(), lent.loan()
    assert late.days_past_due == 40

    listed = auditor.get(register(Loan), {"overdue": band}).content.decode()

    assert (late.number in listed) == is_shown
    assert quiet.number not in listed


def test_the_longest_overdue_come_first(auditor):
    worst = paid_loan()
    close_day(LATE + timedelta(days=5))
    less = lent.loan(day=LENT_ON + timedelta(days=30))
    close_day(LATE + timedelta(days=6))

    listed = auditor.get(register(Loan), {"overdue": "any"}).content.decode()

    assert 0 < listed.index(worst.number) < listed.index(less.number)


def test_a_loan_is_found_by_its_whole_number_alone(auditor):
    loan, other = lent.loan(), lent.loan()

    found = auditor.get(register(Loan), {"q": loan.number}).content.decode()
    part = auditor.get(register(Loan), {"q": loan.number[:-1]}).content.decode()

    assert page_of(loan) in found
    assert page_of(other) not in found
    assert page_of(loan) not in part


def test_nobody_adds_changes_or_removes_by_hand(auditor):
    loan = paid_loan()

    assert auditor.get(reverse("admin:credit_loan_add")).status_code == 403
    assert auditor.post(page_of(loan), {"number": "L0"}).status_code == 403
    assert auditor.post(reverse("admin:credit_loan_delete", args=[loan.pk])).status_code == 403


def test_the_household_file_names_loans_the_overdue_first():
    loan = lent.loan()
    household = loan.customer.household
    late = paid_loan(customer=make.customer(household, role="spouse"))

    section = household_section(household, household.village.grid.manager)

    assert [each for each, _day in section.context["loans"]] == [late, loan]


def test_a_household_without_loans_owes_nothing_by_our_own_books():
    household = make.household()

    section = household_section(household, household.village.grid.manager)

    assert section.is_empty
    assert section.figures[0].value == "无"


def test_the_task_closes_a_day():
    lent.loan()

    tasks.close_business_day("2026-04-20")

    assert BusinessDay.objects.get().day == FIRST_DUE


def test_the_statement_that_turns_closers_away_answers_the_first():
    with connection.cursor() as cursor:
        cursor.execute(TRY_TO_CLOSE)

        assert cursor.fetchone() == (True,)
