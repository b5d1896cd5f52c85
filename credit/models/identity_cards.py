"""The ID card that an application rests on."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from admission.models import PhotographedPaper
from credit.models.applications import Application


class IdentityCard(models.Model):
    """Both sides of the ID card by which an applicant showed who they are, as compared.

    ``valid_to`` is empty where the card is good for ever.
    """

    application = models.OneToOneField(
        Application,
        models.CASCADE,
        related_name="identity_card",
        verbose_name=_("application"),
    )
    front = models.ForeignKey(
        PhotographedPaper,
        models.PROTECT,
        related_name="+",
        verbose_name=_("side with the face"),
    )
    back = models.ForeignKey(
        PhotographedPaper,
        models.PROTECT,
        related_name="+",
        verbose_name=_("side with the emblem"),
    )
    valid_to = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("ID card of an application")
        verbose_name_plural = _("ID cards of applications")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.application_id}"
