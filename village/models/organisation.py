"""Deliveries of the bank's own tables: branches, staff, areas."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import User
from village.models.handed_in import HandedIn


class OrganisationImportQuerySet(models.QuerySet["OrganisationImport"]):
    def visible_to(self, user: User) -> "OrganisationImportQuerySet":
        """The whole bank's tables are the head office's matter."""
        return self if user.sees_everything else self.none()


class OrganisationImport(HandedIn):
    """One table of branches, staff or areas that was handed in, and what became of its lines."""

    class Kind(models.TextChoices):
        BRANCHES = "branches", _("Branch offices")
        STAFF = "staff", _("Staff")
        AREAS = "areas", _("Towns, villages and groups")

    class Status(models.TextChoices):
        TRIED = "tried", _("Tried out, nothing brought in yet")
        BROUGHT = "brought", _("Brought in")
        DISCARDED = "discarded", pgettext_lazy("a file", "Discarded")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    status = models.CharField(
        _("state"), max_length=16, choices=Status.choices, default=Status.TRIED
    )
    ignored = models.JSONField(_("headings not used"), default=list)

    objects = OrganisationImportQuerySet.as_manager()

    class Meta(HandedIn.Meta):
        verbose_name = _("table of the bank")
        verbose_name_plural = _("branches, staff and areas")
        default_permissions = ("view", "add")
