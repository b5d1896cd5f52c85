"""Spot checks 抽查: outcomes drawn by lot and looked at on the spot."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from core.models import Document, User
from village.models.belonging import within
from village.models.campaigns import Campaign
from village.models.outcomes import Outcome


class CheckDraw(models.Model):
    """One drawing of lots in a campaign: with ``seed`` and ``percent`` it can be drawn again."""

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, related_name="check_draws", verbose_name=_("campaign")
    )
    percent = models.PositiveSmallIntegerField(_("share drawn, per cent"))
    seed = models.PositiveIntegerField(_("seed of the draw"))
    drawn_from = models.PositiveIntegerField(_("outcomes drawn from"))
    drawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("drawn by")
    )
    drawn_at = models.DateTimeField(_("drawn at"))

    class Meta:
        verbose_name = _("draw of spot checks")
        verbose_name_plural = _("draws of spot checks")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                name="check_draw_takes_a_share", condition=Q(percent__gte=1, percent__lte=100)
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} · {self.percent} %"


class SpotCheckQuerySet(models.QuerySet["SpotCheck"]):
    def visible_to(self, user: User) -> "SpotCheckQuerySet":
        """Checks of the villages this person may see, and those given to them."""
        if user.sees_everything:
            return self.all()
        return self.filter(within(user, "draw__campaign__village") | Q(assigned_to=user))

    def waiting(self) -> "SpotCheckQuerySet":
        """Checks nobody has made yet."""
        return self.filter(status=SpotCheck.Status.ASSIGNED)


class SpotCheck(ConcurrentTransitionMixin, models.Model):
    """One household looked at again on the spot: agree or disagree, a photo, a signature; or called
    off, where nobody can be met any more, with a ``note`` why."""

    class Status(models.TextChoices):
        ASSIGNED = "assigned", _("Assigned")
        DONE = "done", _("Done")
        CALLED_OFF = "called_off", _("Called off")

    class Finding(models.TextChoices):
        AGREE = "agree", _("The review is right")
        DISAGREE = "disagree", _("The review is wrong")

    draw = models.ForeignKey(
        CheckDraw, models.PROTECT, related_name="checks", verbose_name=_("draw")
    )
    outcome = models.ForeignKey(
        Outcome, models.PROTECT, related_name="checks", verbose_name=_("outcome")
    )
    assigned_to = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("assigned to")
    )
    due_on = models.DateField(_("due on"))
    status = FSMField(_("status"), default=Status.ASSIGNED, choices=Status.choices, protected=True)
    finding = models.CharField(_("finding"), max_length=8, choices=Finding.choices, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    photo = models.ForeignKey(
        Document, models.PROTECT, null=True, related_name="+", verbose_name=_("photo")
    )
    signature = models.ForeignKey(
        Document, models.PROTECT, null=True, related_name="+", verbose_name=_("signature")
    )
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    objects = SpotCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("spot check")
        verbose_name_plural = _("spot checks")
        ordering = ["id"]
        default_permissions = ("view",)
        permissions = [
            ("draw_spotcheck", _("May draw spot checks")),
            ("do_spotcheck", _("May make spot checks")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["outcome"], name="outcome_is_checked_once"),
            models.CheckConstraint(
                name="done_check_has_finding_photo_and_signature",
                condition=~Q(status="done")
                | (
                    ~Q(finding="")
                    & Q(photo__isnull=False, signature__isnull=False, done_at__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="disagreeing_check_says_why",
                condition=~Q(finding="disagree") | ~Q(note=""),
            ),
            models.CheckConstraint(
                name="check_called_off_says_why_and_found_nothing",
                condition=~Q(status="called_off") | (~Q(note="") & Q(finding="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome_id}"

    @transition(status, source=Status.ASSIGNED, target=Status.DONE)
    def finish(
        self, *, finding: str, note: str, photo: Document, signature: Document, at: datetime
    ) -> None:
        """It was looked at."""
        self.finding, self.note = finding, note
        self.photo, self.signature = photo, signature
        self.done_at = at

    @transition(status, source=Status.ASSIGNED, target=Status.CALLED_OFF)
    def call_off(self, *, because: str) -> None:
        """Nobody has to make it any more."""
        self.note = because
