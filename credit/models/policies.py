"""What a limit policy would grant, worked out before it is put into force."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Run, User
from credit.models.lines import LimitPolicy
from village.models import Campaign


class PolicySimulation(models.Model):
    """One version of the policy run over every household with a concluded review.

    ``fingerprint`` is the hash of what the version said then: a draft changed since is another.
    ``summary`` is empty until the last village is worked; amounts in it are fen.
    """

    policy = models.ForeignKey(
        LimitPolicy, models.PROTECT, related_name="simulations", verbose_name=_("policy")
    )
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    against = models.ForeignKey(
        LimitPolicy,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("compared with"),
    )
    run = models.OneToOneField(Run, models.PROTECT, related_name="+", verbose_name=_("batch run"))
    business_day = models.DateField(_("business day"))
    made_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    summary = models.JSONField(_("summary"), default=dict)

    class Meta:
        verbose_name = _("policy simulation")
        verbose_name_plural = _("policy simulations")
        ordering = ["-id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.policy} · {self.business_day}"


class SimulatedVillage(models.Model):
    """One village of a simulation: a row per household as Parquet, no names in it."""

    simulation = models.ForeignKey(
        PolicySimulation, models.CASCADE, related_name="villages", verbose_name=_("simulation")
    )
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, related_name="+", verbose_name=_("campaign")
    )
    rows = models.BinaryField(_("rows"))

    class Meta:
        verbose_name = _("simulated village")
        verbose_name_plural = _("simulated villages")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["simulation", "campaign"], name="village_once_per_simulation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.simulation_id} · {self.campaign_id}"
