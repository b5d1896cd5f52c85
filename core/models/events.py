"""Facts waiting to be told to the rooms that react to them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outbox(models.Model):
    """An event, stored in the transaction that caused it, until every handler has heard it."""

    kind = models.CharField(_("kind"), max_length=80)
    body = models.JSONField(_("body"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    not_before = models.DateTimeField(_("not before"), null=True)
    error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(
                fields=["id"], name="outbox_waiting", condition=models.Q(delivered_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
