"""A household disagrees with its limit, and somebody who had no part in it looks again."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from core.fields import FenField
from core.models import User
from credit.models.lines import LimitDecision
from village.models import within


class LimitAppealQuerySet(models.QuerySet["LimitAppeal"]):
    def visible_to(self, user: User) -> "LimitAppealQuerySet":
        """Appeals of households this person may see."""
        return self.filter(within(user, "decision__household__village"))


class LimitAppeal(ConcurrentTransitionMixin, models.Model):
    """A household asks for a second look at its limit; what stands stays meanwhile (fen)."""

    class Status(models.TextChoices):
        OPENED = "opened", _("Opened")
        UPHELD = "upheld", _("Limit upheld")
        CHANGED = "changed", _("Limit changed")

    decision = models.ForeignKey(
        LimitDecision, models.PROTECT, related_name="appeals", verbose_name=_("limit decision")
    )
    statement = models.CharField(_("what the household says"), max_length=1000)
    brought_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("written down by"),
        help_text=_("Nobody, where the customer asked in the mini-program."),
    )
    status = FSMField(_("status"), default=Status.OPENED, choices=Status.choices, protected=True)
    opened_at = models.DateTimeField(_("opened at"))
    due_on = models.DateField(_("to be answered by"))
    limit_before = FenField(_("limit before"))
    limit_after = FenField(_("limit after"), null=True)
    answer = models.CharField(_("what the household was answered"), max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = LimitAppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal against a limit")
        verbose_name_plural = _("appeals against limits")
        ordering = ["due_on", "id"]
        default_permissions = ("view",)
        permissions = [
            ("open_limitappeal", _("May write down a household's appeal against its limit")),
            ("answer_limitappeal", _("May answer appeals against limits")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["decision"], condition=Q(status="opened"), name="one_open_limit_appeal_each"
            ),
            models.CheckConstraint(
                name="answered_limit_appeal_says_who_and_why",
                condition=Q(status="opened")
                | (Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(answer="")),
            ),
            models.CheckConstraint(
                name="limit_appeal_is_answered_by_another",
                condition=Q(brought_by=None)
                | Q(answered_by=None)
                | ~Q(brought_by=F("answered_by")),
            ),
            models.CheckConstraint(
                name="an_appeal_never_lowers_a_limit",
                condition=~Q(status="changed") | Q(limit_after__gt=F("limit_before")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision} · {self.due_on}"

    @transition(status, source=Status.OPENED, target=Status.UPHELD)
    def uphold(self, *, by: User, at: datetime, answer: str) -> None:
        """The limit stands."""
        self.answered_by, self.answered_at, self.answer = by, at, answer

    @transition(status, source=Status.OPENED, target=Status.CHANGED)
    def change(self, *, by: User, at: datetime, answer: str, limit: int) -> None:
        """The household gets more than before."""
        self.answered_by, self.answered_at, self.answer = by, at, answer
        self.limit_after = limit
