"""Admission rules as data: risk staff write and version them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Publishable


class RuleSet(Publishable):
    """All admission rules of one version; one version is in force."""

    fingerprint = models.CharField(_("fingerprint"), max_length=64, blank=True)

    class Meta(Publishable.Meta):
        verbose_name = _("rule set")
        verbose_name_plural = _("rule sets")


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
