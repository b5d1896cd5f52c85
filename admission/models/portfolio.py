"""What the rules in force say of every customer of the county, from what is on file."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from admission.models.decisions import Decision
from admission.models.scorecards import CardSegment, Scorecard
from core.models import Run
from village.models import Customer, OfCustomerQuerySet


def _codes(name: str) -> ArrayField:
    return ArrayField(models.CharField(max_length=10), default=list, verbose_name=name)


class Standing(models.Model):
    """What the rules say of a customer from what is on file today. Nobody outside was asked and
    nothing was decided: it tells where to look, not whom to lend to.

    A row is written only when what it says changes; ``since`` is the day of the outcome. Score and
    band are those of the card in force for the customer's segment, empty where there is none.
    """

    customer = models.OneToOneField(
        Customer,
        models.CASCADE,
        primary_key=True,
        related_name="standing",
        verbose_name=_("customer"),
    )
    outcome = models.CharField(_("outcome"), max_length=8, choices=Decision.Outcome.choices)
    limit_factor = models.DecimalField(_("factor on the limit"), max_digits=4, decimal_places=2)
    hits = _codes(_("rules that hold"))
    since = models.DateField(_("since"))
    segment = models.CharField(
        _("segment"), max_length=10, choices=CardSegment.choices, blank=True, db_default=""
    )
    scorecard = models.ForeignKey(
        Scorecard,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("scorecard"),
    )
    score = models.SmallIntegerField(_("score"), null=True, blank=True)
    risk_band = models.CharField(_("risk band"), max_length=1, blank=True, db_default="")

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("portfolio standing")
        verbose_name_plural = _("portfolio")
        ordering = ["customer_id"]
        default_permissions = ("view",)
        permissions = [
            ("work_standing", _("May have the portfolio heard anew")),
            ("export_standing", _("May export customers of the portfolio")),
        ]
        indexes = [models.Index(fields=["outcome", "customer"], name="standing_by_outcome")]

    def __str__(self) -> str:
        return f"{self.customer_id} · {self.get_outcome_display()}"


class KnownFeatures(models.Model):
    """What is known of a customer in features, from what is on file: amounts in fen, and nothing
    under the name of a feature that is unknown. ``since`` is the day on which it last changed.

    ``seal`` tells two sets of values apart without reading them.
    """

    customer = models.OneToOneField(
        Customer,
        models.CASCADE,
        primary_key=True,
        related_name="known_features",
        verbose_name=_("customer"),
    )
    values = models.JSONField(_("values"), default=dict)
    seal = models.BigIntegerField(_("seal"))
    since = models.DateField(_("since"))

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("known features")
        verbose_name_plural = _("known features")
        ordering = ["customer_id"]
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.customer_id)


class StandingChange(models.Model):
    """One customer of whom the rules came to say something else, on which day and in which run."""

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="standing_changes", verbose_name=_("customer")
    )
    before = models.CharField(_("before"), max_length=8, choices=Decision.Outcome.choices)
    after = models.CharField(_("after"), max_length=8, choices=Decision.Outcome.choices)
    hits_before = _codes(_("rules that held"))
    hits_after = _codes(_("rules that hold"))
    band_before = models.CharField(_("risk band before"), max_length=1, blank=True, db_default="")
    band_after = models.CharField(_("risk band after"), max_length=1, blank=True, db_default="")
    on = models.DateField(_("on"))
    run = models.ForeignKey(
        Run, models.PROTECT, db_index=False, related_name="+", verbose_name=_("run")
    )

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a standing")
        verbose_name_plural = _("changes of standings")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["run", "customer"], name="standing_change_by_run")]

    def __str__(self) -> str:
        return f"{self.customer_id} · {self.before} → {self.after}"
