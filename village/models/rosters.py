"""Deliveries of roster files, what each changed, and how files of a shape are to be read."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fields import EncryptedTextField
from core.models import User
from core.roles import SEES_OWN_BRANCH, SEES_OWN_GRID
from village.models.belonging import OfVillage, OfVillageQuerySet, by_village
from village.models.handed_in import HandedIn


class RosterImportQuerySet(models.QuerySet["RosterImport"]):
    def visible_to(self, user: User) -> "RosterImportQuerySet":
        """Files handed in by this person's branch or those below it; head office sees all."""
        if user.sees_everything:
            return self
        theirs = user.scope(branch="imported_by__branch", manager="imported_by")
        return self.filter(theirs, imported_by__role__in=SEES_OWN_BRANCH | SEES_OWN_GRID)

    def orderable_by(self, user: User) -> "RosterImportQuerySet":
        """Files tried out that this person may have brought in."""
        own_lists = Q(kind=RosterImport.Kind.LISTS, imported_by=user)
        tried = Q(status=RosterImport.Status.TRIED, source__isnull=False)
        return self.visible_to(user).filter(tried).exclude(own_lists)


class RosterImport(HandedIn):
    """One roster file that was handed in: what it held, what went in, what did not and why.

    A file of lists is ordered by somebody else than whoever handed it in.
    """

    class Kind(models.TextChoices):
        ROSTER = "roster", _("Roster of people")
        HOUSEHOLDS = "households", _("Declared means of households")
        RELATIONS = "relations", _("Relations between people")
        LISTS = "lists", _("Grey and black lists")

    class Status(models.TextChoices):
        UNKNOWN_SHAPE = "unknown_shape", _("Headings to be explained")
        RECEIVED = "received", pgettext_lazy("a file", "Received")
        TRIED = "tried", _("Tried out, nothing brought in yet")
        ORDERED = "ordered", _("To be brought in")
        BROUGHT = "brought", _("Brought in")
        FAILED = "failed", _("Not readable")
        DISCARDED = "discarded", pgettext_lazy("a file", "Discarded")
        UNDONE = "undone", _("Undone")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, blank=True)
    status = models.CharField(
        _("state"), max_length=16, choices=Status.choices, default=Status.RECEIVED
    )
    error = models.CharField(_("error"), max_length=300, blank=True)
    as_of = models.DateField(_("true on"), null=True)
    taken_up = models.PositiveSmallIntegerField(
        _("taken up again"), default=0, db_default=0, editable=False
    )
    moved = models.PositiveIntegerField(_("moved"), default=0)
    died = models.PositiveIntegerField(_("died"), default=0)
    ignored = models.JSONField(_("headings not used"), null=True)

    objects = RosterImportQuerySet.as_manager()

    class Meta(HandedIn.Meta):
        verbose_name = _("roster import")
        verbose_name_plural = _("roster imports")


class RosterChange(OfVillage):
    """What a roster file changed about one registered person or household, and what stood before.

    ``before`` is the row as it was, without its sealed numbers; ``mobile`` is kept sealed.
    """

    class Kind(models.TextChoices):
        CHANGED = "changed", pgettext_lazy("a person", "Changed")
        MOVED = "moved", _("Moved")
        DIED = "died", _("Died")

    roster_import = models.ForeignKey(
        RosterImport, models.CASCADE, related_name="changes", verbose_name=_("roster import")
    )
    customer = models.ForeignKey(
        "village.Customer",
        models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("customer"),
    )
    household = models.ForeignKey(
        "village.Household",
        models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("household"),
    )
    kind = models.CharField(_("what became of them"), max_length=8, choices=Kind.choices)
    columns = models.CharField(_("columns"), max_length=200)
    before = models.JSONField(_("before"))
    mobile = EncryptedTextField(blank=True)

    objects = OfVillageQuerySet.as_manager()

    class Meta:
        verbose_name = _("change by a roster")
        verbose_name_plural = _("changes by rosters")
        ordering = ["id"]
        indexes = [by_village("roster_change_by_village")]

    def __str__(self) -> str:
        return f"{self.roster_import_id}: {self.customer_id or self.household_id} {self.kind}"


class RosterShape(models.Model):
    """How files with one line of headings are to be read, as somebody once explained.

    ``places`` leads from our name of a column to its position; ``in_wan`` names columns in 万元.
    """

    fingerprint = models.CharField(max_length=64, unique=True, editable=False)
    headings = models.JSONField(_("headings"))
    kind = models.CharField(_("kind"), max_length=20, choices=RosterImport.Kind.choices)
    places = models.JSONField(_("columns"))
    in_wan = models.JSONField(_("columns in units of 10,000"), default=list)
    remembered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("explained by"),
    )
    remembered_at = models.DateTimeField(_("explained at"), auto_now=True)

    class Meta:
        verbose_name = _("shape of roster files")
        verbose_name_plural = _("shapes of roster files")
        ordering = ["-id"]

    def __str__(self) -> str:
        return "、".join(self.headings)[:80]
