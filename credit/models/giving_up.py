"""Giving up a line that nobody can draw under any more, or that nobody wants: two people do it."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from core.models import User
from credit.models.lines import CreditLine
from village.models import within


class LineGivingUpQuerySet(models.QuerySet["LineGivingUp"]):
    def visible_to(self, user: User) -> "LineGivingUpQuerySet":
        """About lines of households this person may see."""
        return self.filter(within(user, "line__household__village"))


class LineGivingUp(ConcurrentTransitionMixin, models.Model):
    """One person asks that a line be given up and says why; another agrees, and it ends."""

    class Status(models.TextChoices):
        ASKED = "asked", _("Asked of a second person")
        AGREED = "agreed", _("Agreed to")
        DECLINED = "declined", _("Declined")

    line = models.ForeignKey(
        CreditLine, models.PROTECT, related_name="givings_up", verbose_name=_("credit line")
    )
    reason = models.CharField(_("reason"), max_length=200)
    status = FSMField(_("status"), default=Status.ASKED, choices=Status.choices, protected=True)
    asked_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    asked_at = models.DateTimeField(_("asked for at"))
    settled_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    objects = LineGivingUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("giving up of a line")
        verbose_name_plural = _("lines given up")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["line"], condition=Q(status="asked"), name="line_asked_up_once"
            ),
            models.CheckConstraint(
                name="giving_up_needs_two_people",
                condition=Q(settled_by=None) | ~Q(settled_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="settled_giving_up_says_by_whom",
                condition=Q(status="asked") | Q(settled_by__isnull=False, settled_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} · {self.get_status_display()}"

    @transition(status, source=Status.ASKED, target=Status.AGREED)
    def agree(self, *, by: User, at: datetime) -> None:
        """A second person agrees: the line ends."""
        self.settled_by, self.settled_at = by, at

    @transition(status, source=Status.ASKED, target=Status.DECLINED)
    def decline(self, *, by: User, at: datetime) -> None:
        """The line stays."""
        self.settled_by, self.settled_at = by, at
