"""Sheets that came on paper or by telephone, keyed by two people who do not see each other."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from core.fields import EncryptedTextField
from core.models import User
from village.models.belonging import within
from village.models.campaigns import Campaign, Seat, Sheet, SheetForm


class PaperSheetQuerySet(models.QuerySet["PaperSheet"]):
    def visible_to(self, user: User) -> "PaperSheetQuerySet":
        """Paper of the villages this person may see."""
        return self.filter(within(user, "seat__household__village"))

    def workable_by(self, user: User) -> "PaperSheetQuerySet":
        """Paper that waits for this person: to be keyed again, which whoever keyed it first may
        not, or to be settled. After the seal nothing is taken in any more."""
        return self.filter(
            Q(status=PaperSheet.Status.DIFFERS)
            | Q(status=PaperSheet.Status.ONCE) & ~Q(first_by=user),
            seat__reviewer__campaign__status=Campaign.Status.REVIEWING,
        )


class PaperSheet(ConcurrentTransitionMixin, models.Model):
    """One sheet on paper (or read out over the telephone) on its way into the system.

    Two members of staff key it; only when both say the same does it become a sheet, and what they
    keyed is then wiped here. Nobody reads it but each what they keyed themselves, and the fields in
    which they differ.
    """

    class Status(models.TextChoices):
        ONCE = "once", _("Keyed once")
        DIFFERS = "differs", _("The two differ")
        TAKEN = "taken", _("Taken in")
        DISCARDED = "discarded", _("Discarded")

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="papers", verbose_name=_("seat"))
    form = models.CharField(
        _("form of review"),
        max_length=10,
        choices=[each for each in SheetForm.choices if each[0] in ("paper", "phone")],
        default=SheetForm.PAPER,
    )
    status = FSMField(_("status"), default=Status.ONCE, choices=Status.choices, protected=True)
    first = EncryptedTextField(_("keyed first"), null=True, blank=True)
    first_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("first keyed by")
    )
    first_at = models.DateTimeField(_("first keyed at"))
    second = EncryptedTextField(_("keyed second"), null=True, blank=True)
    second_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("keyed again by"),
    )
    second_at = models.DateTimeField(_("keyed again at"), null=True, blank=True)
    differed = models.JSONField(_("fields that differed"), default=list, blank=True)
    settled_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    sheet = models.OneToOneField(
        Sheet,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("review sheet"),
    )
    discarded_because = models.CharField(_("discarded because"), max_length=200, blank=True)

    objects = PaperSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper sheet")
        verbose_name_plural = _("paper sheets")
        ordering = ["id"]
        permissions = [("key_papersheet", _("May key paper sheets"))]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["seat"], condition=~Q(status="discarded"), name="paper_once_per_seat"
            ),
            models.CheckConstraint(
                name="paper_is_keyed_by_two_people",
                condition=Q(second_by=None) | ~Q(second_by=F("first_by")),
            ),
            models.CheckConstraint(
                name="paper_taken_in_was_keyed_twice_and_wiped",
                condition=~Q(status="taken")
                | Q(
                    second_by__isnull=False,
                    sheet__isnull=False,
                    first__isnull=True,
                    second__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="discarded_paper_says_why",
                condition=~Q(status="discarded") | ~Q(discarded_because=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id}"

    @transition(status, source=Status.ONCE, target=Status.DIFFERS)
    def differ(self, *, fields: list[str]) -> None:
        """The two did not key the same."""
        self.differed = fields

    @transition(status, source=[Status.ONCE, Status.DIFFERS], target=Status.TAKEN)
    def take_in(self, *, sheet: Sheet, settled_by: User | None) -> None:
        """Both say the same; the sheet is in, what was keyed is wiped."""
        self.sheet = sheet
        self.settled_by = settled_by
        self.first = self.second = None

    @transition(status, source=Status.TAKEN, target=Status.DISCARDED)
    def go_out(self, *, because: str) -> None:
        """Its reviewer has taken the sheet back; they may fill in another."""
        self.discarded_because = because

    @transition(status, source=[Status.ONCE, Status.DIFFERS], target=Status.DISCARDED)
    def discard(self, *, because: str, at: datetime) -> None:
        """It will not be taken in: the wrong paper, or the reviewer answered otherwise."""
        self.discarded_because = because
        self.second_at = self.second_at or at
        self.first = self.second = None
