"""After the money is out: checks, and signs that something is going wrong."""

from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from admission.judgement.treatment import USE_CHECK
from core.errors import SameHands
from core.models import Publishable, User
from credit.models import Loan
from village.models import Customer, OfVillage, OfVillageQuerySet, by_village


class SignalSet(Publishable):
    """The early-warning signals of one version: a list of objects with code, name, level,
    expression, params, action and working days to act."""

    signals = models.JSONField(_("signals"), default=list)

    class Meta(Publishable.Meta):
        verbose_name = _("signal set")
        verbose_name_plural = _("signal sets")


class WarningQuerySet(OfVillageQuerySet):
    def open(self) -> "WarningQuerySet":
        """Warnings that still want something done."""
        return self.exclude(status__in=[Warning.Status.RESOLVED, Warning.Status.FALSE_ALARM])


class Warning(ConcurrentTransitionMixin, OfVillage):
    """A sign that a loan may not come back, raised by a signal of the signal set."""

    class Level(models.TextChoices):
        YELLOW = "yellow", _("Yellow")
        ORANGE = "orange", _("Orange")
        RED = "red", _("Red")

    class Status(models.TextChoices):
        RAISED = "raised", _("Raised")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        HANDLING = "handling", _("Being handled")
        RESOLVED = "resolved", _("Resolved")
        FALSE_ALARM = "false_alarm", _("False alarm")
        ESCALATED = "escalated", _("Escalated")

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="warnings", verbose_name=_("customer")
    )
    loan = models.ForeignKey(
        Loan,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="warnings",
        verbose_name=_("loan"),
    )
    signal_set = models.ForeignKey(
        SignalSet, models.PROTECT, related_name="warnings", verbose_name=_("signal set")
    )
    code = models.CharField(_("signal"), max_length=10)
    name = models.CharField(_("name"), max_length=60)
    level = models.CharField(_("level"), max_length=8, choices=Level.choices)
    status = FSMField(_("status"), default=Status.RAISED, choices=Status.choices, protected=True)
    raised_on = models.DateField(_("raised on"))
    due_on = models.DateField(_("to be handled by"))
    values = models.JSONField(_("figures"), default=dict)
    action = models.CharField(_("what to do"), max_length=120, blank=True)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="warnings",
        verbose_name=_("handled by"),
    )
    evidence = models.CharField(_("evidence"), max_length=300, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = WarningQuerySet.as_manager()

    class Meta:
        verbose_name = _("early warning")
        verbose_name_plural = _("early warnings")
        ordering = ["-raised_on", "-id"]
        indexes = [
            by_village("warning_by_village"),
            models.Index(fields=["-raised_on", "-id"], name="warning_newest_first"),
        ]
        default_permissions = ("view",)
        permissions = [("handle_warning", _("May handle early warnings"))]
        constraints = [
            models.UniqueConstraint(
                fields=["loan", "code"],
                condition=~Q(status__in=["resolved", "false_alarm"]),
                name="warning_open_once",
            ),
            models.CheckConstraint(
                name="closed_warning_has_evidence_and_second_person",
                condition=~Q(status__in=["resolved", "false_alarm"])
                | (
                    Q(closed_by__isnull=False) & ~Q(evidence="") & ~Q(closed_by=models.F("handler"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @transition(status, source=[Status.RAISED, Status.ESCALATED], target=Status.ACKNOWLEDGED)
    def acknowledge(self, *, by: User) -> None:
        """Somebody takes it on."""
        self.handler = by

    @transition(status, source=Status.ACKNOWLEDGED, target=Status.HANDLING)
    def handle(self, *, evidence: str) -> None:
        """What was done is written down."""
        self.evidence = evidence

    @transition(status, source=Status.HANDLING, target=Status.RESOLVED)
    def resolve(self, *, by: User, at: datetime) -> None:
        """A second person agrees that it is over."""
        self._close(by=by, at=at)

    @transition(status, source=Status.HANDLING, target=Status.FALSE_ALARM)
    def dismiss(self, *, by: User, at: datetime) -> None:
        """A second person agrees that there was nothing."""
        self._close(by=by, at=at)

    def _close(self, *, by: User, at: datetime) -> None:
        if by.pk == self.handler_id:
            raise SameHands
        self.closed_by, self.closed_at = by, at

    @transition(
        status,
        source=[Status.RAISED, Status.ACKNOWLEDGED, Status.HANDLING],
        target=Status.ESCALATED,
    )
    def escalate(self) -> None:
        """Too long, or too grave."""


FIRST_CHECK = "first_check"
KINDS_OF_CHECK = {
    FIRST_CHECK: _("First check after the draw"),
    USE_CHECK: _("Further check of use, asked for by a rule of admission"),
}


class Inspection(ConcurrentTransitionMixin, OfVillage):
    """A look at a loan after disbursement: was the money used as said, does the business go on."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ASSIGNED = "assigned", _("Assigned")
        DONE = "done", _("Done")
        REVIEWED = "reviewed", _("Reviewed")
        OVERDUE = "overdue", _("Overdue")

    loan = models.ForeignKey(
        Loan, models.PROTECT, related_name="inspections", verbose_name=_("loan")
    )
    kind = models.CharField(_("kind"), max_length=20)
    status = FSMField(_("status"), default=Status.PLANNED, choices=Status.choices, protected=True)
    due_on = models.DateField(_("due on"))
    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="inspections",
        verbose_name=_("inspector"),
    )
    findings = models.TextField(_("findings"), blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reviewed by"),
    )

    objects = OfVillageQuerySet.as_manager()

    class Meta:
        verbose_name = _("inspection")
        verbose_name_plural = _("inspections")
        ordering = ["due_on", "id"]
        indexes = [
            by_village("inspection_by_village"),
            models.Index(fields=["due_on", "id"], name="inspection_soonest_first"),
        ]
        default_permissions = ("view",)
        permissions = [("handle_inspection", _("May carry out inspections"))]
        constraints = [
            models.UniqueConstraint(fields=["loan", "kind", "due_on"], name="inspection_once")
        ]

    def __str__(self) -> str:
        return f"{self.loan} · {self.due_on}"

    @property
    def is_about(self) -> str:
        """What is looked at, in words."""
        return str(KINDS_OF_CHECK.get(self.kind, self.kind))

    @transition(status, source=[Status.PLANNED, Status.OVERDUE], target=Status.ASSIGNED)
    def assign(self, *, inspector: User) -> None:
        """Give it to somebody."""
        self.inspector = inspector

    @transition(status, source=[Status.ASSIGNED, Status.OVERDUE], target=Status.DONE)
    def finish(self, *, findings: str, on: date) -> None:
        """The findings are in."""
        self.findings, self.done_on = findings, on

    @transition(status, source=Status.DONE, target=Status.REVIEWED)
    def review(self, *, by: User) -> None:
        """A second person read the findings."""
        self.reviewed_by = by

    @transition(status, source=[Status.PLANNED, Status.ASSIGNED], target=Status.OVERDUE)
    def fall_overdue(self) -> None:
        """The day has passed."""
