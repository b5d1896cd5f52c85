"""Who votes on an application, and how."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from core.fields import FenField
from core.models import User
from credit.models.applications import Application


class ApprovalTask(ConcurrentTransitionMixin, models.Model):
    """One blind vote on one application: who votes does not see the others' votes."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        CLAIMED = "claimed", _("Claimed")
        VOTED = "voted", _("Voted")
        CLOSED = "closed", _("Closed")
        ESCALATED = "escalated", _("Escalated")

    class Vote(models.TextChoices):
        APPROVE = "approve", _("Approve")
        REFUSE = "refuse", _("Refuse")

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="approvals", verbose_name=_("application")
    )
    seat = models.PositiveSmallIntegerField(_("seat"))
    needed = models.PositiveSmallIntegerField(_("approving votes needed"), default=2)
    status = FSMField(_("status"), default=Status.OPEN, choices=Status.choices, protected=True)
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="approvals",
        verbose_name=_("approver"),
    )
    vote = models.CharField(_("vote"), max_length=8, choices=Vote.choices, blank=True)
    amount = FenField(_("amount"), null=True, blank=True)
    comment = models.CharField(_("comment"), max_length=300, blank=True)
    opened_at = models.DateTimeField(_("opened at"), auto_now_add=True)
    voted_at = models.DateTimeField(_("voted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["opened_at", "id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["application", "seat"], name="approval_seat_once"),
            models.UniqueConstraint(
                fields=["application", "approver"],
                condition=Q(approver__isnull=False),
                name="one_vote_each",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} · {self.seat}"

    @transition(status, source=Status.OPEN, target=Status.CLAIMED)
    def claim(self, *, by: User) -> None:
        """An approver takes it on."""
        self.approver = by

    @transition(status, source=Status.CLAIMED, target=Status.VOTED)
    def cast(self, *, vote: str, amount: int | None, comment: str, at: datetime) -> None:
        """The vote; it cannot be changed."""
        self.vote, self.amount, self.comment, self.voted_at = vote, amount, comment, at

    @transition(status, source=[Status.OPEN, Status.CLAIMED, Status.VOTED], target=Status.CLOSED)
    def close(self) -> None:
        """The application was decided."""
