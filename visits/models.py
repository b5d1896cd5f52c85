"""From door to door: what a customer manager is asked to see, and what they found."""

from dataclasses import fields
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from core.fields import FenField
from core.models import Document, User
from village.models import Campaign, Household, within
from visits.findings import Findings


class VisitTaskQuerySet(models.QuerySet["VisitTask"]):
    def visible_to(self, user: User) -> "VisitTaskQuerySet":
        """Visits to households this person may see."""
        return self.filter(within(user, "household__village"))

    def open(self) -> "VisitTaskQuerySet":
        """Visits that a manager still has to make."""
        status = VisitTask.Status
        return self.filter(
            status__in=[status.PLANNED, status.ASSIGNED, status.STARTED, status.RETURNED]
        )

    def astray(self) -> "VisitTaskQuerySet":
        """Open visits that whoever walks the grid does not have: nobody can make them."""
        theirs = Q(manager=F("household__village__grid__manager"))
        return self.open().filter(Q(status=VisitTask.Status.PLANNED) | ~theirs)

    def against_a_spot_check(self) -> "VisitTaskQuerySet":
        """Visits to households whose review a spot check found wrong, until what was found there
        is accepted."""
        status = VisitTask.Status
        waiting = self.filter(reason=VisitTask.Reason.SPOT_CHECK)
        return waiting.exclude(status__in=[*ACCEPTED, status.EXPIRED])


class VisitTask(ConcurrentTransitionMixin, models.Model):
    """A household to be seen, by whom and by when."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ASSIGNED = "assigned", _("Assigned")
        STARTED = "started", _("Started")
        SUBMITTED = "submitted", _("Submitted")
        ACCEPTED = "accepted", _("Accepted")
        RETURNED = "returned", _("Sent back")
        CLOSED = "closed", _("Closed")
        EXPIRED = "expired", _("Called off")

    class Reason(models.TextChoices):
        GRANTING = "granting", _("Whole-village granting")
        DISAGREEMENT = "disagreement", _("Neighbours disagree")
        APPLICATION = "application", _("Loan application")
        CHECK = "check", _("Post-loan check")
        SPOT_CHECK = "spot_check", _("A spot check found the review wrong")

    household = models.ForeignKey(
        Household, models.PROTECT, related_name="visit_tasks", verbose_name=_("household")
    )
    campaign = models.ForeignKey(
        Campaign,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="visit_tasks",
        verbose_name=_("campaign"),
    )
    reason = models.CharField(
        _("reason"), max_length=16, choices=Reason.choices, default=Reason.GRANTING
    )
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="visit_tasks",
        verbose_name=_("customer manager"),
    )
    due_on = models.DateField(_("due on"))
    status = FSMField(_("status"), default=Status.PLANNED, choices=Status.choices, protected=True)
    returned_because = models.CharField(_("sent back because"), max_length=200, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("accepted by"),
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)

    objects = VisitTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        permissions = [("accept_visittask", _("May accept the findings of visits"))]
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["manager", "status", "due_on"], name="visit_worklist"),
            models.Index(fields=["due_on", "id"], name="visit_by_due_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "campaign", "reason"],
                condition=Q(campaign__isnull=False),
                name="visit_once_per_campaign",
            ),
            models.CheckConstraint(
                name="assigned_visit_has_a_manager",
                condition=Q(status__in=["planned", "expired"]) | Q(manager__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household} · {self.due_on}"

    @property
    def is_accepted(self) -> bool:
        """Whether the bank counts on what was found."""
        return self.status in ACCEPTED

    @transition(
        status,
        source=[Status.PLANNED, Status.ASSIGNED, Status.STARTED, Status.RETURNED],
        target=Status.ASSIGNED,
    )
    def assign(self, *, manager: User) -> None:
        """Give the visit to a customer manager, who begins it anew where another had it."""
        self.manager = manager

    @transition(status, source=[Status.ASSIGNED, Status.RETURNED], target=Status.STARTED)
    def start(self) -> None:
        """The manager stands in the yard."""

    @transition(
        status,
        source=[Status.ASSIGNED, Status.STARTED, Status.RETURNED],
        target=Status.SUBMITTED,
    )
    def submit(self, *, at: datetime) -> None:
        """The manager's findings are in."""
        self.submitted_at = at
        self.returned_because = ""

    @transition(status, source=Status.SUBMITTED, target=Status.ACCEPTED)
    def accept(self, *, by: User, at: datetime) -> None:
        """Somebody else found the findings sound."""
        self.accepted_by = by
        self.accepted_at = at

    @transition(status, source=Status.SUBMITTED, target=Status.RETURNED)
    def send_back(self, *, reason: str) -> None:
        """Something is missing; the manager goes again."""
        self.returned_because = reason

    @transition(status, source=Status.ACCEPTED, target=Status.CLOSED)
    def close(self) -> None:
        """Nothing is left to do."""

    @transition(
        status,
        source=[Status.PLANNED, Status.ASSIGNED, Status.STARTED, Status.RETURNED],
        target=Status.EXPIRED,
    )
    def expire(self) -> None:
        """The visit is no longer wanted."""


ACCEPTED = (VisitTask.Status.ACCEPTED, VisitTask.Status.CLOSED)


class SurveyQuerySet(models.QuerySet["Survey"]):
    def visible_to(self, user: User) -> "SurveyQuerySet":
        """Findings about households this person may see."""
        return self.filter(within(user, "task__household__village"))


class Survey(models.Model):
    """What the manager found, one revision after another; the newest counts.

    Amounts in fen a year, except debts and worth (on the day) and the loan the household needs.
    """

    task = models.ForeignKey(
        VisitTask, models.PROTECT, related_name="surveys", verbose_name=_("visit")
    )
    revision = models.PositiveSmallIntegerField(_("revision"))
    client_uuid = models.UUIDField(_("phone's own number"), unique=True)
    met = models.CharField(_("whom the manager met"), max_length=40)
    seen_on = models.DateField(_("seen on"))
    income_year = FenField(_("income a year"))
    operating_cost_year = FenField(_("operating cost a year"))
    living_cost_year = FenField(_("living cost a year"))
    debt_service_year = FenField(_("repayments a year"))
    assets = FenField(_("assets"))
    debts = FenField(_("debts"))
    need = FenField(_("loan needed"))
    term_months = models.PositiveSmallIntegerField(_("for how many months"))
    surveyed_limit = FenField(_("surveyed limit"))
    notes = models.TextField(_("notes"), blank=True)
    longitude = models.DecimalField(
        _("longitude"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    latitude = models.DecimalField(
        _("latitude"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    photo = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("photo"),
    )
    received_at = models.DateTimeField(_("received at"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["task", "-revision"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["task", "revision"], name="survey_revision_once"),
            models.CheckConstraint(
                name="surveyed_limit_is_not_negative", condition=Q(surveyed_limit__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} · {self.revision}"

    @property
    def findings(self) -> Findings:
        """What was found, as judgement takes it."""
        return Findings(**{each.name: getattr(self, each.name) for each in fields(Findings)})
