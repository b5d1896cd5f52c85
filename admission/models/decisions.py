"""Admission decisions, kept so that each can be explained and worked again."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from admission.models.rules import RuleSet
from admission.models.sources import Authorisation
from core.models import User
from village.models import Customer


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, user: User) -> "DecisionQuerySet":
        """Decisions about people of the households this person may see."""
        return self.filter(
            user.scope(
                branch="customer__household__village__grid__branch",
                manager="customer__household__village__grid__manager",
            )
        )


class Decision(models.Model):
    """Whether a customer may be lent to: every rule heard, every hit and every unknown kept.

    ``inputs`` are the values the rules saw, by field; ``hits`` and ``unknowns`` are lists of
    objects with code, level, name, values, thresholds, on_unknown, says; ``records`` are the
    source records read, as objects with source, record, status, as_of. No name, ID or mobile
    number stands in any of them.
    """

    class Outcome(models.TextChoices):
        ADMIT = "admit", _("Admitted")
        NOTICE = "notice", _("Admitted with check items")
        MANUAL = "manual", _("Manual review")
        WAIT = "wait", _("Waiting for a source")
        REFUSE = "refuse", _("Refused")

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="decisions", verbose_name=_("customer")
    )
    purpose = models.CharField(_("purpose"), max_length=16, choices=Authorisation.Purpose.choices)
    as_of = models.DateField(_("as of"))
    rule_set = models.ForeignKey(
        RuleSet, models.PROTECT, related_name="decisions", verbose_name=_("rule set")
    )
    rule_set_hash = models.CharField(_("hash of the rules"), max_length=64)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices)
    limit_factor = models.DecimalField(
        _("factor on the limit"), max_digits=4, decimal_places=2, default=1
    )
    inputs = models.JSONField(_("inputs"))
    asked_for = models.JSONField(_("what was asked for"), default=dict)
    records = models.JSONField(_("source records used"), default=list)
    hits = models.JSONField(_("rules that hold"), default=list)
    unknowns = models.JSONField(_("rules that could not be answered"), default=list)
    customer_text = models.TextField(_("what the customer may be told"), blank=True)
    decided_at = models.DateTimeField(_("decided at"), auto_now_add=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("asked by"),
    )

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("admission decision")
        verbose_name_plural = _("admission decisions")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["customer", "-id"], name="decision_newest_first")]

    def __str__(self) -> str:
        return f"{self.customer} · {self.get_outcome_display()}"
