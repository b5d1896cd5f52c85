"""A household disagrees with its limit, and somebody who had no part in it looks again."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from core.fields import FenField
from core.models import SecondLook, User
from core.models.second_looks import answered_with_a_reason, one_open_each
from credit.models.lines import LimitDecision
from village.models import within


class LimitAppealQuerySet(models.QuerySet["LimitAppeal"]):
    def visible_to(self, user: User) -> "LimitAppealQuerySet":
        """Appeals of households this person may see."""
        return self.filter(within(user, "decision__household__village"))


class LimitAppeal(SecondLook):
    """A household asks for a second look at its limit; what stands stays meanwhile (fen)."""

    audited_as = "credit.limit_appeal"
    outcome_field = "limit_after"

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
    limit_before = FenField(_("limit before"))
    limit_after = FenField(_("limit after"), null=True)
    answer = models.CharField(_("what the household was answered"), max_length=1000, blank=True)

    objects = LimitAppealQuerySet.as_manager()

    class Meta(SecondLook.Meta):
        verbose_name = _("appeal against a limit")
        verbose_name_plural = _("appeals against limits")
        permissions = [
            ("open_limitappeal", _("May write down a household's appeal against its limit")),
            ("answer_limitappeal", _("May answer appeals against limits")),
        ]
        constraints = [
            one_open_each("one_open_limit_appeal_each"),
            answered_with_a_reason("answered_limit_appeal_says_who_and_why"),
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

    @property
    def had_part_in(self) -> set[int]:
        """Who granted or settled the limit, whose village it is, who wrote the appeal down."""
        decision = self.decision
        ids = {
            self.brought_by_id,
            decision.settled_by_id,
            decision.run.started_by_id if decision.run else None,
            decision.household.village.grid.manager_id,
        }
        return ids - {None}

    @transition(status, source=Status.OPENED, target=Status.UPHELD)
    def uphold(self, *, by: User, at: datetime, answer: str) -> None:
        """The limit stands."""
        self._answer(by, at, answer)

    @transition(status, source=Status.OPENED, target=Status.CHANGED)
    def change(self, *, by: User, at: datetime, answer: str, limit: int) -> None:
        """The household gets more than before."""
        self._answer(by, at, answer)
        self.limit_after = limit
