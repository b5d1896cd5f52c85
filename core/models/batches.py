"""Work on a whole county, cut into pieces that can be stopped, repeated and resumed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Run(models.Model):
    """One batch: what, for which business day, and how far it has come."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        OVERTAKEN = "overtaken", _("Overtaken")

    kind = models.CharField(_("kind"), max_length=60)
    business_day = models.DateField(_("business day"))
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.RUNNING
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("started by"),
    )
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    settings = models.JSONField(_("settings"), default=dict)
    result = models.JSONField(_("result"), default=dict)

    OVERTAKEN_BY = "overtaken_by"
    """In the result of a run that a newer one overtook: which."""

    class Meta:
        verbose_name = _("batch run")
        verbose_name_plural = _("batch runs")
        ordering = ["-id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.kind} {self.business_day}"


class Shard(models.Model):
    """A piece of a run: one village, or one range of keys; one transaction."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    run = models.ForeignKey(Run, models.CASCADE, related_name="shards", verbose_name=_("run"))
    key = models.CharField(_("key"), max_length=60)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    figures = models.JSONField(_("figures"), default=dict)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("batch shard")
        verbose_name_plural = _("batch shards")
        ordering = ["id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], name="shard_once_per_run"),
        ]

    def __str__(self) -> str:
        return f"{self.run} · {self.key}"
