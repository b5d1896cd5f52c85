"""Somebody disagrees with what was decided, and somebody who had no part in it looks again."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField

from core.models.staff import User

OPENED = "opened"


class SecondLook(ConcurrentTransitionMixin, models.Model):
    """A customer asks a person to look at a decision again; answered once, by a day, with a reason.

    Each kind names its ``decision`` and draws its own states, of which the first is ``opened``;
    ``outcome_field`` holds what came of it where the decision did not stand. ``had_part_in`` are
    the ids of all who had a hand in the decision: none of them answers.
    """

    audited_as: ClassVar[str]
    outcome_field: ClassVar[str]
    status: FSMField
    had_part_in: set[int]

    statement = models.CharField(_("what the customer says"), max_length=1000)
    opened_at = models.DateTimeField(_("opened at"))
    due_on = models.DateField(_("to be answered by"))
    answer = models.CharField(_("what the customer was answered"), max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["due_on", "id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.decision} · {self.due_on}"

    @property
    def is_open(self) -> bool:
        """Whether it waits for its answer."""
        return self.status == OPENED

    def _answer(self, by: User, at: datetime, answer: str) -> None:
        self.answered_by, self.answered_at, self.answer = by, at, answer


def answered_with_a_reason(name: str) -> models.CheckConstraint:
    """Whatever is no longer open says who answered, when and why."""
    return models.CheckConstraint(
        name=name,
        condition=Q(status=OPENED)
        | (Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(answer="")),
    )


def one_open_each(name: str) -> models.UniqueConstraint:
    """A second appeal waits for the answer to the first."""
    return models.UniqueConstraint(fields=["decision"], condition=Q(status=OPENED), name=name)
