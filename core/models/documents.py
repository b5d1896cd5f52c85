"""Files that belong to a household, a loan or a decision."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Document(models.Model):
    """A photo, a contract or a report: named by its content, sealed on disk."""

    address = models.CharField(_("address"), max_length=64, unique=True)
    key_name = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=120)
    content_type = models.CharField(_("content type"), max_length=80)
    size = models.PositiveIntegerField(_("size, bytes"))
    stored_at = models.DateTimeField(_("stored at"), auto_now_add=True)
    stored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("stored by"),
    )

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
