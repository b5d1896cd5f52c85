"""What is signed and what is paid out."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from core.fields import FenField
from core.models import Document
from credit.models.applications import Application
from village.models import OfVillage, OfVillageQuerySet, by_village


class Contract(ConcurrentTransitionMixin, OfVillage):
    """The loan contract of one application, with its sheet of all-in financing cost."""

    class Status(models.TextChoices):
        DRAFTED = "drafted", _("Drafted")
        SENT = "sent", _("Sent")
        SIGNED = "signed", _("Signed")
        EFFECTIVE = "effective", _("In force")
        ENDED = "ended", _("Ended")
        VOID = "void", _("Void")

    number = models.CharField(_("number"), max_length=24, unique=True)
    application = models.OneToOneField(
        Application, models.PROTECT, related_name="contract", verbose_name=_("application")
    )
    status = FSMField(_("status"), default=Status.DRAFTED, choices=Status.choices, protected=True)
    document = models.ForeignKey(
        Document, models.PROTECT, related_name="+", verbose_name=_("document")
    )
    signed_document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("signed document"),
    )
    cost_sheet = models.JSONField(_("all-in financing cost"), default=dict)
    cost_shown_at = models.DateTimeField(_("cost sheet shown at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    signature = models.JSONField(_("signature"), default=dict)

    objects = OfVillageQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        ordering = ["-id"]
        indexes = [by_village("contract_by_village")]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                name="signed_contract_has_time_and_cost_sheet_seen",
                condition=~Q(status__in=["signed", "effective", "ended"])
                | Q(
                    signed_at__isnull=False,
                    cost_shown_at__isnull=False,
                    signed_document__isnull=False,
                ),
            )
        ]

    def __str__(self) -> str:
        return self.number

    @transition(status, source=Status.DRAFTED, target=Status.SENT)
    def send(self, *, at: datetime) -> None:
        """The customer can read it."""
        self.sent_at = at

    @transition(status, source=Status.SENT, target=Status.SIGNED)
    def sign(self, *, document: Document, signature: dict[str, str], at: datetime) -> None:
        """The customer signed what they read."""
        self.signed_document, self.signature, self.signed_at = document, signature, at

    @transition(status, source=Status.SIGNED, target=Status.EFFECTIVE)
    def take_effect(self) -> None:
        """Money was paid under it."""

    @transition(status, source=Status.EFFECTIVE, target=Status.ENDED)
    def end(self) -> None:
        """All is repaid."""

    @transition(status, source=[Status.DRAFTED, Status.SENT, Status.SIGNED], target=Status.VOID)
    def make_void(self) -> None:
        """It will never be in force."""


class Drawdown(ConcurrentTransitionMixin, OfVillage):
    """One payment of loan money through the core bank. A timeout is *unknown*, settled by query."""

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        CHECKED = "checked", _("Checked")
        PAYING = "paying", _("Being paid")
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Outcome unknown")

    payment_number = models.CharField(_("payment number"), max_length=32, unique=True)
    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="drawdowns", verbose_name=_("contract")
    )
    amount = FenField(_("amount"))
    business_day = models.DateField(_("business day"))
    status = FSMField(_("status"), default=Status.REQUESTED, choices=Status.choices, protected=True)
    sent_at = models.DateTimeField(_("ordered at"), null=True, blank=True)
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    core_reference = models.CharField(_("core bank's reference"), max_length=40, blank=True)
    failure = models.CharField(_("why it failed"), max_length=200, blank=True)

    objects = OfVillageQuerySet.as_manager()

    class Meta:
        verbose_name = _("drawdown")
        verbose_name_plural = _("drawdowns")
        ordering = ["-id"]
        indexes = [
            by_village("drawdown_by_village"),
            models.Index(fields=["business_day"], name="drawdown_by_day"),
            models.Index(
                fields=["status", "business_day"],
                condition=Q(status__in=["requested", "checked", "paying", "unknown"]),
                name="drawdown_under_way",
            ),
        ]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(name="drawdown_of_some_money", condition=Q(amount__gt=0)),
            models.UniqueConstraint(
                fields=["contract"],
                condition=~Q(status="failed"),
                name="one_live_drawdown_per_contract",
            ),
        ]

    def __str__(self) -> str:
        return self.payment_number

    @transition(status, source=Status.REQUESTED, target=Status.CHECKED)
    def check_passed(self) -> None:
        """Contract, line and customer were looked at once more."""

    @transition(status, source=Status.CHECKED, target=Status.PAYING)
    def send(self, *, at: datetime) -> None:
        """The order goes to the core bank."""
        self.sent_at = at

    @transition(status, source=[Status.PAYING, Status.UNKNOWN], target=Status.PAID)
    def confirm(self, *, reference: str, at: datetime) -> None:
        """The core bank says it is paid."""
        self.core_reference, self.paid_at = reference, at

    @transition(status, source=[Status.PAYING, Status.UNKNOWN], target=Status.FAILED)
    def fail(self, *, reason: str) -> None:
        """The core bank says it is not paid."""
        self.failure = reason

    @transition(status, source=Status.PAYING, target=Status.UNKNOWN)
    def lose_sight(self) -> None:
        """No answer came."""
