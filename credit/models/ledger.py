"""Double entry, append only; the database refuses an entry that does not balance.

The lines of an entry are written by one statement: it is a statement that the database checks.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import FenField
from credit.models.loans import Loan


class LedgerEntry(models.Model):
    """One movement of money or of a claim to money."""

    class Kind(models.TextChoices):
        DISBURSEMENT = "disbursement", _("Disbursement")
        REPAYMENT = "repayment", _("Repayment")
        INTEREST = "interest", _("Interest that fell due")
        PENALTY = "penalty", _("Penalty interest")

    loan = models.ForeignKey(
        Loan, models.PROTECT, related_name="ledger_entries", verbose_name=_("loan")
    )
    business_day = models.DateField(_("business day"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    reference = models.CharField(_("reference"), max_length=60)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["reference"], name="ledger_entry_once")]

    def __str__(self) -> str:
        return self.reference


class LedgerLine(models.Model):
    """One side of an entry: debit positive, credit negative (fen)."""

    class Account(models.TextChoices):
        CASH = "cash", _("Settlement account")
        PRINCIPAL = "principal", _("Loan principal")
        INTEREST = "interest", _("Interest receivable")
        PENALTY = "penalty", _("Penalty interest receivable")
        INTEREST_INCOME = "interest_income", _("Interest income")
        PENALTY_INCOME = "penalty_income", _("Penalty interest income")
        BORROWER = "borrower", _("Owed to borrower")

    entry = models.ForeignKey(
        LedgerEntry, models.PROTECT, related_name="lines", verbose_name=_("entry")
    )
    account = models.CharField(_("account"), max_length=20, choices=Account.choices)
    amount = FenField(_("amount"))

    class Meta:
        verbose_name = _("ledger line")
        verbose_name_plural = _("ledger lines")
        ordering = ["entry", "id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(name="ledger_line_moves_something", condition=~Q(amount=0))
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"

    @property
    def debit(self) -> int:
        """The amount on the debit side, fen; nought on the other."""
        return max(self.amount, 0)

    @property
    def credit(self) -> int:
        """The amount on the credit side, fen; nought on the other."""
        return max(-self.amount, 0)
