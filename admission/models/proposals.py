"""Groups that models propose, and what people made of them; a model never names a customer."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from admission.models.score_policies import ScorePolicy
from admission.models.tags import TagDefinition


class Exploration(models.Model):
    """One look for groups: by likeness, or by how loans went. ``fault`` says why it found none."""

    class Kind(models.TextChoices):
        CLUSTERS = "clusters", _("Customers who are alike")
        RISK = "risk", _("Customers by how their loans went")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    as_of = models.DateField(_("as of"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"))
    done_at = models.DateTimeField(_("done at"), null=True)
    people = models.PositiveIntegerField(_("people looked at"), null=True)
    figures = models.JSONField(_("figures"), default=dict)
    fault = models.JSONField(_("why nothing was found"), null=True)

    class Meta:
        verbose_name = _("look for groups")
        verbose_name_plural = _("looks for groups")
        ordering = ["-id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.as_of}"


class Proposal(models.Model):
    """One group that was found, as a condition of the rule language. Nothing comes of it by itself:
    somebody makes a draft tag of it, or a segment's condition in a draft of the scoring policy,
    which a second person puts into force; or keeps a list of its people, or sets it aside."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        DRAFTED = "drafted", _("Made a draft tag")
        PLACED = "placed", _("Put into a draft of the scoring policy")
        DISMISSED = "dismissed", _("Set aside")

    exploration = models.ForeignKey(
        Exploration, models.CASCADE, related_name="proposals", verbose_name=_("look for groups")
    )
    place = models.PositiveSmallIntegerField(_("place"))
    condition = models.TextField(_("condition"))
    size = models.PositiveIntegerField(_("people"))
    share = models.FloatField(_("share of those looked at"))
    purity = models.FloatField(_("of whom the model meant"), null=True)
    reach = models.FloatField(_("of those meant it finds"), null=True)
    bads = models.PositiveIntegerField(_("bad"), null=True)
    bad_rate = models.FloatField(_("bad rate"), null=True)
    traits = models.JSONField(_("in what they differ"), default=list)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.OPEN
    )
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    settled_at = models.DateTimeField(_("settled at"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    definition = models.ForeignKey(
        TagDefinition,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("draft tag"),
    )
    policy = models.ForeignKey(
        ScorePolicy,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("draft of the scoring policy"),
    )

    class Meta:
        verbose_name = _("proposed group")
        verbose_name_plural = _("proposed groups")
        ordering = ["-exploration_id", "place"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["exploration", "place"], name="proposal_place_once"),
            models.CheckConstraint(
                name="settled_proposal_has_somebody",
                condition=Q(status="open", settled_by=None, settled_at=None)
                | ~Q(status="open") & Q(settled_by__isnull=False, settled_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exploration_id}-{self.place} · {self.condition}"
