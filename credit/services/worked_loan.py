"""One loan worked up to a day: what close of business does for all, for the one at the counter.

``credit.loan_rules`` judges, here rows become its values and its values become rows again. Nothing
is written before ``save``, so that a figure can be named without booking anything.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from credit.loan_rules.accrual import OverdueTerms, days_past_due
from credit.loan_rules.daycount import year_fraction
from credit.loan_rules.dues import PAID_BY_KIND, InstalmentStanding, advance, dues_on, rewind
from credit.loan_rules.prepayment import Effect, Prepayment, Settlement, prepay, settlement
from credit.loan_rules.schedule import Instalment as Planned
from credit.loan_rules.terms import Terms
from credit.loan_rules.waterfall import Allocation, DueKind, allocate
from credit.models import Instalment, LedgerLine, Loan
from credit.services import ledger
from credit.services.terms import terms_of

Account = LedgerLine.Account
INSTALMENT_FIGURES = [
    "due_on",
    "principal",
    "interest",
    "principal_paid",
    "interest_paid",
    "penalty_accrued",
    "penalty_paid",
    "compound_accrued",
    "compound_paid",
    "principal_days",
    "interest_days",
    "accrued_to",
    "paid_on",
]
LOAN_FIGURES = [
    "ends_on",
    "worked_up_to",
    "principal_left",
    "overdue_principal",
    "overdue_interest",
    "penalty_due",
    "days_past_due",
    "worst_days_past_due",
]


def overdue_terms(loan: Loan) -> OverdueTerms:
    """What a loan's contract says about money not paid on its day."""
    return OverdueTerms(annual_rate=loan.annual_rate, penalty_multiple=loan.penalty_factor)


@dataclass(frozen=True)
class Ahead:
    """What a payment repays before it falls due, fen."""

    principal: int
    interest: int


NOTHING_AHEAD = Ahead(0, 0)


class WorkedLoan:
    """A loan that the caller holds locked, with its instalments as they stand on a day."""

    def __init__(self, loan: Loan) -> None:
        self.loan, self.overdue = loan, overdue_terms(loan)
        self._rows = list(loan.instalments.order_by("number"))
        self._stored = {row.pk: _figures(row) for row in self._rows}
        self._open = {row.number: _standing(row) for row in self._rows if row.paid_on is None}
        self._penalty_booked = self._penalty_accrued()
        self._newly_due = 0
        self._struck: list[Instalment] = []

    @property
    def terms(self) -> Terms:
        """What was agreed about repaying the whole loan."""
        application = self.loan.drawdown.contract.application
        return terms_of(application, principal=self.loan.principal, starts_on=self.loan.starts_on)

    @property
    def balance(self) -> int:
        """All principal not yet paid, fen."""
        return sum(row.open_principal for row in self._open.values())

    @property
    def is_clear(self) -> bool:
        """Whether nothing is owed, now or later."""
        return all(_is_clear(row, self.overdue) for row in self._open.values())

    @property
    def plan(self) -> list[Planned]:
        """The schedule in force, as agreed or as changed by paying ahead."""
        planned, starts_on, left = [], self.loan.starts_on, sum(r.principal for r in self._rows)
        for row in self._rows:
            left -= row.principal
            planned.append(
                Planned(row.number, starts_on, row.due_on, row.principal, row.interest, left)
            )
            starts_on = row.due_on
        return planned

    def work_up_to(self, day: date) -> None:
        """Days pass: interest falls due, what is overdue costs more."""
        self._newly_due += sum(
            row.interest for row in self._rows if self.loan.worked_up_to < row.due_on <= day
        )
        self._each(lambda row: advance(row, day, self.overdue))
        self.loan.worked_up_to = day

    def rewind_to(self, day: date) -> None:
        """Take back what became overdue after ``day``; nothing may have been paid since then.

        What was open then is open now, so the same fen × days are taken off that were put on.
        """
        self._each(lambda row: rewind(row, day, self.overdue))

    def pay(self, amount: int, on: date) -> Allocation:
        """Settle what has fallen due by a day; ``excess`` of the answer is what is left over."""
        dues = dues_on(list(self._open.values()), on, self.overdue)
        allocation = allocate(amount, dues)
        for settled in allocation.settled:
            row, column = self._open[settled.due.instalment], PAID_BY_KIND[settled.due.kind]
            paid = getattr(row, column) + settled.amount
            self._open[row.number] = replace(row, **{column: paid})
        return allocation

    def fallen_due(self, on: date) -> int:
        """Everything that should have been paid by a day, fen."""
        return sum(due.amount for due in dues_on(list(self._open.values()), on, self.overdue))

    def payoff(self, on: date) -> Settlement | None:
        """What it takes to be free of what has not fallen due yet; None when all has."""
        if all(row.due_on <= on for row in self._rows):
            return None
        return settlement(self.terms, self.plan, on)

    def pay_ahead(self, amount: int, on: date, effect: Effect | None) -> Ahead:
        """Use what a payment left over: for all that is lent where it is enough, else for a part.

        Without ``effect`` nothing is paid ahead in part. A fen that interest leaves is not used.
        """
        payoff = self.payoff(on) if amount else None
        if payoff is None:
            return NOTHING_AHEAD
        if amount >= payoff.total:
            self._settle(payoff)
            return Ahead(payoff.principal, payoff.interest)
        principal = self._affordable(amount, on) if effect else 0
        if not principal:
            return NOTHING_AHEAD
        prepayment = prepay(self.terms, self.plan, principal, on, effect)
        self._reschedule(prepayment)
        return Ahead(principal, prepayment.interest)

    def _affordable(self, amount: int, on: date) -> int:
        """The most principal that ``amount`` pays together with its own interest so far."""
        terms = self.terms
        current = next(each for each in self.plan if each.due_on > on)
        years = year_fraction(current.starts_on, on, terms.day_count, terms.ends)
        return int(amount / (1 + Fraction(terms.annual_rate) * years))

    def _settle(self, payoff: Settlement) -> None:
        """All that was to fall due later falls due on the day it is paid, as one instalment."""
        current, *later = [row for row in self._rows if row.due_on > payoff.on]
        self._strike(later)
        current.due_on = payoff.on
        current.principal, current.interest = payoff.principal, payoff.interest
        self._open[current.number] = replace(
            _standing(current), paid_principal=payoff.principal, paid_interest=payoff.interest
        )
        self._newly_due += payoff.interest

    def _reschedule(self, prepayment: Prepayment) -> None:
        """Take over the schedule after a part was paid ahead."""
        planned = {each.number: each for each in prepayment.instalments}
        self._strike([row for row in self._rows if row.number not in planned])
        for row in self._rows:
            if row.due_on > prepayment.on:
                row.principal = planned[row.number].principal
                row.interest = planned[row.number].interest
                self._open[row.number] = _standing(row)
        self._newly_due += prepayment.interest

    def save(self, *, paid_on: date, reference: str) -> None:
        """Write instalments, figures, and what the days that passed have earned.

        ``paid_on`` and ``reference`` are those of the payment for which the loan was worked. One
        that was made earlier than it is booked takes back penalty that it would have prevented.
        """
        self._write_instalments(paid_on)
        self._write_figures()
        interest, penalty = self._newly_due, self._penalty_accrued() - self._penalty_booked
        self._book("interest", interest, (Account.INTEREST, Account.INTEREST_INCOME), reference)
        self._book("penalty", penalty, (Account.PENALTY, Account.PENALTY_INCOME), reference)

    def _each(self, change: Callable[[InstalmentStanding], InstalmentStanding]) -> None:
        self._open = {number: change(row) for number, row in self._open.items()}

    def _strike(self, rows: Iterable[Instalment]) -> None:
        for row in list(rows):
            self._rows.remove(row)
            self._open.pop(row.number, None)
            self._struck.append(row)

    def _penalty_accrued(self) -> int:
        """All penalty and compound interest of the instalments at hand, paid or not, fen."""
        return sum(
            row.penalty(self.overdue)
            + row.paid_penalty
            + row.compound(self.overdue)
            + row.paid_compound
            for row in self._open.values()
        )

    def _write_instalments(self, paid_on: date) -> None:
        Instalment.objects.filter(pk__in=[row.pk for row in self._struck]).delete()
        worked = [row for row in self._rows if row.number in self._open]
        for row in worked:
            _take_over(row, self._open[row.number], self.overdue)
            if row.due_on <= paid_on and _is_clear(self._open[row.number], self.overdue):
                row.paid_on = paid_on
        changed = [row for row in worked if _figures(row) != self._stored[row.pk]]
        Instalment.objects.bulk_update(changed, INSTALMENT_FIGURES)

    def _write_figures(self) -> None:
        loan, day = self.loan, self.loan.worked_up_to
        owed = dict.fromkeys(DueKind, 0)
        for due in dues_on(list(self._open.values()), day, self.overdue):
            owed[due.kind] += due.amount
        loan.ends_on = self._rows[-1].due_on
        loan.principal_left = self.balance
        loan.overdue_principal = owed[DueKind.OVERDUE_PRINCIPAL]
        loan.overdue_interest = owed[DueKind.OVERDUE_INTEREST]
        loan.penalty_due = owed[DueKind.PENALTY] + owed[DueKind.COMPOUND]
        loan.days_past_due = max(
            (
                days_past_due(row.due_on, day, self.overdue.grace_days)
                for row in self._open.values()
                if row.is_open
            ),
            default=0,
        )
        loan.worst_days_past_due = max(loan.worst_days_past_due, loan.days_past_due)
        loan.save(update_fields=LOAN_FIGURES)

    def _book(self, kind: str, earned: int, accounts: tuple[str, str], reference: str) -> None:
        """Earned money is claimed from the borrower; a negative amount takes a claim back."""
        if earned:
            receivable, income = accounts
            ledger.post(
                self.loan,
                kind=kind,
                reference=f"{kind}:{reference}",
                business_day=self.loan.worked_up_to,
                lines={receivable: earned, income: -earned},
            )


def _figures(row: Instalment) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in INSTALMENT_FIGURES)


def _standing(row: Instalment) -> InstalmentStanding:
    return InstalmentStanding(
        number=row.number,
        due_on=row.due_on,
        principal=row.principal,
        interest=row.interest,
        paid_principal=row.principal_paid,
        paid_interest=row.interest_paid,
        paid_penalty=row.penalty_paid,
        paid_compound=row.compound_paid,
        principal_days=row.principal_days,
        interest_days=row.interest_days,
        accrued_to=row.accrued_to,
    )


def _take_over(row: Instalment, standing: InstalmentStanding, terms: OverdueTerms) -> None:
    row.principal_paid, row.interest_paid = standing.paid_principal, standing.paid_interest
    row.penalty_paid, row.compound_paid = standing.paid_penalty, standing.paid_compound
    row.penalty_accrued = standing.paid_penalty + standing.penalty(terms)
    row.compound_accrued = standing.paid_compound + standing.compound(terms)
    row.principal_days, row.interest_days = standing.principal_days, standing.interest_days
    row.accrued_to = standing.accrued_to


def _is_clear(row: InstalmentStanding, terms: OverdueTerms) -> bool:
    return not (row.is_open or row.penalty(terms) or row.compound(terms))
