"""Admission rules as data: risk staff write and version them."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from admission import fault_words
from admission.features import CATALOGUE
from admission.judgement import OutcomeRule, RuleBook, RulesRefused, RuleText, compile_rules
from admission.judgement.outcome import DEFAULT_LIMIT_FACTOR, DEFAULT_OUTCOME
from core.errors import SameHands
from core.models import Publishable, PublishingState, User

CHAMPION = "admission"
"""The code under which the bank's admission rules are versioned."""

CHALLENGER = "admission_challenger"
"""The code of the rules that are heard beside them without deciding anything."""


class RuleSet(Publishable):
    """All admission rules of one version; one version is in force.

    A set under the code ``CHALLENGER`` is published in the same way but never decides. A version
    in review that somebody approved for later carries who did and from when it is to decide.
    """

    outcome = models.TextField(_("how the outcome is found"), default=DEFAULT_OUTCOME)
    limit_factor = models.TextField(_("factor on the limit"), default=DEFAULT_LIMIT_FACTOR)
    fingerprint = models.CharField(_("fingerprint"), max_length=64, blank=True)
    scheduled_for = models.DateTimeField(_("in force from"), null=True, blank=True)
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved for later by"),
    )

    class Meta(Publishable.Meta):
        verbose_name = _("rule set")
        verbose_name_plural = _("rule sets")
        constraints = [
            *Publishable.Meta.constraints,
            models.CheckConstraint(
                name="rule_set_scheduled_by_somebody_else",
                condition=Q(scheduled_for=None, scheduled_by=None)
                | Q(scheduled_for__isnull=False, scheduled_by__isnull=False)
                & ~Q(scheduled_by=F("author"))
                & ~Q(status=PublishingState.DRAFT),
            ),
        ]

    @property
    def is_challenger(self) -> bool:
        """Whether it is heard in the shadow only."""
        return self.code == CHALLENGER

    def schedule(self, *, by: User | None, at: datetime | None) -> None:
        """Remember who approved it for when; None for both takes that back."""
        if by is not None and by.pk == self.author_id:
            raise SameHands
        self.scheduled_by, self.scheduled_for = by, at

    def book(self, *, is_new: bool = False) -> RuleBook:
        """The rules, read and checked. Raises RulesRefused with every reason."""
        texts = [each.text for each in self.rules.order_by("id")]
        outcome = OutcomeRule(self.outcome, self.limit_factor)
        return compile_rules(texts, outcome, CATALOGUE, is_new=is_new)

    def faults(self) -> list[str]:
        """What keeps this version from being put into force: place and reason of each."""
        try:
            self.book(is_new=True)
        except RulesRefused as refused:
            return [fault_words.in_words(each) for each in refused.faults]
        return []


class Rule(models.Model):
    """One sentence of admission: when it holds, how grave it is, and what unknown means for it."""

    class Level(models.TextChoices):
        HIGH = "high", _("High")
        MEDIUM = "medium", _("Medium")
        LOW = "low", _("Low")

    class OnUnknown(models.TextChoices):
        BLOCK = "block_until_available", _("Wait until known")
        MANUAL = "manual_review", _("Manual review")
        NOTICE = "pass_with_notice", _("Pass with a notice")
        PASS = "pass", _("Pass")

    rule_set = models.ForeignKey(
        RuleSet, models.CASCADE, related_name="rules", verbose_name=_("rule set")
    )
    code = models.CharField(_("code"), max_length=10)
    level = models.CharField(_("level"), max_length=8, choices=Level.choices)
    name = models.CharField(_("name"), max_length=60)
    source = models.CharField(_("source"), max_length=30)
    expression = models.TextField(_("condition"))
    params = models.JSONField(_("thresholds"), default=dict, blank=True)
    on_unknown = models.CharField(_("when unknown"), max_length=24, choices=OnUnknown.choices)
    says = models.CharField(_("what staff read"), max_length=200, blank=True)
    says_to_customer = models.CharField(_("what the customer may be told"), max_length=200)
    treatment = models.JSONField(
        _("treatment beyond its level"),
        default=dict,
        blank=True,
        db_default={},
        help_text=_(
            "refuse_when, head_office_when, rebind_phone_when and use_check_when are conditions, "
            'limit_at_most is in yuan, before_drawing may be "visit".'
        ),
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("admission rule")
        verbose_name_plural = _("admission rules")
        ordering = ["rule_set", "id"]
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "code"], name="rule_once_per_set")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def text(self) -> RuleText:
        """The rule as judgement reads it."""
        return RuleText(
            code=self.code,
            level=self.level,
            name=self.name,
            expression=self.expression,
            params=self.params,
            on_unknown=self.on_unknown,
            says=self.says,
            says_to_customer=self.says_to_customer,
            treatment=self.treatment,
        )
