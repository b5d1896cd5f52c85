"""Files of data that were handed in and wait for a worker."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from admission.models.deliveries import KIND_LENGTH, Delivery
from core.models import Document


class IncomingFile(models.Model):
    """A file that somebody handed in: a worker makes a delivery of it, or says why it cannot."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting for a worker")
        TAKEN = "taken", _("Brought in")
        REFUSED = "refused", _("Could not be brought in")

    file = models.ForeignKey(
        Document, models.PROTECT, related_name="+", verbose_name=_("file, sealed")
    )
    file_name = models.CharField(_("file"), max_length=120)
    kind = models.CharField(_("class of data"), max_length=KIND_LENGTH, blank=True)
    given_day = models.DateField(_("day given by hand"), null=True, blank=True)
    received_at = models.DateTimeField(_("received at"))
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("received by"),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.WAITING
    )
    delivery = models.ForeignKey(
        Delivery, models.PROTECT, null=True, related_name="+", verbose_name=_("delivery")
    )
    error = models.CharField(_("reason"), max_length=300, blank=True)
    taken_up = models.PositiveSmallIntegerField(
        _("how often a worker took it up"), default=0, db_default=0, editable=False
    )

    class Meta:
        verbose_name = _("file being brought in")
        verbose_name_plural = _("files being brought in")
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="incoming_file_ends_in_a_delivery_or_a_reason",
                condition=Q(status="waiting", delivery=None, error="")
                | Q(status="taken", delivery__isnull=False, error="")
                | (Q(status="refused", delivery=None) & ~Q(error="")),
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_waiting(self) -> bool:
        """Whether a worker has it, or is to have it."""
        return self.status == self.Status.WAITING
