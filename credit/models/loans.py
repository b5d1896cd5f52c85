"""Money that is owed: loans, what falls due, what was paid, and the bank's own calendar."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from core.fields import FenField
from credit.models.contracts import Drawdown
from credit.models.products import Product
from village.models import Customer, OfVillage, OfVillageQuerySet, by_village


class Loan(ConcurrentTransitionMixin, OfVillage):
    """Money lent and not yet back. The figures are written by close of business; the ledger is the
    record.

    ``worked_up_to`` is the day on which they stand. Over days on which a loan has nothing to pay it
    is not moved, since the figures would be the same; so it has no index and costs no index writes.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        SETTLED = "settled", _("Settled")
        RESTRUCTURED = "restructured", _("Restructured")
        WRITTEN_OFF = "written_off", _("Written off")

    number = models.CharField(_("number"), max_length=24, unique=True)
    drawdown = models.OneToOneField(
        Drawdown, models.PROTECT, related_name="loan", verbose_name=_("drawdown")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="loans", verbose_name=_("customer")
    )
    product = models.ForeignKey(
        Product, models.PROTECT, related_name="loans", verbose_name=_("product")
    )
    status = FSMField(_("status"), default=Status.ACTIVE, choices=Status.choices, protected=True)
    principal = FenField(_("principal"))
    annual_rate = models.DecimalField(_("annual rate"), max_digits=8, decimal_places=6)
    penalty_factor = models.DecimalField(_("penalty factor"), max_digits=4, decimal_places=2)
    method = models.CharField(_("repayment method"), max_length=24)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    worked_up_to = models.DateField(_("worked up to"))
    principal_left = FenField(_("principal left"))
    overdue_principal = FenField(_("overdue principal"), default=0)
    overdue_interest = FenField(_("overdue interest"), default=0)
    penalty_due = FenField(
        _("penalty interest due"),
        default=0,
        help_text=_("On overdue principal and on overdue interest."),
    )
    days_past_due = models.PositiveIntegerField(_("days past due"), default=0)
    worst_days_past_due = models.PositiveIntegerField(_("most days past due"), default=0)
    settled_on = models.DateField(_("settled on"), null=True, blank=True)

    objects = OfVillageQuerySet.as_manager()

    class Meta:
        verbose_name = _("loan")
        verbose_name_plural = _("loans")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            by_village("loan_by_village"),
            models.Index(fields=["starts_on"], name="loan_by_first_day"),
            models.Index(
                fields=["-days_past_due"],
                name="loan_overdue",
                condition=Q(days_past_due__gt=0),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="loan_owes_between_nothing_and_its_principal",
                condition=Q(principal_left__gte=0, principal_left__lte=F("principal")),
            )
        ]

    def __str__(self) -> str:
        return self.number

    @transition(status, source=[Status.ACTIVE, Status.RESTRUCTURED], target=Status.SETTLED)
    def settle(self, *, on: date) -> None:
        """Nothing is owed any more."""
        self.settled_on = on


class Instalment(OfVillage):
    """What falls due on one day, and how much of it was paid (fen).

    ``principal_days`` and ``interest_days`` are overdue fen × days up to ``accrued_to``; penalty on
    principal and compound interest follow from them, so that nothing is rounded day by day.
    """

    loan = models.ForeignKey(
        Loan, models.CASCADE, related_name="instalments", verbose_name=_("loan")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    due_on = models.DateField(_("due on"))
    principal = FenField(_("principal"))
    interest = FenField(_("interest"))
    principal_paid = FenField(_("principal paid"), default=0)
    interest_paid = FenField(_("interest paid"), default=0)
    penalty_accrued = FenField(_("penalty interest"), default=0)
    penalty_paid = FenField(_("penalty interest paid"), default=0)
    compound_accrued = FenField(_("interest on overdue interest"), default=0)
    compound_paid = FenField(_("interest on overdue interest paid"), default=0)
    principal_days = models.BigIntegerField(_("overdue principal × days"), default=0)
    interest_days = models.BigIntegerField(_("overdue interest × days"), default=0)
    accrued_to = models.DateField(_("penalty counted up to"), null=True, blank=True)
    paid_on = models.DateField(_("paid on"), null=True, blank=True)

    objects = OfVillageQuerySet.as_manager()

    class Meta:
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        ordering = ["loan", "number"]
        default_permissions = ("view",)
        indexes = [
            by_village("instalment_by_village"),
            models.Index(fields=["due_on"], name="instalment_unpaid", condition=Q(paid_on=None)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["loan", "number"], name="instalment_once"),
            models.CheckConstraint(
                name="instalment_paid_no_more_than_due",
                condition=Q(
                    principal_paid__lte=F("principal"),
                    interest_paid__lte=F("interest"),
                    penalty_paid__lte=F("penalty_accrued"),
                    compound_paid__lte=F("compound_accrued"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan} · {self.number}"


class Repayment(OfVillage):
    """Money a borrower paid, once per reference."""

    class Channel(models.TextChoices):
        DEBIT = "debit", _("Direct debit")
        MINI_PROGRAM = "mini_program", _("Mini-program")
        COUNTER = "counter", _("Counter")

    loan = models.ForeignKey(
        Loan, models.PROTECT, related_name="repayments", verbose_name=_("loan")
    )
    reference = models.CharField(_("reference"), max_length=40, unique=True)
    amount = FenField(_("amount"))
    received_on = models.DateField(_("received on"))
    channel = models.CharField(_("channel"), max_length=14, choices=Channel.choices)
    to_principal = FenField(_("to principal"), default=0)
    to_interest = FenField(_("to interest"), default=0)
    to_penalty = FenField(_("to penalty interest"), default=0)
    excess = FenField(_("more than was owed"), default=0)

    objects = OfVillageQuerySet.as_manager()

    class Meta:
        verbose_name = _("repayment")
        verbose_name_plural = _("repayments")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            by_village("repayment_by_village"),
            models.Index(fields=["received_on"], name="repayment_by_day"),
        ]
        constraints = [
            models.CheckConstraint(
                name="repayment_goes_somewhere_whole",
                condition=Q(amount__gt=0)
                & Q(amount=F("to_principal") + F("to_interest") + F("to_penalty") + F("excess")),
            )
        ]

    def __str__(self) -> str:
        return self.reference


class BusinessDay(models.Model):
    """A day of the bank, open until close of business has worked it."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    day = models.DateField(_("day"), primary_key=True)
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.OPEN
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    figures = models.JSONField(_("figures"), default=dict)

    class Meta:
        verbose_name = _("business day")
        verbose_name_plural = _("business days")
        ordering = ["-day"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.day}"
