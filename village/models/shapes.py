"""Where villages and houses lie, WGS-84."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import User
from village.models.areas import Village
from village.models.belonging import within
from village.models.handed_in import HandedIn
from village.models.people import Household


class VillageShapeQuerySet(models.QuerySet["VillageShape"]):
    def visible_to(self, user: User) -> "VillageShapeQuerySet":
        """Shapes of the villages this person may see."""
        return self.filter(within(user, "village"))


class VillageShape(models.Model):
    """A village's ground as a polygon on the map.

    ``geometry`` is a GeoJSON Polygon or MultiPolygon without blanks, coordinates to the metre, so
    that a county's map is put together from these texts as they are.
    """

    village = models.OneToOneField(
        Village, models.CASCADE, primary_key=True, related_name="shape", verbose_name=_("village")
    )
    geometry = models.TextField(_("polygon"), editable=False)
    west = models.FloatField(_("west end"))
    south = models.FloatField(_("south end"))
    east = models.FloatField(_("east end"))
    north = models.FloatField(_("north end"))
    file_name = models.CharField(_("file"), max_length=200)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("imported by"),
    )
    imported_at = models.DateTimeField(_("imported at"))

    objects = VillageShapeQuerySet.as_manager()

    class Meta:
        verbose_name = _("village shape")
        verbose_name_plural = _("village shapes")
        ordering = ["village"]
        default_permissions = ("add", "view")

    def __str__(self) -> str:
        return str(self.village)


class PositionsImportQuerySet(models.QuerySet["PositionsImport"]):
    def visible_to(self, user: User) -> "PositionsImportQuerySet":
        """Where a county's households stand is the head office's matter."""
        return self if user.sees_everything else self.none()


class PositionsImport(HandedIn):
    """One table of household positions that was brought in, and whether it was undone since."""

    class Status(models.TextChoices):
        BROUGHT = "brought", _("Brought in")
        UNDONE = "undone", _("Undone")

    status = models.CharField(
        _("state"), max_length=16, choices=Status.choices, default=Status.BROUGHT
    )

    objects = PositionsImportQuerySet.as_manager()

    class Meta(HandedIn.Meta):
        verbose_name = _("table of positions")
        verbose_name_plural = _("tables of positions")
        default_permissions = ("view",)


class HouseholdPositionQuerySet(models.QuerySet["HouseholdPosition"]):
    def visible_to(self, user: User) -> "HouseholdPositionQuerySet":
        """Where the households stand that this person may see."""
        return self.filter(within(user, "household__village"))


class HouseholdPosition(models.Model):
    """Where a household's door is, WGS-84 degrees."""

    household = models.OneToOneField(
        Household,
        models.CASCADE,
        primary_key=True,
        related_name="position",
        verbose_name=_("household"),
    )
    longitude = models.FloatField(_("longitude"))
    latitude = models.FloatField(_("latitude"))
    source = models.CharField(_("source"), max_length=200)
    brought_by = models.ForeignKey(
        PositionsImport,
        models.SET_NULL,
        null=True,
        editable=False,
        db_index=False,
        related_name="+",
        verbose_name=_("brought in by"),
    )

    objects = HouseholdPositionQuerySet.as_manager()

    class Meta:
        verbose_name = _("household position")
        verbose_name_plural = _("household positions")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                name="position_lies_in_china",
                condition=Q(longitude__range=(73, 136), latitude__range=(3, 54.5)),
            )
        ]

    def __str__(self) -> str:
        return f"{self.household_id}"


class PositionChange(models.Model):
    """Where a household stood before a table placed it elsewhere; nowhere, where it was new."""

    positions_import = models.ForeignKey(
        PositionsImport, models.CASCADE, related_name="changes", verbose_name=_("file")
    )
    household = models.ForeignKey(
        Household, models.CASCADE, related_name="+", verbose_name=_("household")
    )
    longitude = models.FloatField(_("longitude before"), null=True)
    latitude = models.FloatField(_("latitude before"), null=True)
    source = models.CharField(_("source before"), max_length=200, blank=True)
    brought_by = models.ForeignKey(
        PositionsImport,
        models.SET_NULL,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("brought in before by"),
    )

    class Meta:
        verbose_name = _("change of a position")
        verbose_name_plural = _("changes of positions")
        ordering = ["id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.positions_import_id}: {self.household_id}"
