"""What the pages of loans show."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from core import money
from core.models import User
from credit import selectors_loans
from credit.models import Instalment, LedgerEntry, Loan, Repayment
from credit.services import business_days
from village.file_sections import Figure, Happening, Mark, Section, whose, with_people
from village.models import Customer, Household

SHOWN = (
    "customer_id",
    "number",
    "status",
    "principal",
    "principal_left",
    "starts_on",
    "ends_on",
    "settled_on",
    "worked_up_to",
    "days_past_due",
    "worst_days_past_due",
    "product__name",
)
"""What a file reads of a loan."""
NEWEST = 20  # the page shows so many repayments and entries; the registers show all


@dataclass(frozen=True)
class InstalmentRow:
    """One line of the schedule: what falls due, what is left of it, how it stands."""

    instalment: Instalment
    left: int
    state: str
    word: object


@dataclass(frozen=True)
class LoanPage:
    """One loan: its schedule, what was paid, and for those who keep the books the ledger."""

    loan: Loan
    schedule: list[InstalmentRow]
    repayments: list[Repayment]
    entries: list[LedgerEntry]
    has_more: bool

    @classmethod
    def build(cls, loan: Loan, user: User) -> "LoanPage":
        """The page as ``user`` may see it."""
        keeps_books = user.has_perm("credit.view_ledgerentry")
        repayments = list(loan.repayments.order_by("-id")[: NEWEST + 1])
        entries = list(selectors_loans.entries(loan)[: NEWEST + 1]) if keeps_books else []
        return cls(
            loan,
            [_row(each, loan) for each in selectors_loans.schedule(loan)],
            repayments[:NEWEST],
            entries[:NEWEST],
            has_more=max(len(repayments), len(entries)) > NEWEST,
        )

    @property
    def overdue(self) -> int:
        """Principal and interest past their day, fen."""
        return self.loan.overdue_principal + self.loan.overdue_interest


def _row(instalment: Instalment, loan: Loan) -> InstalmentRow:
    left = (
        instalment.principal
        - instalment.principal_paid
        + instalment.interest
        - instalment.interest_paid
        + instalment.penalty_accrued
        - instalment.penalty_paid
        + instalment.compound_accrued
        - instalment.compound_paid
    )
    if instalment.paid_on is not None:
        return InstalmentRow(instalment, left, "paid", _("Paid"))
    if instalment.accrued_to is not None:
        return InstalmentRow(instalment, left, "overdue", _("Overdue"))
    if instalment.due_on <= loan.worked_up_to:
        return InstalmentRow(instalment, left, "due", _("Due"))
    return InstalmentRow(instalment, left, "planned", _("To come"))


def household_section(
    household: Household, user: User, *, person: Customer | None = None
) -> Section | None:
    """Loans as a file shows them: what is owed first, the overdue before all."""
    rows = Loan.objects.filter(whose(household, person)).select_related("product").only(*SHOWN)
    loans = with_people(rows.order_by("settled_on", "-days_past_due", "-id"), household)
    closed = business_days.last_closed() if loans else None
    days = [_true_on(each, closed) for each in loans]
    return Section(
        title=_("Loans"),
        template="credit/_loans_household.html" if loans else "",
        context={
            "loans": list(zip(loans, days, strict=True)),
            "sees_loans": user.has_perm("credit.view_loan"),
        },
        figures=_figures(loans, days),
        marks=tuple(
            Mark(_("Overdue"), "red", customer_id)
            for customer_id in sorted({each.customer_id for each in loans if each.days_past_due})
        ),
        happenings=(
            *(happening for each in loans for happening in _course(each)),
            *_repaid(loans),
        ),
    )


def _true_on(loan: Loan, closed: date | None) -> date:
    """The day of which a loan's figures are: where it has nothing to pay the close of business does
    not touch it, and they are as true on the day closed last."""
    return loan.settled_on or max(loan.worked_up_to, closed or loan.worked_up_to)


def _figures(loans: list[Loan], days: list[date]) -> tuple[Figure, ...]:
    """What is owed to us and how late it ever was; that nothing is owed is known from our books."""
    source = _("Loan book")
    owed = [each for each in loans if each.settled_on is None]
    if not loans:
        return (Figure(_("Loans with us"), _("none"), source=source),)
    day = max(days)
    late = max(each.days_past_due for each in loans)
    worst = max(each.worst_days_past_due for each in loans)
    return (
        Figure.wan(
            _("Loans with us"), sum(each.principal_left for each in owed), source=source, day=day
        ),
        Figure(_("Days past due"), str(late), _("days"), source, day),
        Figure(_("Most days past due ever"), str(worst), _("days"), source, day),
    )


def _course(loan: Loan) -> list[Happening]:
    told = [
        Happening(
            loan.starts_on,
            _("Loan begins"),
            note=f"{loan.product.name} {money.yuan(loan.principal):,.2f} · {loan.number}",
            customer_id=loan.customer_id,
        )
    ]
    if loan.settled_on:
        told.append(
            Happening(
                loan.settled_on,
                _("Loan paid back"),
                note=loan.number,
                customer_id=loan.customer_id,
            )
        )
    return told


def _repaid(loans: list[Loan]) -> Iterator[Happening]:
    """The newest repayments of these loans."""
    by_number = {each.pk: each for each in loans}
    rows = Repayment.objects.filter(loan__in=by_number).order_by("-id") if loans else ()
    for each in rows[:NEWEST]:
        loan = by_number[each.loan_id]
        yield Happening(
            each.received_on,
            _("Repayment received"),
            note=f"{money.yuan(each.amount):,.2f} · {loan.number}",
            customer_id=loan.customer_id,
        )
