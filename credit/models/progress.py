"""How far each village has come on the road 评议 → 走访 → 授信 → 签约 → 用信."""

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from core.fields import FenField
from core.models import User
from village.models import Campaign, Outcome, Village, within


class VillageProgressQuerySet(models.QuerySet["VillageProgress"]):
    def visible_to(self, user: User) -> "VillageProgressQuerySet":
        """Progress of the villages this person may see."""
        return self.filter(within(user, "village"))

    def to_grant(self) -> "VillageProgressQuerySet":
        """Villages with decided outcomes whose newest round has granted nobody yet."""
        decided = Outcome.objects.opening_granting().standing().filter(campaign=OuterRef("pk"))
        waiting = Campaign.objects.first_rounds().filter(
            Exists(decided), status__in=[Campaign.Status.CONCLUDED, Campaign.Status.VISITING]
        )
        return self.filter(village__in=waiting.order_by().values("village"))


class VillageProgress(models.Model):
    """One village's households and money at each stage, as last counted (amounts in fen).

    Counted anew when something happens in the village and after every close of business, so that
    a county's page reads a few hundred rows instead of a million.
    """

    village = models.OneToOneField(
        Village,
        models.CASCADE,
        primary_key=True,
        related_name="progress",
        verbose_name=_("village"),
    )
    households = models.PositiveIntegerField(_("households"), default=0)
    reviewed = models.PositiveIntegerField(_("reviewed"), default=0)
    reviewed_amount = FenField(_("reviewed limits"), default=0)
    visited = models.PositiveIntegerField(_("visited"), default=0)
    visited_amount = FenField(_("surveyed limits"), default=0)
    granted = models.PositiveIntegerField(_("granted"), default=0)
    granted_amount = FenField(_("credit lines"), default=0)
    signed = models.PositiveIntegerField(_("signed"), default=0)
    signed_amount = FenField(_("contract amounts"), default=0)
    drawn = models.PositiveIntegerField(_("borrowing"), default=0)
    drawn_amount = FenField(_("principal owed"), default=0)
    counted_at = models.DateTimeField(_("counted at"))

    objects = VillageProgressQuerySet.as_manager()

    class Meta:
        verbose_name = _("village's progress")
        verbose_name_plural = _("progress and map")
        ordering = ["village"]
        default_permissions = ("view",)
        permissions = [("grant_villages", _("May grant lines to villages"))]

    def __str__(self) -> str:
        return str(self.village)
