"""Who did what, in rows that nobody can change without being noticed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One deed. ``digest`` proves its content from the first moment; ``chain_hash`` links it, once
    committed, to all deeds of its stream before it, so that a removed row is noticed too."""

    stream = models.CharField(_("stream"), max_length=40)
    at = models.DateTimeField(_("at"))
    action = models.CharField(_("action"), max_length=80)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("actor"),
    )
    actor_name = models.CharField(_("actor's name"), max_length=80)
    object_type = models.CharField(_("object type"), max_length=60)
    object_id = models.BigIntegerField(_("object"))
    detail = models.JSONField(_("detail"), default=dict)
    digest = models.CharField(max_length=64)
    sequence = models.BigIntegerField(null=True)
    chain_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-id"]
        default_permissions = ("view",)
        # A batch writes hundreds of thousands of these: every index here is paid for in each.
        indexes = [
            models.Index(fields=["object_id"], name="audit_by_object_id"),
            models.Index(fields=["actor"], name="audit_by_actor", condition=~Q(actor=None)),
            models.Index(
                fields=["stream"], name="audit_not_yet_linked", condition=Q(sequence=None)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "sequence"],
                condition=~Q(sequence=None),
                name="audit_one_place_in_the_chain",
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} #{self.object_id}"


class Reading(models.Model):
    """One look at somebody's personal data: who looked, at whom, at what, and why."""

    at = models.DateTimeField(_("at"), auto_now_add=True)
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("reader")
    )
    object_type = models.CharField(_("object type"), max_length=60)
    object_id = models.BigIntegerField(_("object"))
    what = models.CharField(_("what"), max_length=60)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("reading of personal data")
        verbose_name_plural = _("readings of personal data")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["object_type", "object_id"], name="reading_by_object")]

    def __str__(self) -> str:
        return f"{self.reader} · {self.what}"
