"""What the pages of loans show."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.models import User
from credit import selectors_loans
from credit.models import Instalment, LedgerEntry, Loan, Repayment
from village.file_sections import Section
from village.models import Household

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


def household_section(household: Household, user: User) -> Section | None:
    """Loans of a household as its file shows them: what is owed first, the overdue before all."""
    loans = list(
        Loan.objects.visible_to(user)
        .filter(customer__household=household)
        .select_related("customer", "product")
        .order_by("settled_on", "-days_past_due", "-id")
    )
    if not loans:
        return None
    return Section(
        title=_("Loans"), template="credit/_loans_household.html", context={"loans": loans}
    )
