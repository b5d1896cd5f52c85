"""Close of business: every loan worked up to the end of a day, all of them or none."""

import json
import os
import signal
import subprocess
import sys
import threading
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from urllib.parse import urlencode

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from core.models import AuditEntry, Outbox
from credit.errors import DayIsBeingClosed, DayOutOfOrder, TooFarAhead
from credit.models import BusinessDay, Instalment, LedgerEntry, LedgerLine, Loan
from credit.selectors_loans import balances, ledger_faults
from credit.services.close_of_business import TRY_TO_CLOSE, close_day
from credit.services.repayments import repay
from tests.credit import lent
from tests.credit.lent import FIRST_DUE, LENT_ON
from tests.waiting import until_others_wait

FIRST = 10_784_00


def days(number):
    return timedelta(days=number)


def pay(loan, amount, on, reference="r1"):
    return repay(loan.pk, amount=amount, received_on=on, reference=reference, channel="debit")


def state_of_the_book():
    """Everything close of business writes, without row ids and instants."""
    return [
        list(Loan.objects.order_by("number").values_list()),
        list(Instalment.objects.order_by("loan", "number").values_list()),
        sorted(
            LedgerEntry.objects.values_list("loan__number", "business_day", "kind", "reference")
        ),
        sorted(LedgerLine.objects.values_list("entry__reference", "account", "amount")),
        list(BusinessDay.objects.order_by("day").values_list("day", "status", "figures")),
    ]


@pytest.mark.django_db
class TestOneDay:
    def test_before_anything_is_due_nothing_changes(self):
        lent.loan()
        before = Loan.objects.values().get()

        figures = close_day(FIRST_DUE - days(1))

        assert Loan.objects.values().get() == before
        assert (figures["loans"], figures["principal_left"]) == (1, 120_000_00)
        assert figures["instalments_due"] == figures["interest_earned"] == 0
        assert LedgerEntry.objects.count() == 1

    def test_on_the_due_day_interest_is_earned_and_nothing_overdue(self):
        loan = lent.loan()

        figures = close_day(FIRST_DUE)

        loan.refresh_from_db()
        assert (loan.days_past_due, loan.overdue_principal) == (0, 0)
        assert (figures["instalments_due"], figures["interest_earned"]) == (1, 784_00)
        assert balances(loan)["interest"] == 784_00
        assert balances(loan)["interest_income"] == -784_00

    def test_ten_days_later_the_loan_is_overdue_and_costs_more(self):
        loan = lent.loan()

        close_day(FIRST_DUE + days(10))

        loan.refresh_from_db()
        assert (loan.days_past_due, loan.worst_days_past_due) == (10, 10)
        assert (loan.overdue_principal, loan.overdue_interest) == (10_000_00, 784_00)
        # 7.2 % on 10,784.00 for ten days of 360: 20.00 and 1.57
        assert loan.penalty_due == 21_57
        assert balances(loan)["penalty"] == 21_57

    def test_an_instalment_of_nothing_is_paid_when_it_falls_due(self):
        loan = lent.loan()
        loan.instalments.filter(number=1).update(principal=0, interest=0)

        close_day(FIRST_DUE + days(3))

        loan.refresh_from_db()
        assert loan.days_past_due == 0
        assert loan.instalments.get(number=1).paid_on == FIRST_DUE

    def test_the_day_is_written_down_audited_and_announced(self):
        lent.loan()

        figures = close_day(FIRST_DUE)

        day = BusinessDay.objects.get()
        assert (day.day, day.status, day.figures) == (FIRST_DUE, "closed", figures)
        deed = AuditEntry.objects.get(action="credit.day.closed")
        assert deed.detail["loans"] == 1
        assert Outbox.objects.get(kind="credit.DayClosed").body == {"day": "2026-04-20"}

    def test_settled_loans_are_left_alone(self):
        loan = lent.loan()
        pay(loan, 150_000_00, FIRST_DUE)

        figures = close_day(FIRST_DUE + days(40))

        loan.refresh_from_db()
        assert loan.worked_up_to == FIRST_DUE
        assert figures["loans"] == 0

    def test_a_loan_worked_further_at_the_counter_keeps_its_figures(self):
        loan = lent.loan()
        pay(loan, 100_00, FIRST_DUE + days(10))
        before = Loan.objects.values().get()

        close_day(FIRST_DUE + days(3))

        assert Loan.objects.values().get() == before
        assert ledger_faults() == []

    def test_an_empty_book_closes_too(self):
        figures = close_day(FIRST_DUE)

        assert set(figures.values()) == {0}


@pytest.mark.django_db
class TestOrder:
    def test_a_closed_day_closed_again_changes_nothing(self):
        lent.loan()
        figures = close_day(FIRST_DUE + days(5))
        before = state_of_the_book()

        again = close_day(FIRST_DUE + days(5))

        assert again == figures
        assert state_of_the_book() == before
        assert Outbox.objects.filter(kind="credit.DayClosed").count() == 1

    def test_missed_days_are_closed_first_and_only_the_last_is_announced(self):
        lent.loan()
        close_day(FIRST_DUE - days(3))

        close_day(FIRST_DUE + days(3))

        assert BusinessDay.objects.filter(status="closed").count() == 7
        interest = LedgerEntry.objects.get(kind="interest")
        assert interest.business_day == FIRST_DUE
        announced = Outbox.objects.filter(kind="credit.DayClosed").order_by("id")
        assert [each.body["day"] for each in announced] == ["2026-04-17", "2026-04-23"]

    def test_a_day_before_the_first_closed_one_is_refused(self):
        close_day(FIRST_DUE)

        with pytest.raises(DayOutOfOrder):
            close_day(FIRST_DUE - days(1))

    def test_a_wrong_year_is_noticed(self):
        close_day(FIRST_DUE)

        with pytest.raises(TooFarAhead):
            close_day(FIRST_DUE.replace(year=2062))

        assert BusinessDay.objects.count() == 1

    @pytest.mark.parametrize("gap", [1, 9, 45])
    def test_closing_daily_equals_closing_once(self, gap):
        daily, once = lent.loan(), lent.loan()
        Loan.objects.filter(pk=once.pk).update(status="written_off")
        close_day(FIRST_DUE - days(1))
        for number in range(gap):
            close_day(FIRST_DUE + days(number))
        Loan.objects.filter(pk=once.pk).update(status="active")

        close_day(FIRST_DUE + days(gap))

        figures = [
            "overdue_principal",
            "overdue_interest",
            "penalty_due",
            "days_past_due",
            "worst_days_past_due",
            "worked_up_to",
        ]
        assert Loan.objects.values(*figures).get(pk=daily.pk) == Loan.objects.values(*figures).get(
            pk=once.pk
        )
        assert balances(daily) == balances(once)
        assert ledger_faults() == []

    def test_the_counter_and_the_close_find_the_same_figures(self):
        at_counter, at_night = lent.loan(), lent.loan()
        on = FIRST_DUE + days(37)

        pay(at_counter, 1, on, "one")
        close_day(on)
        pay(at_night, 1, on, "two")

        figures = ["overdue_principal", "overdue_interest", "penalty_due", "days_past_due"]
        assert Loan.objects.values(*figures).get(pk=at_counter.pk) == Loan.objects.values(
            *figures
        ).get(pk=at_night.pk)
        assert balances(at_counter) == balances(at_night)
        assert ledger_faults() == []


@pytest.mark.django_db
class TestCommands:
    def test_close_day_prints_figures_for_programs(self):
        lent.loan()
        out = StringIO()

        call_command("close_day", "2026-04-20", "--json", stdout=out)

        printed = json.loads(out.getvalue())
        assert (printed["day"], printed["interest_earned"]) == ("2026-04-20", 784_00)

    def test_close_day_says_what_is_wrong(self):
        close_day(FIRST_DUE)

        with pytest.raises(CommandError, match="2026-04-19"):
            call_command("close_day", "2026-04-19")

    def test_verify_ledger_finds_books_in_order(self):
        pay(lent.loan(), FIRST + 5, FIRST_DUE + days(1))
        out = StringIO()

        call_command("verify_ledger", "--json", stdout=out)

        assert json.loads(out.getvalue())["faults"] == []

    @pytest.mark.parametrize(
        ("model", "change", "account"),
        [
            (Loan, {"principal_left": 1}, "principal"),
            (Instalment, {"interest_paid": 1}, "interest"),
            (Instalment, {"penalty_accrued": 7}, "penalty"),
        ],
    )
    def test_verify_ledger_names_what_was_changed_behind_its_back(self, model, change, account):
        loan = lent.loan()
        close_day(FIRST_DUE)
        rows = (
            model.objects.filter(pk=loan.pk) if model is Loan else loan.instalments.filter(number=1)
        )
        rows.update(**change)
        out = StringIO()

        with pytest.raises(CommandError):
            call_command("verify_ledger", "--json", stdout=out)

        faults = json.loads(out.getvalue())["faults"]
        assert (loan.number, account) in {(fault["loan"], fault["what"]) for fault in faults}

    def test_verify_ledger_names_an_entry_without_lines(self):
        loan = lent.loan()
        LedgerEntry.objects.create(loan=loan, business_day=LENT_ON, kind="x", reference="empty")

        assert [fault.what for fault in ledger_faults()] == ["entry empty"]


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_of_two_closers_at_once_one_closes_and_one_is_turned_away(self):
        lent.loan()
        close_day(FIRST_DUE)
        outcomes, start = [], threading.Barrier(2)

        def close():
            start.wait()
            try:
                outcomes.append(close_day(FIRST_DUE + days(2)))
            except DayIsBeingClosed:
                outcomes.append("turned away")
            finally:
                connections.close_all()

        threads = [threading.Thread(target=close) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        figures = close_day(FIRST_DUE + days(2))
        assert all(each in (figures, "turned away") for each in outcomes)
        assert LedgerEntry.objects.filter(kind="penalty").count() == 2
        assert ledger_faults() == []

    def test_while_one_closes_another_is_turned_away(self):
        lent.loan()
        told = []

        def close():
            try:
                close_day(FIRST_DUE)
            except DayIsBeingClosed as exc:
                told.append(str(exc))
            finally:
                connections.close_all()

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(TRY_TO_CLOSE)
            thread = threading.Thread(target=close)
            thread.start()
            thread.join()

        assert len(told) == 1
        assert not BusinessDay.objects.exists()

    def test_payments_and_the_close_do_not_step_on_one_another(self):
        loans = [lent.loan() for _ in range(6)]
        on = FIRST_DUE + days(1)

        def pay_all():
            for loan in loans:
                pay(loan, 500_00, on, f"together {loan.number}")
            connections.close_all()

        thread = threading.Thread(target=pay_all)
        thread.start()
        close_day(on)
        thread.join()

        assert set(Loan.objects.values_list("worked_up_to", flat=True)) == {on}
        assert ledger_faults() == []

    def test_a_closer_killed_in_the_middle_leaves_nothing_half_done(self):
        loan = lent.loan()
        lent.loan(annual_rate=Decimal("0.06"))
        close_day(FIRST_DUE)
        before = state_of_the_book()

        # The closer has read, judged and written the instalments, and waits for this loan.
        with transaction.atomic():
            Loan.objects.select_for_update().get(pk=loan.pk)
            closer = closing_elsewhere(FIRST_DUE + days(1))
            until_others_wait()
            os.kill(closer.pid, signal.SIGKILL)
            closer.wait()

        assert state_of_the_book() == before
        closed_again = closing_elsewhere(FIRST_DUE + days(1))
        assert closed_again.wait() == 0
        assert set(Loan.objects.values_list("days_past_due", flat=True)) == {1}
        assert LedgerEntry.objects.filter(kind="penalty").count() == 2
        assert ledger_faults() == []


def closing_elsewhere(day: date) -> subprocess.Popen:
    """Close of business in a process of its own, on the tests' database."""
    given = connection.settings_dict
    place = urlencode({"host": given["HOST"], "port": given["PORT"]})
    address = f"postgresql://{given['USER']}:{given['PASSWORD']}@/{given['NAME']}?{place}"
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "manage.py", "close_day", str(day)],
        env=os.environ | {"DATABASE_URL": address},
        stdout=subprocess.DEVNULL,
    )
