"""What a version of the rules would have decided, before it decides anything."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from admission.models.rules import RuleSet
from core.models import Run, User


class RuleSimulation(models.Model):
    """One version heard on what was known of every customer when they were last decided about, or
    on what is kept of every customer of the county.

    ``fingerprint`` is that of the version as it was then: a draft changed since is another.
    ``summary`` is empty until the last piece is worked.
    """

    class Among(models.TextChoices):
        DECISIONS = "decisions", _("everybody decided about lately")
        PORTFOLIO = "portfolio", _("every customer of the county")

    among = models.CharField(
        _("among whom"),
        max_length=10,
        choices=Among.choices,
        default=Among.DECISIONS,
        db_default=Among.DECISIONS,
    )
    rule_set = models.ForeignKey(
        RuleSet, models.PROTECT, related_name="simulations", verbose_name=_("rule set")
    )
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    against = models.ForeignKey(
        RuleSet,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("compared with"),
    )
    run = models.OneToOneField(Run, models.PROTECT, related_name="+", verbose_name=_("batch run"))
    since = models.DateField(_("decisions since"), null=True)
    business_day = models.DateField(_("business day"))
    made_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    summary = models.JSONField(_("summary"), default=dict)

    class Meta:
        verbose_name = _("rule simulation")
        verbose_name_plural = _("rule simulations")
        ordering = ["-id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.rule_set} · {self.business_day}"

    @property
    def is_of_portfolio(self) -> bool:
        """Whether it was heard on what is kept of every customer of the county."""
        return self.among == self.Among.PORTFOLIO


class SimulatedPiece(models.Model):
    """Some customers of a simulation: a row each as Parquet, no names in it.

    Of the portfolio, only rows of those treated differently, and the ``figures`` of all of them.
    """

    simulation = models.ForeignKey(
        RuleSimulation, models.CASCADE, related_name="pieces", verbose_name=_("simulation")
    )
    key = models.CharField(_("customers"), max_length=40)
    rows = models.BinaryField(_("rows"))
    figures = models.JSONField(_("figures"), default=dict, db_default={})

    class Meta:
        verbose_name = _("piece of a simulation")
        verbose_name_plural = _("pieces of a simulation")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["simulation", "key"], name="piece_once_per_simulation")
        ]

    def __str__(self) -> str:
        return f"{self.simulation_id} · {self.key}"
