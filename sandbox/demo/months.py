"""The last stage: months pass. Borrowers pay or do not, and every evening the day is closed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from credit.models import Instalment, Loan, Repayment
from credit.services.close_of_business import close_day
from credit.services.repayments import repay
from postloan.models import Warning
from sandbox.county.truth import in_trouble, will_pay
from sandbox.demo.setting import Setting, Tell

LAST_DAY = date(2026, 11, 21)
LATE_PAYER_COMES = 0.07
"""Chance on each later day that somebody in arrears brings the money after all."""


@dataclass
class Arrears:
    """What one loan owes by an evening."""

    amount: int = 0
    unpaid: int = 0
    falls_due_today: bool = False


def let_months_pass(setting: Setting, tell: Tell) -> dict[str, int]:
    """Close every day up to the last, with what was paid on it."""
    rng = setting.chance("months")
    borrowers = _borrowers(setting)
    total = (LAST_DAY - setting.clock.today).days + 1
    for done in range(1, total + 1):
        today = setting.clock.today
        setting.clock.go_on(hours=8)
        for loan_id, owed in _arrears(today):
            _maybe_pay(setting, rng, borrowers[loan_id], loan_id, owed)
        close_day(today)
        tell(done, total)
        setting.clock.next_day()
    return {
        "repayments": Repayment.objects.count(),
        "overdue": Loan.objects.filter(days_past_due__gt=0).count(),
        "settled": Loan.objects.filter(status=Loan.Status.SETTLED).count(),
        "warnings": Warning.objects.count(),
    }


@dataclass(frozen=True)
class Borrower:
    """Who a borrower really is."""

    default_propensity: float
    trouble_month: int
    since: date


def _borrowers(setting: Setting) -> dict[int, Borrower]:
    truth = {
        number: (propensity, trouble)
        for number, propensity, trouble in setting.world.select(
            "id_number", "default_propensity", "trouble_month"
        ).iter_rows()
    }
    return {
        loan.pk: Borrower(*truth[loan.customer.id_number], since=loan.starts_on)
        for loan in Loan.objects.select_related("customer").order_by("number")
    }


def _arrears(day: date) -> Iterable[tuple[int, Arrears]]:
    """Loans with something due or overdue, in the order of their numbers."""
    owed: dict[int, Arrears] = defaultdict(Arrears)
    unpaid = Instalment.objects.filter(
        loan__status=Loan.Status.ACTIVE, due_on__lte=day, paid_on=None
    ).order_by("loan__number", "number")
    for instalment in unpaid:
        entry = owed[instalment.loan_id]
        entry.amount += instalment.principal - instalment.principal_paid
        entry.amount += instalment.interest - instalment.interest_paid
        entry.unpaid += 1
        entry.falls_due_today |= instalment.due_on == day
    penalties = dict(Loan.objects.filter(pk__in=owed).values_list("pk", "penalty_due"))
    for loan_id, entry in owed.items():
        entry.amount += penalties[loan_id]
    return list(owed.items())


def _maybe_pay(
    setting: Setting, rng: np.random.Generator, who: Borrower, loan_id: int, owed: Arrears
) -> None:
    today = setting.clock.today
    months = (today.year - who.since.year) * 12 + today.month - who.since.month
    if owed.falls_due_today:
        pays = will_pay(
            rng,
            who.default_propensity,
            months,
            months_missed=owed.unpaid - 1,
            troubled=in_trouble(who.trouble_month, months) if who.trouble_month < 120 else None,
        )
    else:
        pays = rng.random() < LATE_PAYER_COMES
    if bool(pays) and owed.amount > 0:
        repay(
            loan_id,
            amount=owed.amount,
            received_on=today,
            reference=f"DEBIT-{loan_id}-{today:%Y%m%d}",
            channel=Repayment.Channel.DEBIT,
        )
