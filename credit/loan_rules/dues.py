"""What one loan owes on a day: the figures that the close of business writes for every loan.

``standing`` replays a loan from its first instalment, so a payment booked late with an earlier
day simply counts from that day. ``dues_columns`` takes the last step, from where the previous
close left off, for a whole book of loans.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from credit.loan_rules.accrual import OverdueTerms, days_past_due, penalty_fen
from credit.loan_rules.schedule import Instalment
from credit.loan_rules.waterfall import STANDARD, Allocation, Due, DueKind, Order, allocate


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that arrived for a loan on a day, in fen."""

    on: date
    amount: int


@dataclass(frozen=True, slots=True)
class InstalmentStanding:
    """How far one instalment is paid, and how long what is not has been overdue.

    ``principal_days`` and ``interest_days`` are overdue fen × days (积数) up to ``accrued_to``:
    whole numbers, so that nothing is rounded until somebody pays.
    """

    number: int
    due_on: date
    principal: int
    interest: int
    paid_principal: int = 0
    paid_interest: int = 0
    paid_penalty: int = 0
    paid_compound: int = 0
    principal_days: int = 0
    interest_days: int = 0
    accrued_to: date | None = None

    @property
    def open_principal(self) -> int:
        """Principal not yet paid, in fen."""
        return self.principal - self.paid_principal

    @property
    def open_interest(self) -> int:
        """Interest not yet paid, in fen."""
        return self.interest - self.paid_interest

    @property
    def is_open(self) -> bool:
        """Whether principal or interest is still to be paid."""
        return bool(self.open_principal or self.open_interest)

    def penalty(self, terms: OverdueTerms) -> int:
        """Penalty on overdue principal not yet paid, in fen."""
        accrued = penalty_fen(self.principal_days, terms.penalty_millionths, terms.year_days)
        return accrued - self.paid_penalty

    def compound(self, terms: OverdueTerms) -> int:
        """Interest on overdue interest not yet paid, in fen."""
        if not terms.compounds:
            return 0
        accrued = penalty_fen(self.interest_days, terms.penalty_millionths, terms.year_days)
        return accrued - self.paid_compound


@dataclass(frozen=True, slots=True)
class LoanStanding:
    """What a loan owes at the close of ``as_of``; amounts in fen.

    Overdue is what fell due before that day and is past its grace. ``excess`` is what payments
    left over: it belongs to the customer.
    """

    as_of: date
    days_past_due: int
    overdue_principal: int
    overdue_interest: int
    penalty: int
    compound: int
    principal_due: int  # fallen due, not overdue: due this very day, or within grace
    interest_due: int
    balance: int  # all principal not yet paid
    excess: int
    allocations: tuple[Allocation, ...]
    instalments: tuple[InstalmentStanding, ...]

    @property
    def payable(self) -> int:
        """Everything that should have been paid by now, in fen."""
        overdue = self.overdue_principal + self.overdue_interest + self.penalty + self.compound
        return overdue + self.principal_due + self.interest_due


def standing(
    instalments: Sequence[Instalment],
    payments: Sequence[Payment],
    as_of: date,
    terms: OverdueTerms,
    order: Order = STANDARD,
) -> LoanStanding:
    """What a loan owes on ``as_of`` after ``payments``; those of later days are not yet known.

    Payments of the same day count in the order given. A payment settles what has fallen due by
    its day and never reaches forward: paying ahead is a prepayment, which changes the schedule.
    """
    rows = [
        InstalmentStanding(each.number, each.due_on, each.principal, each.interest)
        for each in instalments
    ]
    allocations = []
    known = [payment for payment in payments if payment.on <= as_of]
    for payment in sorted(known, key=lambda payment: payment.on):
        rows = [advance(row, payment.on, terms) for row in rows]
        allocation = allocate(payment.amount, dues_on(rows, payment.on, terms), order)
        rows = _settle(rows, allocation)
        allocations.append(allocation)
    rows = [advance(row, as_of, terms) for row in rows]
    return _summary(rows, as_of, terms, tuple(allocations))


def advance(row: InstalmentStanding, as_of: date, terms: OverdueTerms) -> InstalmentStanding:
    """The instalment as it stands on ``as_of``, nothing paid since it was last closed."""
    days = _days_to_accrue(row, as_of, terms.grace_days)
    if days <= 0:
        return row
    return replace(
        row,
        principal_days=row.principal_days + row.open_principal * days,
        interest_days=row.interest_days + row.open_interest * days,
        accrued_to=as_of,
    )


def rewind(row: InstalmentStanding, as_of: date, terms: OverdueTerms) -> InstalmentStanding:
    """The instalment as it stood on ``as_of``, when nothing was paid after that day.

    What was open then is open now, so the fen × days put on since can be taken off again.
    """
    if row.accrued_to is None or row.accrued_to <= as_of:
        return row
    was_overdue = days_past_due(row.due_on, as_of, terms.grace_days) > 0
    days = (row.accrued_to - (as_of if was_overdue else row.due_on)).days
    return replace(
        row,
        principal_days=row.principal_days - row.open_principal * days,
        interest_days=row.interest_days - row.open_interest * days,
        accrued_to=as_of if was_overdue else None,
    )


def dues_on(rows: Sequence[InstalmentStanding], day: date, terms: OverdueTerms) -> list[Due]:
    """Everything that a payment on ``day`` may settle; ``rows`` must stand on that day."""
    found: list[Due] = []
    for row in rows:
        if row.due_on > day:
            continue
        is_overdue = days_past_due(row.due_on, day, terms.grace_days) > 0
        amounts = {
            DueKind.PENALTY: row.penalty(terms),
            DueKind.COMPOUND: row.compound(terms),
            DueKind.OVERDUE_INTEREST if is_overdue else DueKind.INTEREST: row.open_interest,
            DueKind.OVERDUE_PRINCIPAL if is_overdue else DueKind.PRINCIPAL: row.open_principal,
        }
        found += [
            Due(kind, amount, row.due_on, row.number) for kind, amount in amounts.items() if amount
        ]
    return found


def _days_to_accrue(row: InstalmentStanding, as_of: date, grace_days: int) -> int:
    """Days to add; none within grace, and all of them, from the due day, once it has passed."""
    if not days_past_due(row.due_on, as_of, grace_days):
        return 0
    return (as_of - (row.accrued_to or row.due_on)).days


PAID_BY_KIND = {
    DueKind.PENALTY: "paid_penalty",
    DueKind.COMPOUND: "paid_compound",
    DueKind.OVERDUE_INTEREST: "paid_interest",
    DueKind.INTEREST: "paid_interest",
    DueKind.OVERDUE_PRINCIPAL: "paid_principal",
    DueKind.PRINCIPAL: "paid_principal",
}


def _settle(rows: Sequence[InstalmentStanding], allocation: Allocation) -> list[InstalmentStanding]:
    by_number = {row.number: row for row in rows}
    for settled in allocation.settled:
        row, column = by_number[settled.due.instalment], PAID_BY_KIND[settled.due.kind]
        paid = getattr(row, column) + settled.amount
        by_number[row.number] = replace(row, **{column: paid})
    return list(by_number.values())


def _summary(
    rows: Sequence[InstalmentStanding],
    as_of: date,
    terms: OverdueTerms,
    allocations: tuple[Allocation, ...],
) -> LoanStanding:
    owed = dict.fromkeys(DueKind, 0)
    for due in dues_on(rows, as_of, terms):
        owed[due.kind] += due.amount
    late = [days_past_due(row.due_on, as_of, terms.grace_days) for row in rows if row.is_open]
    return LoanStanding(
        as_of=as_of,
        days_past_due=max(late, default=0),
        overdue_principal=owed[DueKind.OVERDUE_PRINCIPAL],
        overdue_interest=owed[DueKind.OVERDUE_INTEREST],
        penalty=owed[DueKind.PENALTY],
        compound=owed[DueKind.COMPOUND],
        principal_due=owed[DueKind.PRINCIPAL],
        interest_due=owed[DueKind.INTEREST],
        balance=sum(row.open_principal for row in rows),
        excess=sum(each.excess for each in allocations),
        allocations=allocations,
        instalments=tuple(rows),
    )
