"""Deliveries of the bank's own tables: branches, staff, areas."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import Document, User


class OrganisationImportQuerySet(models.QuerySet["OrganisationImport"]):
    def visible_to(self, user: User) -> "OrganisationImportQuerySet":
        """The whole bank's tables are the head office's matter."""
        return self if user.sees_everything else self.none()


class OrganisationImport(models.Model):
    """One table of branches, staff or areas that was handed in, and what became of its lines."""

    class Kind(models.TextChoices):
        BRANCHES = "branches", _("Branch offices")
        STAFF = "staff", _("Staff")
        AREAS = "areas", _("Towns, villages and groups")

    class Status(models.TextChoices):
        TRIED = "tried", _("Tried out, nothing brought in yet")
        BROUGHT = "brought", _("Brought in")
        DISCARDED = "discarded", pgettext_lazy("a file", "Discarded")

    file_name = models.CharField(_("file"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    status = models.CharField(
        _("state"), max_length=16, choices=Status.choices, default=Status.TRIED
    )
    source = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("file as received"),
    )
    imported_at = models.DateTimeField(_("imported at"), auto_now_add=True)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("imported by"),
    )
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("ordered by"),
    )
    written_at = models.DateTimeField(_("written at"), null=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    new = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(pgettext_lazy("rows", "changed"), default=0)
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
    report = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("change report"),
    )
    ignored = models.JSONField(_("headings not used"), default=list)

    objects = OrganisationImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("table of the bank")
        verbose_name_plural = _("branches, staff and areas")
        ordering = ["-id"]
        default_permissions = ("view", "add")

    def __str__(self) -> str:
        return self.file_name
