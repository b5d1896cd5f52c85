"""A loan begins when its money is paid."""

from datetime import date
from decimal import Decimal

import pytest
from django_fsm import can_proceed

from core.errors import MoveNotAllowed
from core.fsm import refusing
from core.models import AuditEntry
from core.parameters import ParameterUnknown
from credit.models import Instalment, LedgerEntry, LedgerLine, Loan
from credit.reference import load_parameters
from credit.selectors_loans import balances
from credit.services.lending import open_loan
from tests.credit import lent

pytestmark = pytest.mark.django_db
Status = Loan.Status


def test_a_loan_has_the_instalments_of_its_application():
    loan = lent.loan()

    rows = list(loan.instalments.order_by("number"))
    assert len(rows) == 12
    assert sum(row.principal for row in rows) == loan.principal == 120_000_00
    assert rows[0].due_on == date(2026, 4, 20)
    # 49 days at 4.8 % / 360 on 120,000.00
    assert (rows[0].principal, rows[0].interest) == (10_000_00, 784_00)
    assert loan.ends_on == rows[-1].due_on


def test_a_loan_takes_rate_and_penalty_of_its_day():
    loan = lent.loan()

    assert (loan.annual_rate, loan.penalty_factor) == (Decimal("0.048"), Decimal("1.5"))
    assert loan.worked_up_to == loan.starts_on == lent.LENT_ON


def test_the_first_entry_turns_cash_into_principal():
    loan = lent.loan()

    entry = LedgerEntry.objects.get(loan=loan)
    assert (entry.kind, entry.business_day) == ("disbursement", lent.LENT_ON)
    assert balances(loan) == {"principal": 120_000_00, "cash": -120_000_00}


def test_a_drawdown_becomes_one_loan_however_often_it_is_asked_for():
    first = lent.loan()

    again = open_loan(first.drawdown_id, day=lent.LENT_ON)

    assert again == first
    assert Loan.objects.count() == 1
    assert Instalment.objects.count() == 12
    assert LedgerLine.objects.count() == 2
    assert AuditEntry.objects.filter(action="credit.loan.opened").count() == 1


def test_no_loan_begins_without_a_penalty_factor_in_force():
    load_parameters()
    drawdown = lent.drawdown(business_day=date(2003, 6, 2))

    with pytest.raises(ParameterUnknown):
        open_loan(drawdown.pk, day=date(2003, 6, 2))


@pytest.mark.parametrize("method", ["equal_instalment", "interest_first", "bullet"])
def test_every_way_of_repaying_returns_what_was_lent(method):
    loan = lent.loan(method=method)

    assert sum(loan.instalments.values_list("principal", flat=True)) == loan.principal


DRAWN = {
    (Status.ACTIVE, "settle"): Status.SETTLED,
    (Status.RESTRUCTURED, "settle"): Status.SETTLED,
}


@pytest.mark.parametrize("state", Status.values)
@pytest.mark.parametrize("move", ["settle"])
def test_only_the_drawn_moves_are_possible(state, move):
    loan = Loan(number="L1", status=state)

    target = DRAWN.get((state, move))

    if target is None:
        with pytest.raises(MoveNotAllowed), refusing(loan):
            getattr(loan, move)(on=lent.LENT_ON)
        assert loan.status == state
    else:
        getattr(loan, move)(on=lent.LENT_ON)
        assert (loan.status, loan.settled_on) == (target, lent.LENT_ON)


def test_every_move_of_a_loan_is_covered_above():
    moves = {each.name for each in Loan(status=Status.ACTIVE).get_all_status_transitions()}

    assert moves == {move for _state, move in DRAWN}
    assert can_proceed(Loan(status=Status.ACTIVE).settle)
