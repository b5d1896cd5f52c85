"""Sealed review 背靠背评议: who judges whom, what they said, what came of it."""

from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from core.fields import EncryptedTextField
from core.models import User
from village.models.areas import Village
from village.models.belonging import within
from village.models.people import Customer, Household


class SheetForm(models.TextChoices):
    """How an answer sheet reached the bank 评议类型."""

    ELECTRONIC = "electronic", _("Electronic")
    PAPER = "paper", pgettext_lazy("form of a sheet", "Paper")
    PHONE = "phone", _("Phone")
    WECHAT = "wechat", _("WeChat")
    MEETING = "meeting", _("Meeting")


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, user: User) -> "CampaignQuerySet":
        """Campaigns of the villages this person may see."""
        return self.filter(within(user, "village"))

    def first_rounds(self) -> "CampaignQuerySet":
        """Campaigns with outcomes of their own: all but those that look at an earlier one again,
        and those that were called off."""
        return self.filter(follows=None).exclude(status=Campaign.Status.CALLED_OFF)


class Campaign(ConcurrentTransitionMixin, models.Model):
    """One round of whole-village granting 整村授信 in one village, from roster to granted lines.

    A campaign that ``follows`` another is its second round 复评: fresh panels for the households on
    which the first disagreed. It has no outcomes of its own and ends in those of the first.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ROSTERED = "rostered", _("Roster complete")
        REVIEWING = "reviewing", _("Under review")
        SEALED = "sealed", _("Sealed")
        CONCLUDED = "concluded", _("Concluded")
        VISITING = "visiting", _("Being visited")
        GRANTED = "granted", _("Granted")
        CLOSED = "closed", _("Closed")
        CALLED_OFF = "called_off", _("Round called off")

    village = models.ForeignKey(
        Village, models.PROTECT, related_name="campaigns", verbose_name=_("village")
    )
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    follows = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="second_rounds",
        verbose_name=_("second round of"),
    )
    status = FSMField(_("status"), default=Status.DRAFT, choices=Status.choices, protected=True)
    panel_size = models.PositiveSmallIntegerField(_("reviewers per household"), default=7)
    seed = models.PositiveIntegerField(_("seed of the draw"))
    business_day = models.DateField(_("business day"))
    sealed_at = models.DateTimeField(_("sealed at"), null=True, blank=True)
    seal = models.CharField(_("seal"), max_length=64, blank=True)
    concluded_at = models.DateTimeField(_("concluded at"), null=True, blank=True)
    meeting_hash = models.CharField(max_length=64, blank=True, editable=False)
    meeting_ends_at = models.DateTimeField(_("meeting ends at"), null=True, blank=True)
    wrong_codes = models.PositiveSmallIntegerField(_("wrong codes in a row"), default=0)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("review campaign")
        verbose_name_plural = _("review campaigns")
        ordering = ["-id"]
        permissions = [("host_campaign", _("May hand out review links and hold meetings"))]
        constraints = [
            models.UniqueConstraint(
                fields=["village", "round"],
                condition=Q(follows=None),
                name="campaign_round_once",
            ),
            models.UniqueConstraint(fields=["follows"], name="campaign_second_round_once"),
            models.UniqueConstraint(
                fields=["meeting_hash"],
                condition=~Q(meeting_hash=""),
                name="campaign_meeting_link_once",
            ),
            models.CheckConstraint(
                name="sealed_campaign_has_a_seal",
                condition=Q(status__in=["draft", "rostered", "reviewing", "called_off"])
                | ~Q(seal=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.village} · {self.round}{'+' if self.follows_id else ''}"

    @property
    def began_on(self) -> date:
        """The day on which its round began; a second panel belongs to the round of the first."""
        return (self.follows or self).business_day

    @transition(status, source=Status.DRAFT, target=Status.ROSTERED)
    def roster(self) -> None:
        """The village's households are complete."""

    @transition(status, source=Status.ROSTERED, target=Status.REVIEWING)
    def open(self) -> None:
        """Panels are drawn; neighbours may answer."""

    @transition(status, source=Status.REVIEWING, target=Status.SEALED)
    def close_review(self, *, at: datetime, seal: str) -> None:
        """No sheet comes in or goes out any more."""
        self.sealed_at = at
        self.seal = seal

    @transition(status, source=Status.REVIEWING, target=Status.CALLED_OFF)
    def call_off(self) -> None:
        """Nobody has answered, and nobody is to answer any more."""

    @transition(status, source=Status.SEALED, target=Status.CONCLUDED)
    def conclude(self, *, at: datetime) -> None:
        """The sheets were turned into one outcome per household."""
        self.concluded_at = at

    @transition(status, source=Status.SEALED, target=Status.CLOSED)
    def fold(self, *, at: datetime) -> None:
        """A second round's sheets went into the outcomes of the first."""
        self.concluded_at = at

    @transition(status, source=Status.CONCLUDED, target=Status.VISITING)
    def begin_visits(self) -> None:
        """Managers go from door to door."""

    @transition(status, source=[Status.CONCLUDED, Status.VISITING], target=Status.GRANTED)
    def grant(self) -> None:
        """Lines were granted."""

    @transition(status, source=Status.GRANTED, target=Status.CLOSED)
    def close(self) -> None:
        """The round is over."""


class Reviewer(models.Model):
    """A neighbour who judges in one campaign, reached by a one-time link or at the meeting.

    A link belongs to the first device on which a household of it was opened; ``device_hash`` is
    what is stored of that. At a meeting one device goes from hand to hand: ``code_index`` is the
    blind index of the code with which a reviewer begins their turn, ``turn_hash`` what is stored of
    the turn under way. ``weight`` and ``cluster`` are written when the campaign is concluded: what
    this voice weighed, and with whom it was counted as one (0: with nobody). ``number`` is drawn at
    the seal and stands on their sheets in place of the name; nothing that names them shows it.
    """

    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="reviewers", verbose_name=_("campaign")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="+", verbose_name=_("neighbour")
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    device_hash = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False
    )
    link_expires_at = models.DateTimeField(_("link expires at"))
    first_opened_at = models.DateTimeField(_("first opened at"), null=True, blank=True)
    form = models.CharField(
        _("form of review"),
        max_length=10,
        choices=SheetForm.choices,
        default=SheetForm.ELECTRONIC,
    )
    code_index = models.CharField(max_length=64, blank=True, editable=False)
    turn_hash = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    turn_ends_at = models.DateTimeField(_("turn ends at"), null=True, blank=True)
    accuracy = models.FloatField(_("accuracy weight"), default=1.0)
    cluster = models.PositiveSmallIntegerField(null=True, editable=False)
    weight = models.FloatField(null=True, editable=False)
    number = models.PositiveSmallIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("reviewer")
        verbose_name_plural = _("reviewers")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "customer"], name="reviewer_once"),
            models.UniqueConstraint(fields=["campaign", "number"], name="reviewer_number_once"),
            models.UniqueConstraint(
                fields=["campaign", "device_hash"],
                condition=~Q(device_hash=""),
                name="reviewer_device_once",
            ),
            models.UniqueConstraint(
                fields=["campaign", "code_index"],
                condition=~Q(code_index=""),
                name="reviewer_code_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.customer)


class Seat(models.Model):
    """One reviewer's place on the panel of one household.

    ``opinion`` is written when the campaign is concluded: how the household stands among all that
    this reviewer judged, in standard deviations. Repayment is measured against it.
    """

    reviewer = models.ForeignKey(
        Reviewer, models.CASCADE, related_name="seats", verbose_name=_("reviewer")
    )
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="seats", verbose_name=_("household")
    )
    opinion = models.FloatField(_("opinion"), null=True, editable=False)

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["reviewer", "household"], name="seat_once")]

    def __str__(self) -> str:
        return f"{self.reviewer_id} → {self.household_id}"


class Sheet(models.Model):
    """What one neighbour said about one household: closed to staff until the campaign is sealed.

    ``answers`` holds JSON: knows, scores by item, negative kinds, suggested amount in yuan, free
    text. ``digest`` is in the audit chain from the moment the sheet came in.
    """

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="sheets", verbose_name=_("seat"))
    campaign = models.ForeignKey(
        Campaign,
        models.DO_NOTHING,
        null=True,
        editable=False,
        db_index=False,
        db_constraint=False,
        related_name="+",
        verbose_name=_("campaign"),
    )
    form = models.CharField(
        _("form of review"),
        max_length=10,
        choices=SheetForm.choices,
        default=SheetForm.ELECTRONIC,
    )
    answers = EncryptedTextField(_("answers"))
    digest = models.CharField(_("digest"), max_length=64)
    submitted_at = models.DateTimeField(_("submitted at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_because = models.CharField(_("withdrawn because"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("review sheet")
        verbose_name_plural = _("review sheets")
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["campaign", "id"], include=["withdrawn_at"], name="sheet_by_campaign"
            )
        ]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["seat"], condition=Q(withdrawn_at=None), name="sheet_once_per_seat"
            ),
            models.CheckConstraint(
                name="withdrawn_sheet_says_why",
                condition=Q(withdrawn_at=None) | ~Q(withdrawn_because=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
