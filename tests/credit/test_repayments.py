"""Money that borrowers pay."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.models import AuditEntry, Outbox
from credit.errors import (
    LoanNotOwing,
    NoMoney,
    PaymentOutOfOrder,
    ReferenceUsed,
    TooFarAhead,
)
from credit.loan_rules.dues import Payment, standing
from credit.loan_rules.prepayment import Effect
from credit.loan_rules.schedule import build
from credit.models import Contract, LedgerEntry, Loan, Repayment
from credit.selectors_loans import balances, ledger_faults
from credit.services.repayments import payoff, prepay, repay
from credit.services.worked_loan import WorkedLoan, overdue_terms
from tests.credit import lent
from tests.credit.lent import FIRST_DUE, LENT_ON

pytestmark = pytest.mark.django_db
FIRST = 10_784_00  # 10,000.00 and 49 days of interest at 4.8 % on 120,000.00


def pay(loan, amount, on, reference="r1"):
    return repay(
        loan.pk, amount=amount, received_on=on, reference=reference, channel="mini_program"
    )


def pay_ahead(loan, amount, on, effect=Effect.SHORTENS_TERM, reference="r1"):
    return prepay(
        loan.pk,
        amount=amount,
        received_on=on,
        effect=effect,
        reference=reference,
        channel="mini_program",
    )


def days(number):
    return timedelta(days=number)


class TestWhatHasFallenDue:
    def test_an_instalment_paid_on_its_day_is_paid(self):
        loan = lent.loan()

        paid = pay(loan, FIRST, FIRST_DUE)

        assert (paid.to_principal, paid.to_interest) == (10_000_00, 784_00)
        assert (paid.to_penalty, paid.excess) == (0, 0)
        loan.refresh_from_db()
        assert (loan.principal_left, loan.days_past_due) == (110_000_00, 0)
        assert loan.instalments.get(number=1).paid_on == FIRST_DUE
        assert balances(loan) == {
            "principal": 110_000_00,
            "cash": FIRST - 120_000_00,
            "interest_income": -784_00,
        }

    def test_ten_days_late_costs_penalty_first(self):
        loan = lent.loan()

        paid = pay(loan, 1_000_00, FIRST_DUE + days(10))

        # 10,784.00 × 10 days × 7.2 % / 360: 20.00 on principal and 1.57 on interest
        assert paid.to_penalty == 21_57
        assert (paid.to_interest, paid.to_principal) == (784_00, 194_43)
        loan.refresh_from_db()
        assert (loan.days_past_due, loan.worst_days_past_due) == (10, 10)
        assert (loan.overdue_principal, loan.overdue_interest) == (10_000_00 - 194_43, 0)
        assert loan.penalty_due == 0

    def test_what_nobody_is_owed_is_owed_to_the_borrower(self):
        loan = lent.loan()

        paid = pay(loan, FIRST + 500_00, FIRST_DUE)

        assert paid.excess == 500_00
        assert balances(loan)["borrower"] == -500_00
        loan.refresh_from_db()
        assert loan.principal_left == 110_000_00

    def test_money_before_anything_is_due_stays_the_borrowers(self):
        loan = lent.loan()

        paid = pay(loan, 100_00, LENT_ON)

        assert paid.excess == 100_00


class TestOncePerReference:
    def test_the_same_payment_told_twice_is_one(self):
        loan = lent.loan()
        first = pay(loan, FIRST, FIRST_DUE)

        again = pay(loan, FIRST, FIRST_DUE)

        assert again == first
        assert Repayment.objects.count() == 1
        assert LedgerEntry.objects.filter(kind="repayment").count() == 1
        assert AuditEntry.objects.filter(action="credit.loan.repaid").count() == 1

    def test_the_payment_that_settled_a_loan_can_be_told_twice_too(self):
        loan = lent.loan()
        first = pay(loan, 150_000_00, FIRST_DUE)

        assert pay(loan, 150_000_00, FIRST_DUE) == first

    def test_one_reference_with_two_amounts_is_refused(self):
        loan = lent.loan()
        pay(loan, FIRST, FIRST_DUE)

        with pytest.raises(ReferenceUsed):
            pay(loan, FIRST + 1, FIRST_DUE)

    def test_one_reference_for_two_loans_is_refused(self):
        pay(lent.loan(), FIRST, FIRST_DUE)
        other = lent.loan()

        with pytest.raises(ReferenceUsed):
            pay(other, FIRST, FIRST_DUE)


class TestRefusals:
    @pytest.mark.parametrize("amount", [0, -1])
    def test_no_money_is_no_payment(self, amount):
        loan = lent.loan()

        with pytest.raises(NoMoney):
            pay(loan, amount, FIRST_DUE)

    def test_before_the_loan_began_nothing_was_paid(self):
        loan = lent.loan()

        with pytest.raises(PaymentOutOfOrder):
            pay(loan, FIRST, LENT_ON - days(1))

    def test_a_wrong_year_is_noticed(self):
        loan = lent.loan()

        with pytest.raises(TooFarAhead):
            pay(loan, FIRST, FIRST_DUE.replace(year=2062))

    @pytest.mark.parametrize("status", ["settled", "written_off"])
    def test_what_is_not_owed_here_is_not_paid_here(self, status):
        loan = lent.loan()
        Loan.objects.filter(pk=loan.pk).update(status=status)

        with pytest.raises(LoanNotOwing):
            pay(loan, FIRST, FIRST_DUE)


class TestPaymentsBookedLate:
    def test_a_payment_found_late_counts_from_its_day(self):
        loan = lent.loan()
        pay(loan, 1, FIRST_DUE, "small")
        worked(loan, FIRST_DUE + days(10))

        paid = pay(loan, FIRST - 1, FIRST_DUE + days(2), "found")

        # two days, not ten
        assert paid.to_penalty == 4_31
        loan.refresh_from_db()
        assert loan.days_past_due == 10
        assert loan.overdue_principal == 4_31
        assert loan.worked_up_to == FIRST_DUE + days(10)
        assert ledger_faults() == []

    def test_it_cannot_go_before_a_payment_that_was_booked_already(self):
        loan = lent.loan()
        pay(loan, 1_000_00, FIRST_DUE + days(5), "first")

        with pytest.raises(PaymentOutOfOrder):
            pay(loan, 1_000_00, FIRST_DUE + days(4), "second")

    def test_a_payment_ahead_is_never_booked_late(self):
        loan = lent.loan()
        worked(loan, FIRST_DUE)

        with pytest.raises(PaymentOutOfOrder):
            pay_ahead(loan, 50_000_00, FIRST_DUE - days(1))


class TestAhead:
    def test_paying_all_settles_loan_and_contract(self):
        loan = lent.loan()
        on = FIRST_DUE + days(10)
        worked(loan, FIRST_DUE)
        figure = payoff(loan, on=on)

        paid = pay(loan, figure.total, on)

        # the first instalment with ten days of penalty; 110,000.00 with ten days of interest
        assert figure.fallen_due == FIRST + 21_57
        assert (figure.principal, figure.interest) == (110_000_00, 146_67)
        assert (paid.to_principal, paid.excess) == (120_000_00, 0)
        loan.refresh_from_db()
        assert (loan.status, loan.settled_on, loan.principal_left) == ("settled", on, 0)
        assert Contract.objects.get().status == Contract.Status.ENDED
        assert balances(loan).keys() == {"cash", "interest_income", "penalty_income"}
        assert loan.instalments.count() == 2
        assert set(loan.instalments.values_list("paid_on", flat=True)) == {on}
        assert Outbox.objects.filter(kind="credit.LoanSettled").count() == 1

    def test_a_fen_less_than_all_does_not_settle(self):
        loan = lent.loan()
        figure = payoff(loan, on=FIRST_DUE)

        paid = pay(loan, figure.total - 1, FIRST_DUE)

        loan.refresh_from_db()
        assert loan.status == "active"
        assert paid.excess == figure.total - 1 - FIRST

    def test_naming_the_figure_books_nothing(self):
        loan = lent.loan()

        payoff(loan, on=FIRST_DUE + days(30))

        loan.refresh_from_db()
        assert loan.worked_up_to == LENT_ON
        assert LedgerEntry.objects.count() == 1

    @pytest.mark.parametrize("method", ["equal_instalment", "equal_principal", "interest_first"])
    @pytest.mark.parametrize("effect", Effect)
    def test_a_part_paid_ahead_leaves_a_whole_schedule(self, method, effect):
        loan = lent.loan(method=method)
        agreed = loan.instalments.count()

        paid = pay_ahead(loan, 50_000_00, LENT_ON + days(10), effect)

        # ten days at 4.8 % on what is paid ahead go with it
        assert paid.to_principal == 49_933_42
        assert paid.to_principal + paid.to_interest + paid.excess == 50_000_00
        loan.refresh_from_db()
        rows = loan.instalments.all()
        assert sum(row.principal for row in rows) == loan.principal_left == 70_066_58
        assert loan.ends_on == max(row.due_on for row in rows)
        if effect is Effect.SHORTENS_TERM and method != "interest_first":
            assert rows.count() < agreed
        else:
            assert rows.count() == agreed
        assert ledger_faults() == []

    def test_after_paying_ahead_the_loan_is_repaid_by_its_schedule(self):
        loan = lent.loan(method="equal_instalment")
        pay_ahead(loan, 50_000_00, LENT_ON + days(20))

        for row in list(loan.instalments.order_by("number")):
            pay(loan, row.principal + row.interest, row.due_on, f"instalment {row.number}")

        loan.refresh_from_db()
        assert (loan.status, loan.worst_days_past_due) == ("settled", 0)
        assert not Repayment.objects.filter(excess__gt=1)
        assert ledger_faults() == []


def worked(loan, day):
    """The loan as close of business would leave it on a day."""
    loan.refresh_from_db()
    found = WorkedLoan(loan)
    found.work_up_to(day)
    found.save(paid_on=day, reference=f"worked {loan.number} {day}")


payments = st.lists(
    st.tuples(st.integers(0, 75), st.integers(1, 30_000_00)), min_size=1, max_size=6
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=payments,
    method=st.sampled_from(["equal_instalment", "equal_principal", "interest_first"]),
    ahead=st.booleans(),
)
def test_whatever_is_paid_and_when_the_books_agree(steps, method, ahead, db):
    loan, on = lent.loan(method=method), FIRST_DUE
    take = pay_ahead if ahead else pay

    for number, (gap, amount) in enumerate(steps):
        on += days(gap)
        if Loan.objects.get(pk=loan.pk).status == "active":
            take(loan, amount, on, reference=f"{loan.number}-{number}")

    loan.refresh_from_db()
    rows = list(loan.instalments.all())
    assert all(row.principal_paid <= row.principal for row in rows)
    assert all(row.interest_paid <= row.interest for row in rows)
    assert loan.principal_left == sum(row.principal - row.principal_paid for row in rows)
    assert loan.principal_left == balances(loan).get("principal", 0)
    assert sum(balances(loan).values()) == 0
    assert ledger_faults() == []


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=payments, late=st.integers(1, 60))
def test_a_loan_stands_as_if_replayed_from_its_first_day(steps, late, db):
    """Payments of at most what was due, the last of them booked ``late`` days after its day."""
    loan, on, known = lent.loan(), FIRST_DUE, []
    terms = overdue_terms(loan)
    plan = build(WorkedLoan(loan).terms)

    for number, (gap, amount) in enumerate(steps):
        on += days(gap)
        is_last = number == len(steps) - 1
        if is_last:
            worked(loan, on + days(late))
        due = standing(plan, known, on, terms).payable
        if min(amount, due):
            known.append(Payment(on, min(amount, due)))
            pay(loan, min(amount, due), on, f"{loan.number}-{number}")

    loan.refresh_from_db()
    found = standing(plan, known, loan.worked_up_to, terms)
    assert loan.principal_left == found.balance
    assert loan.overdue_principal == found.overdue_principal
    assert loan.overdue_interest == found.overdue_interest
    assert loan.penalty_due == found.penalty + found.compound
    assert loan.days_past_due == found.days_past_due
    assert ledger_faults() == []
