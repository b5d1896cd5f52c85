"""What hangs on a household belongs to its village, and so to those who look after that village."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import User
from village.models.areas import Village


def within(user: User, village: str) -> Q:
    """The condition that narrows any table to what this person may see: the villages of their
    grids or branch; head office sees all. ``village`` is the lookup that leads there."""
    if user.sees_everything:
        return Q()
    return Q(**{f"{village}__in": Village.objects.visible_to(user).order_by().values("pk")})


class OfVillageQuerySet(models.QuerySet):
    """Rows that name their village."""

    def visible_to(self, user: User) -> "OfVillageQuerySet":
        """Those of the villages this person may see."""
        return self.filter(within(user, "village"))


class OfCustomerQuerySet(models.QuerySet):
    """Rows about people that do not name the village themselves."""

    def visible_to(self, user: User) -> "OfCustomerQuerySet":
        """Those about people this person may see."""
        return self.filter(within(user, "customer__village"))


class OfVillage(models.Model):
    """Something of a household that names the village itself, so that one branch's rows are found
    among a million without asking whose each is.

    PostgreSQL fills the column in and keeps it with the household (`village.triggers`).
    """

    village = models.ForeignKey(
        Village,
        models.DO_NOTHING,
        null=True,
        editable=False,
        db_index=False,
        db_constraint=False,
        related_name="+",
        verbose_name=_("village"),
    )

    class Meta:
        abstract = True


def by_village(name: str) -> models.Index:
    """One village's rows, by number; ``name`` is the index's."""
    return models.Index(fields=["village", "id"], name=name)
