"""Deliveries of roster files."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Document


class RosterImport(models.Model):
    """One roster file that was brought in: what it held, what went in, what did not and why."""

    class Kind(models.TextChoices):
        ROSTER = "roster", _("Roster of people")
        HOUSEHOLDS = "households", _("Declared means of households")
        RELATIONS = "relations", _("Relations between people")
        LISTS = "lists", _("Grey and black lists")

    file_name = models.CharField(_("file"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    imported_at = models.DateTimeField(_("imported at"), auto_now_add=True)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("imported by"),
    )
    rows = models.PositiveIntegerField(_("rows"), default=0)
    new = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    refusals = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("rows to correct"),
    )

    class Meta:
        verbose_name = _("roster import")
        verbose_name_plural = _("roster imports")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name
