"""Wrong ID numbers put right: asked for by one person, agreed to by another."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedTextField
from village.models.belonging import OfCustomerQuerySet
from village.models.people import Customer, masked


class NumberCorrection(models.Model):
    """That somebody was registered under a wrong ID number, and which is the right one. The person
    stays who they are; whoever agrees types the right number once more, from the card."""

    class Status(models.TextChoices):
        ASKED = "asked", _("To be agreed to")
        DONE = "done", _("Number corrected")
        DECLINED = "declined", _("Declined")

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="number_corrections", verbose_name=_("customer")
    )
    status = models.CharField(
        _("state"), max_length=8, choices=Status.choices, default=Status.ASKED
    )
    old_number = EncryptedTextField(_("registered number"))
    old_index = models.CharField(max_length=64, editable=False, db_index=True)
    new_number = EncryptedTextField(_("right number"))
    new_index = models.CharField(max_length=64, editable=False)
    because = models.CharField(_("reason"), max_length=200)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    asked_at = models.DateTimeField(_("asked for at"))
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    settled_at = models.DateTimeField(_("settled at"), null=True)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction of an ID number")
        verbose_name_plural = _("corrections of ID numbers")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("settle_numbercorrection", _("May agree to corrections of ID numbers"))]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(status="asked"),
                name="one_number_correction_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["new_index"],
                condition=Q(status="asked"),
                name="number_asked_for_once",
            ),
            models.CheckConstraint(
                name="corrected_number_has_two_hands",
                condition=~Q(status="done")
                | Q(settled_by__isnull=False, settled_at__isnull=False)
                & ~Q(settled_by=F("asked_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.get_status_display()}"

    @property
    def masked_old(self) -> str:
        """The registered number as a screen shows it."""
        return masked(self.old_number)

    @property
    def masked_new(self) -> str:
        """The right number as a screen shows it."""
        return masked(self.new_number)
