"""What others know about a customer, and the customer's leave to ask them."""

from datetime import date

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from admission.sources.catalogue import SOURCES
from core.fields import EncryptedTextField, FenField
from core.models import Document
from village.models import Customer, OfVillage, OfVillageQuerySet, by_village


class AuthorisationQuerySet(OfVillageQuerySet):
    def live(self, *, purpose: str, on: date) -> "AuthorisationQuerySet":
        """Those under which somebody may be asked about on a day, for one purpose."""
        return self.filter(
            purpose=purpose, withdrawn_at=None, granted_at__date__lte=on, valid_until__gte=on
        )


class Authorisation(OfVillage):
    """A customer's leave to ask outside sources for one purpose, until a day; each of the two
    bureaus may be asked once under it."""

    class Purpose(models.TextChoices):
        GRANTING = "granting", _("Granting a credit line")
        APPLICATION = "application", _("Loan application")
        POST_LOAN = "post_loan", _("Post-loan management")
        GUARANTEE = "guarantee", _("Guarantee for a loan")

    class State(models.TextChoices):
        IN_FORCE = "in_force", _("In force, bureau query open")
        SPENT = "spent", _("Bureau query used")
        ENDED = "ended", _("Ended")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="authorisations", verbose_name=_("customer")
    )
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose.choices)
    text_version = models.CharField(_("version of the text shown"), max_length=20)
    text_hash = models.CharField(_("hash of the text shown"), max_length=64)
    granted_at = models.DateTimeField(_("granted at"))
    valid_until = models.DateField(_("valid until"))
    obtained_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("obtained by"),
    )
    document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("signed form"),
    )
    bureau_asked_at = models.DateTimeField(_("bureau asked at"), null=True, blank=True)
    baihang_asked_at = models.DateTimeField(_("Baihang asked at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = AuthorisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("authorisation")
        verbose_name_plural = _("authorisations")
        ordering = ["-id"]
        indexes = [by_village("authorisation_by_village")]

    def __str__(self) -> str:
        return f"{self.customer} · {self.get_purpose_display()}"

    def state_on(self, day: date) -> State:
        """What has become of it by a day."""
        if self.withdrawn_at:
            return self.State.WITHDRAWN
        if self.valid_until < day:
            return self.State.ENDED
        return self.State.SPENT if self.bureau_asked_at else self.State.IN_FORCE

    @property
    def is_of_guarantor(self) -> bool:
        """Whether the person signed it to answer for somebody else's loan."""
        if self.purpose == self.Purpose.GUARANTEE:
            return True
        request = getattr(self, "request", None)
        return request is not None and request.capacity == request.Capacity.GUARANTOR


class SourceRecord(OfVillage):
    """One answer of one source about one customer: as received, and as we understood it."""

    class Status(models.TextChoices):
        ANSWERED = "answered", _("Answered")
        FAILED = "failed", _("No answer")
        QUARANTINED = "quarantined", _("Answer not trusted")
        OTHER_NUMBER = "other_number", _("Asked under a wrong ID number")

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="source_records", verbose_name=_("customer")
    )
    source = models.CharField(_("source"), max_length=30)
    authorisation = models.ForeignKey(
        Authorisation,
        models.PROTECT,
        null=True,
        related_name="records",
        verbose_name=_("authorisation"),
    )
    as_of = models.DateField(
        _("as of"), help_text=_("The business day it was asked for."), null=True
    )
    status = models.CharField(_("status"), max_length=12, choices=Status.choices)
    asked_at = models.DateTimeField(_("asked at"))
    took_ms = models.PositiveIntegerField(_("took, ms"))
    tries = models.PositiveSmallIntegerField(_("how often it was asked"), null=True, blank=True)
    raw = EncryptedTextField(_("as received"), blank=True)
    values = models.JSONField(_("as understood"), default=dict)
    error = models.CharField(_("why there is no answer"), max_length=300, blank=True)
    read_again_at = models.DateTimeField(_("read again at"), null=True, editable=False)

    objects = OfVillageQuerySet.as_manager()

    class Meta:
        verbose_name = _("source record")
        verbose_name_plural = _("source records")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("reveal_sourcerecord", _("May open answers and credit reports in full"))]
        indexes = [
            models.Index(fields=["customer", "source", "-id"], name="source_newest_first"),
            by_village("source_record_by_village"),
            models.Index(
                fields=["status", "id"], condition=~Q(status="answered"), name="source_unanswered"
            ),
            BrinIndex(fields=["asked_at"], name="source_asked_lately"),
            models.Index(
                fields=["read_again_at"],
                condition=Q(read_again_at__isnull=False),
                name="source_read_again",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="source_without_answer_says_why",
                condition=Q(status="answered") | ~Q(error=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_name} · {self.customer_id}"

    @property
    def source_name(self) -> str:
        """The source as people call it."""
        found = SOURCES.get(self.source)
        return found.zh if found else self.source


class SourceKind(SourceRecord):
    """The register of kinds of data; they are declared in the code, so it has no table."""

    class Meta:
        proxy = True
        verbose_name = _("data source")
        verbose_name_plural = _("data sources")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.source


class Deposit(OfVillage):
    """What a customer keeps with the bank, as delivered by the core system for one day (fen)."""

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="deposits", verbose_name=_("customer")
    )
    as_of = models.DateField(_("as of"))
    balance = FenField(_("balance"))
    average_1m = FenField(_("average of 1 month"))
    average_3m = FenField(_("average of 3 months"))
    average_3m_before = FenField(_("average of the 3 months before"))
    average_12m = FenField(_("average of 12 months"))
    paid_in_12m = FenField(_("paid in, 12 months"))
    payroll_months_12m = models.PositiveSmallIntegerField(_("months with payroll, of 12"))
    months_open = models.PositiveSmallIntegerField(_("months since opened"))
    time_deposits = FenField(_("time deposits"), null=True)
    paid_out_12m = FenField(_("paid out, 12 months"), null=True)
    paid_in_6m = FenField(_("paid in, 6 months"), null=True)
    paid_out_6m = FenField(_("paid out, 6 months"), null=True)
    transactions_3m = models.PositiveIntegerField(_("movements, 3 months"), null=True)

    objects = OfVillageQuerySet.as_manager()

    class Meta:
        verbose_name = _("deposits")
        verbose_name_plural = _("deposits")
        ordering = ["-as_of", "customer"]
        indexes = [by_village("deposit_by_village")]
        constraints = [
            models.UniqueConstraint(fields=["customer", "as_of"], name="deposit_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} · {self.as_of}"
