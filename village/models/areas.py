"""The ground: towns, villages, groups, and the grids by which the bank walks them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Branch, User


class Town(models.Model):
    """A town or street, nine digits of the national area code."""

    code = models.CharField(_("area code"), max_length=9, unique=True)
    name = models.CharField(_("name"), max_length=40)
    county = models.CharField(_("county"), max_length=40)

    class Meta:
        verbose_name = _("town")
        verbose_name_plural = _("towns")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Grid(models.Model):
    """A piece of the county that one customer manager walks, 网格."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=60)
    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="grids", verbose_name=_("branch")
    )
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="grids",
        verbose_name=_("customer manager"),
    )
    expected_villages = models.JSONField(
        _("area codes of its villages"),
        default=list,
        blank=True,
        help_text=_("Villages join the grid when they are registered."),
    )

    class Meta:
        verbose_name = _("grid")
        verbose_name_plural = _("grids")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class VillageQuerySet(models.QuerySet["Village"]):
    def visible_to(self, user: User) -> "VillageQuerySet":
        """Villages of this person's grids or branch; head office sees all."""
        return self.filter(user.scope(branch="grid__branch", manager="grid__manager"))


class Village(models.Model):
    """An administrative village, twelve digits of the national area code."""

    code = models.CharField(_("area code"), max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=40)
    town = models.ForeignKey(Town, models.PROTECT, related_name="villages", verbose_name=_("town"))
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="villages", verbose_name=_("grid"))
    longitude = models.DecimalField(
        _("longitude"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    latitude = models.DecimalField(
        _("latitude"), max_digits=9, decimal_places=6, null=True, blank=True
    )

    objects = VillageQuerySet.as_manager()

    class Meta:
        verbose_name = _("village")
        verbose_name_plural = _("villages")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Group(models.Model):
    """A villagers' group, 村民组."""

    village = models.ForeignKey(
        Village, models.CASCADE, related_name="groups", verbose_name=_("village")
    )
    code = models.CharField(_("code"), max_length=14, unique=True)
    name = models.CharField(_("name"), max_length=40)

    class Meta:
        verbose_name = _("villagers' group")
        verbose_name_plural = _("villagers' groups")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class ServicePoint(models.Model):
    """A place in the village where banking is done without a branch, 金融服务站."""

    village = models.ForeignKey(
        Village, models.CASCADE, related_name="service_points", verbose_name=_("village")
    )
    name = models.CharField(_("name"), max_length=60)
    keeper = models.CharField(_("keeper"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("service point")
        verbose_name_plural = _("service points")
        ordering = ["village", "name"]

    def __str__(self) -> str:
        return self.name
