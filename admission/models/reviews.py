"""What people add to a decision: evidence, ticks, appeals, overrides."""

from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from admission.models.decisions import Decision
from admission.models.sources import Authorisation
from core.errors import SameHands
from core.models import Document, SecondLook, User
from core.models.second_looks import answered_with_a_reason, one_open_each
from village.models import Customer, within


class RuleAnswerQuerySet(models.QuerySet["RuleAnswer"]):
    def visible_to(self, user: User) -> "RuleAnswerQuerySet":
        """Findings about customers this person may see."""
        return self.filter(within(user, "decision__village"))


class RuleAnswer(models.Model):
    """What somebody found out about one rule that holds: evidence, or a check item ticked."""

    decision = models.ForeignKey(
        Decision, models.PROTECT, related_name="answers", verbose_name=_("decision")
    )
    code = models.CharField(_("rule"), max_length=10)
    text = models.CharField(_("what was found"), max_length=500)
    document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("document"),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    objects = RuleAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a rule")
        verbose_name_plural = _("answers to rules")
        ordering = ["id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["decision", "code"], name="rule_answered_once"),
            models.CheckConstraint(name="rule_answer_says_something", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} · {self.code}"


class AppealQuerySet(models.QuerySet["Appeal"]):
    def visible_to(self, user: User) -> "AppealQuerySet":
        """Appeals of people this person may see."""
        return self.filter(within(user, "decision__village"))


class Appeal(SecondLook):
    """A customer asks a person to look at a decision again; answered within twenty days."""

    audited_as = "admission.appeal"
    outcome_field = "decided_again"

    class Status(models.TextChoices):
        OPENED = "opened", _("Opened")
        UPHELD = "upheld", _("Decision upheld")
        CORRECTED = "corrected", _("Corrected and decided again")

    decision = models.ForeignKey(
        Decision, models.PROTECT, related_name="appeals", verbose_name=_("decision")
    )
    status = FSMField(_("status"), default=Status.OPENED, choices=Status.choices, protected=True)
    decided_again = models.ForeignKey(
        Decision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided again"),
    )

    objects = AppealQuerySet.as_manager()

    class Meta(SecondLook.Meta):
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        permissions = [("answer_appeal", _("May answer appeals"))]
        constraints = [
            one_open_each("one_open_appeal_each"),
            answered_with_a_reason("answered_appeal_says_who_and_why"),
            models.CheckConstraint(
                name="corrected_appeal_was_decided_again",
                condition=~Q(status="corrected") | Q(decided_again__isnull=False),
            ),
        ]

    @property
    def had_part_in(self) -> set[int]:
        """Whoever had the decision made; nobody, where the night's work did."""
        return {self.decision.asked_by_id} - {None}

    @transition(status, source=Status.OPENED, target=Status.UPHELD)
    def uphold(self, *, by: User, at: datetime, answer: str) -> None:
        """The decision stands."""
        self._answer(by, at, answer)

    @transition(status, source=Status.OPENED, target=Status.CORRECTED)
    def correct(self, *, by: User, at: datetime, answer: str, again: Decision) -> None:
        """Something was wrong; it was put right and decided again."""
        self._answer(by, at, answer)
        self.decided_again = again


class OverrideQuerySet(models.QuerySet["Override"]):
    def visible_to(self, user: User) -> "OverrideQuerySet":
        """Overrides about people this person may see."""
        return self.filter(within(user, "decision__village"))

    def live(self, *, purpose: str, on: date) -> "OverrideQuerySet":
        """Approved, and good on a day."""
        return self.filter(
            status=Override.Status.APPROVED, decision__purpose=purpose, valid_until__gte=on
        )


class Override(ConcurrentTransitionMixin, models.Model):
    """Head office sets aside the rules that refused one customer, for one purpose, until a day.

    ``codes`` are the rules set aside: another rule that refuses later still refuses. Whoever
    proposes it never approves it. It never admits: a person has to decide. Head office may end it
    before its last day, and whoever proposed it take it back.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("an override", "Proposed")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        REVOKED = "revoked", _("Ended early")
        WITHDRAWN = "withdrawn", _("Taken back")

    AGREED = (Status.APPROVED, Status.REVOKED)
    """To which a second person agreed, however it went on."""

    decision = models.ForeignKey(
        Decision, models.PROTECT, related_name="overrides", verbose_name=_("decision")
    )
    codes = models.JSONField(_("rules set aside"), default=list)
    limit_factor = models.DecimalField(
        _("factor on the limit"), max_digits=4, decimal_places=2, default=1
    )
    valid_until = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=500)
    status = FSMField(_("status"), default=Status.PROPOSED, choices=Status.choices, protected=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("an override", "proposed by"),
    )
    proposed_at = models.DateTimeField(pgettext_lazy("an override", "proposed at"))
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    comment = models.CharField(_("comment"), max_length=300, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_because = models.CharField(_("why it was ended"), max_length=200, blank=True)

    objects = OverrideQuerySet.as_manager()

    class Meta:
        verbose_name = _("override")
        verbose_name_plural = _("overrides")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("propose_override", _("May propose to override the rules")),
            ("settle_override", _("May approve or decline an override")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["decision"], condition=Q(status="proposed"), name="one_open_override_each"
            ),
            models.CheckConstraint(
                name="override_needs_two_people",
                condition=Q(settled_by=None) | ~Q(settled_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="settled_override_says_by_whom",
                condition=Q(status__in=["proposed", "withdrawn"])
                | Q(settled_by__isnull=False, settled_at__isnull=False),
            ),
            models.CheckConstraint(
                name="ended_override_says_who_and_why",
                condition=~Q(status__in=["revoked", "withdrawn"])
                | Q(ended_by__isnull=False, ended_at__isnull=False) & ~Q(ended_because=""),
            ),
            models.CheckConstraint(
                name="override_factor_is_a_share",
                condition=Q(limit_factor__gt=0, limit_factor__lte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision} · {', '.join(self.codes)}"

    @property
    def customer(self) -> Customer:
        """About whom."""
        return self.decision.customer

    @property
    def purpose(self) -> str:
        """For what, in words."""
        return Authorisation.Purpose(self.decision.purpose).label

    @transition(status, source=Status.PROPOSED, target=Status.APPROVED)
    def approve(self, *, by: User, at: datetime, comment: str = "") -> None:
        """A second person of head office agrees."""
        self._settle(by, at, comment)

    @transition(status, source=Status.PROPOSED, target=Status.DECLINED)
    def decline(self, *, by: User, at: datetime, comment: str = "") -> None:
        """A second person of head office does not agree."""
        self._settle(by, at, comment)

    @transition(status, source=Status.APPROVED, target=Status.REVOKED)
    def revoke(self, *, by: User, at: datetime, why: str) -> None:
        """Head office ends it before its last day."""
        self._end(by, at, why)

    @transition(status, source=Status.PROPOSED, target=Status.WITHDRAWN)
    def take_back(self, *, by: User, at: datetime, why: str) -> None:
        """Whoever proposed it asks nobody any more."""
        self._end(by, at, why)

    def _end(self, by: User, at: datetime, why: str) -> None:
        self.ended_by, self.ended_at, self.ended_because = by, at, why

    def _settle(self, by: User, at: datetime, comment: str) -> None:
        if by.pk == self.proposed_by_id:
            raise SameHands
        self.settled_by, self.settled_at, self.comment = by, at, comment
