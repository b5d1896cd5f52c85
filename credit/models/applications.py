"""From asking to approval."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from admission.models import Authorisation, Decision
from core.fields import EncryptedTextField, FenField
from core.models import User
from credit.models.lines import CreditLine
from credit.models.products import Product
from village.models import Customer, OfVillage, OfVillageQuerySet, by_village


class Application(ConcurrentTransitionMixin, OfVillage):
    """A customer's request for one loan, from the first draft to money in the account."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        SCREENING = "screening", _("Screening")
        INVESTIGATING = "investigating", _("Under investigation")
        APPROVING = "approving", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        SIGNING = "signing", _("Signing")
        REGISTERING = "registering", _("Registering collateral")
        READY = "ready", _("Ready to disburse")
        DISBURSED = "disbursed", _("Disbursed")
        REJECTED = "rejected", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")

    ENDED = ["disbursed", "rejected", "withdrawn", "expired"]
    STAGES = [
        Status.SUBMITTED,
        Status.SCREENING,
        Status.INVESTIGATING,
        Status.APPROVING,
        Status.APPROVED,
        Status.SIGNING,
        Status.REGISTERING,
        Status.READY,
    ]

    class Channel(models.TextChoices):
        MINI_PROGRAM = "mini_program", _("Mini-program")
        MANAGER = "manager", _("Customer manager")
        COUNTER = "counter", _("Counter")

    number = models.CharField(_("number"), max_length=24, unique=True)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="applications", verbose_name=_("customer")
    )
    product = models.ForeignKey(
        Product, models.PROTECT, related_name="applications", verbose_name=_("product")
    )
    line = models.ForeignKey(
        CreditLine,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name=_("credit line"),
    )
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name=_("customer manager"),
    )
    channel = models.CharField(_("channel"), max_length=14, choices=Channel.choices)
    asked_amount = FenField(_("amount asked"))
    approved_amount = FenField(_("amount approved"), null=True, blank=True)
    term_months = models.PositiveSmallIntegerField(_("term, months"))
    method = models.CharField(_("repayment method"), max_length=24)
    purpose = models.CharField(_("purpose"), max_length=60)
    income_month = FenField(
        _("income a month, as declared"),
        null=True,
        blank=True,
        help_text=_("By the applicant's own word."),
    )
    employer = models.CharField(
        _("employer, as declared"), max_length=100, blank=True, db_default=""
    )
    payee_name = models.CharField(
        _("payee"),
        max_length=60,
        blank=True,
        help_text=_("Who receives the money directly, where the borrower may not."),
    )
    payee_account = EncryptedTextField(_("payee's account"), blank=True)
    annual_rate = models.DecimalField(
        _("annual rate"), max_digits=8, decimal_places=6, null=True, blank=True
    )
    rate_bp = models.IntegerField(_("basis points over LPR"), null=True, blank=True)
    authorisation = models.ForeignKey(
        Authorisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("authorisation"),
        help_text=_("Under which outside sources are asked for this application."),
    )
    admission = models.ForeignKey(
        Decision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("admission"),
    )
    status = FSMField(_("status"), default=Status.DRAFT, choices=Status.choices, protected=True)
    business_day = models.DateField(_("business day"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    disbursed_at = models.DateTimeField(_("disbursed at"), null=True, blank=True)
    refusal_code = models.CharField(_("refusal"), max_length=20, blank=True)
    refusal_text = models.CharField(_("what the customer was told"), max_length=300, blank=True)

    objects = OfVillageQuerySet.as_manager()

    class Meta:
        verbose_name = _("loan application")
        verbose_name_plural = _("loan applications")
        ordering = ["-id"]
        permissions = [("approve_application", _("May vote on applications"))]
        indexes = [
            by_village("application_by_village"),
            models.Index(fields=["business_day"], name="application_by_day"),
            models.Index(
                Q(status__in=["disbursed", "rejected", "withdrawn", "expired"]),
                F("id").desc(),
                condition=~Q(status="draft"),
                name="application_open_first",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=~Q(status__in=["disbursed", "rejected", "withdrawn", "expired"]),
                name="customer_has_one_open_application",
            ),
            models.CheckConstraint(
                name="asked_for_some_money_for_a_purpose",
                condition=Q(asked_amount__gt=0, term_months__gt=0) & ~Q(purpose=""),
            ),
            models.CheckConstraint(
                name="approved_no_more_than_asked",
                condition=Q(approved_amount=None)
                | Q(approved_amount__gt=0, approved_amount__lte=F("asked_amount")),
            ),
            models.CheckConstraint(
                name="refused_application_says_why",
                condition=~Q(status="rejected") | ~Q(refusal_text=""),
            ),
            models.CheckConstraint(
                name="disbursed_application_has_a_time",
                condition=~Q(status="disbursed") | Q(disbursed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def looked_after_by(self) -> User | None:
        """Who helps the customer along: the manager who took the application, or whose village
        it is."""
        return self.manager or self.customer.household.village.grid.manager

    @transition(status, source=Status.DRAFT, target=Status.SUBMITTED)
    def submit(self, *, at: datetime) -> None:
        """The customer asks."""
        self.submitted_at = at

    @transition(status, source=[Status.SUBMITTED], target=Status.SCREENING)
    def screen(self) -> None:
        """Identity, authorisation and admission are being looked at."""

    @transition(status, source=[Status.SUBMITTED, Status.SCREENING], target=Status.INVESTIGATING)
    def investigate(self) -> None:
        """A visit or valuation is needed."""

    @transition(
        status,
        source=[Status.SUBMITTED, Status.SCREENING, Status.INVESTIGATING],
        target=Status.APPROVING,
    )
    def ask_approval(self) -> None:
        """Approvers vote without seeing one another's votes."""

    @transition(
        status,
        source=[
            Status.SUBMITTED,
            Status.SCREENING,
            Status.INVESTIGATING,
            Status.APPROVING,
        ],
        target=Status.APPROVED,
    )
    def approve(self, *, amount: int, at: datetime) -> None:
        """Granted, for as much as asked or less."""
        self.approved_amount = amount
        self.decided_at = at

    @transition(
        status,
        source=[Status.INVESTIGATING, Status.APPROVING, Status.APPROVED, Status.SIGNING],
        target=Status.SCREENING,
    )
    def screen_again(self) -> None:
        """What was found was about somebody else; no contract has been drawn up yet."""
        self.approved_amount = self.decided_at = None

    @transition(status, source=Status.APPROVED, target=Status.SIGNING)
    def ask_signature(self) -> None:
        """Cost sheet and contract wait for the customer."""

    @transition(status, source=[Status.APPROVED, Status.SIGNING], target=Status.REGISTERING)
    def register(self) -> None:
        """The mortgage is being registered."""

    @transition(
        status,
        source=[Status.APPROVED, Status.SIGNING, Status.REGISTERING],
        target=Status.READY,
    )
    def make_ready(self) -> None:
        """Everything that must stand before money moves, stands."""

    @transition(status, source=Status.READY, target=Status.DISBURSED)
    def disburse(self, *, at: datetime) -> None:
        """Money is in the account."""
        self.disbursed_at = at

    @transition(
        status,
        source=[
            Status.SUBMITTED,
            Status.SCREENING,
            Status.INVESTIGATING,
            Status.APPROVING,
            Status.APPROVED,
            Status.SIGNING,
        ],
        target=Status.REJECTED,
    )
    def refuse(self, *, code: str, text: str, at: datetime) -> None:
        """Refused, with a reason that the customer is told."""
        self.refusal_code = code
        self.refusal_text = text
        self.decided_at = at

    @transition(
        status,
        source=[
            Status.DRAFT,
            Status.SUBMITTED,
            Status.SCREENING,
            Status.INVESTIGATING,
            Status.APPROVING,
            Status.APPROVED,
            Status.SIGNING,
            Status.READY,
        ],
        target=Status.WITHDRAWN,
    )
    def withdraw(self) -> None:
        """The customer no longer wants it."""

    @transition(
        status,
        source=[Status.DRAFT, Status.APPROVED, Status.SIGNING, Status.READY],
        target=Status.EXPIRED,
    )
    def expire(self) -> None:
        """Nobody came to sign or draw in time."""


class ApplicationStep(models.Model):
    """One node of the product's process, as this application passes it."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        ACTIVE = "active", _("In work")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        SKIPPED = "skipped", _("Skipped")

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="steps", verbose_name=_("application")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    node = models.CharField(_("node"), max_length=30)
    settings = models.JSONField(_("settings"), default=dict)
    status = FSMField(_("status"), default=Status.WAITING, choices=Status.choices, protected=True)
    began_at = models.DateTimeField(_("began at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    outcome = models.JSONField(_("outcome"), default=dict)

    class Meta:
        verbose_name = _("application step")
        verbose_name_plural = _("application steps")
        ordering = ["application", "position"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["application", "position"], name="step_position_once"),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(status="active"),
                name="one_step_active_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} · {self.node}"

    @transition(status, source=Status.WAITING, target=Status.ACTIVE)
    def begin(self, *, at: datetime) -> None:
        """It is this step's turn."""
        self.began_at = at

    @transition(status, source=Status.ACTIVE, target=Status.DONE)
    def finish(self, *, at: datetime, outcome: dict[str, object]) -> None:
        """The step did what it is for."""
        self.ended_at = at
        self.outcome = outcome

    @transition(status, source=Status.ACTIVE, target=Status.FAILED)
    def fail(self, *, at: datetime, outcome: dict[str, object]) -> None:
        """The application ends here."""
        self.ended_at = at
        self.outcome = outcome

    @transition(status, source=[Status.ACTIVE, Status.DONE], target=Status.WAITING)
    def reopen(self) -> None:
        """What it rests on has changed: its turn comes again."""
        self.ended_at = None

    @transition(status, source=Status.WAITING, target=Status.SKIPPED)
    def skip(self, *, at: datetime) -> None:
        """Not needed for this application."""
        self.ended_at = at
