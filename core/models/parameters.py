"""Figures that regulation or the bank sets, each with its days and its source."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Parameter(models.Model):
    """One value of one figure from one day on; the value before it ends where this begins."""

    name = models.CharField(_("name"), max_length=80)
    value = models.JSONField(_("value"))
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True, help_text=_("Last day."))
    source = models.CharField(_("source"), max_length=200)
    note = models.CharField(_("note"), max_length=300, blank=True)
    to_be_checked = models.BooleanField(
        _("to be checked"),
        default=False,
        help_text=_("Could not be confirmed from a source at hand; confirm before relying on it."),
    )

    class Meta:
        verbose_name = _("dated parameter")
        verbose_name_plural = _("dated parameters")
        ordering = ["name", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["name", "valid_from"], name="parameter_once_a_day"),
            models.CheckConstraint(
                name="parameter_ends_after_it_begins",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.valid_from}"
