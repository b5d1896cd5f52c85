"""The register of scorecards: where each stands on its way to judging, and on what evidence."""

from datetime import datetime

from django.conf import settings as site
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from admission.scorecards import Card, from_json
from core.errors import SameHands
from core.models import Document, User

STATUS_LENGTH = 10


class CardSegment(models.TextChoices):
    """Whom a card is for; each has a card of its own."""

    FARMER = "farmer", _("Farmers")
    RESIDENT = "resident", _("Urban residents")
    BUSINESS = "business", _("Small business owners")
    SELF_EMPLOYED = "employed", _("Self-employed")


class Scorecard(ConcurrentTransitionMixin, models.Model):
    """One version of the card of one segment, with the files it was fitted on.

    ``card`` stays empty until a worker has fitted it; ``fault`` says why it could not (a sentence
    with its figures, to be told in the reader's language). ``origin`` says of a card of the
    county's own history what bad meant and how many people there were; of a file, nothing.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        TESTED = "tested", _("Tested")
        APPROVED = "approved", _("Approved")
        SHADOW = "shadow", _("In shadow")
        CHAMPION = "champion", _("Champion")
        SUSPENDED = "suspended", _("Suspended")
        RETIRED = "retired", _("Retired")

    segment = models.CharField(_("segment"), max_length=10, choices=CardSegment.choices)
    version = models.PositiveIntegerField(_("version"))
    note = models.CharField(_("what it is for"), max_length=300, blank=True)
    status = FSMField(
        _("status"),
        max_length=STATUS_LENGTH,
        default=Status.DRAFT,
        choices=Status.choices,
        protected=True,
    )
    target = models.CharField(_("column of the target"), max_length=100, default="bad")
    settings = models.JSONField(_("settings"), default=dict)
    train = models.ForeignKey(
        Document, models.PROTECT, related_name="+", verbose_name=_("training file, sealed")
    )
    test = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("test file, sealed"),
    )
    origin = models.JSONField(_("where its people come from"), null=True)
    card = models.JSONField(_("card"), null=True)
    fingerprint = models.CharField(_("fingerprint"), max_length=64, blank=True)
    fault = models.JSONField(_("why it could not be fitted"), null=True)
    revises = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", verbose_name=_("version before")
    )
    author = models.ForeignKey(
        site.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author")
    )
    drafted_at = models.DateTimeField(_("drafted at"))
    fitted_at = models.DateTimeField(_("fitted at"), null=True)
    approver = models.ForeignKey(
        site.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("approver"),
    )
    approved_at = models.DateTimeField(_("approved at"), null=True)

    class Meta:
        verbose_name = _("scorecard")
        verbose_name_plural = _("scorecards")
        ordering = ["segment", "-version"]
        default_permissions = ("add", "view")
        permissions = [
            ("approve_scorecard", "Can approve scorecards and make them champion"),
            ("move_scorecard", "Can test, shadow, suspend and retire scorecards"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["segment", "version"], name="scorecard_version_once"),
            models.UniqueConstraint(
                fields=["segment"],
                condition=Q(status="champion"),
                name="scorecard_one_champion_per_segment",
            ),
            models.CheckConstraint(
                name="scorecard_maker_is_not_checker",
                condition=Q(approver=None) | ~Q(approver=F("author")),
            ),
            models.CheckConstraint(
                name="scorecard_in_use_is_approved",
                condition=Q(status__in=["draft", "tested", "retired"])
                | Q(approver__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="scorecard_past_draft_is_fitted",
                condition=Q(status__in=["draft", "retired"])
                | (Q(card__isnull=False) & ~Q(fingerprint="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_segment_display()} v{self.version}"

    @property
    def is_fitting(self) -> bool:
        """Whether a worker has yet to fit it."""
        return self.status == self.Status.DRAFT and self.card is None and self.fault is None

    def as_card(self) -> Card | None:
        """The card, checked against its hash; None until it is fitted."""
        return from_json(self.card) if self.card else None

    @transition(status, source=Status.DRAFT, target=Status.TESTED)
    def pass_test(self) -> None:
        """It was examined on people it had not seen."""

    @transition(status, source=Status.TESTED, target=Status.APPROVED)
    def approve(self, *, by: User, at: datetime) -> None:
        """Somebody other than its author stands for it."""
        if by.pk == self.author_id:
            raise SameHands
        self.approver = by
        self.approved_at = at

    @transition(status, source=Status.APPROVED, target=Status.SHADOW)
    def shadow(self) -> None:
        """It scores beside the champion and decides nothing."""

    @transition(status, source=Status.SHADOW, target=Status.CHAMPION)
    def crown(self) -> None:
        """It is the card of its segment."""

    @transition(status, source=Status.CHAMPION, target=Status.SUSPENDED)
    def suspend(self) -> None:
        """It no longer scores; nobody is judged by it until another is champion."""

    @transition(
        status,
        source=[
            Status.DRAFT,
            Status.TESTED,
            Status.APPROVED,
            Status.SHADOW,
            Status.CHAMPION,
            Status.SUSPENDED,
        ],
        target=Status.RETIRED,
    )
    def retire(self) -> None:
        """It is kept, and never used again."""


class ScorecardStep(models.Model):
    """One step of a scorecard: who took it, when, and the evidence it rests on."""

    scorecard = models.ForeignKey(
        Scorecard, models.PROTECT, related_name="steps", verbose_name=_("scorecard")
    )
    before = models.CharField(
        _("state before"), max_length=STATUS_LENGTH, choices=Scorecard.Status.choices
    )
    after = models.CharField(
        _("state after"), max_length=STATUS_LENGTH, choices=Scorecard.Status.choices
    )
    by = models.ForeignKey(
        site.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("taken by")
    )
    at = models.DateTimeField(_("taken at"))
    evidence = models.TextField(_("what it rests on"))
    figures = models.JSONField(_("figures of the examination"), default=dict)

    class Meta:
        verbose_name = _("step of a scorecard")
        verbose_name_plural = _("steps of scorecards")
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="scorecard_step_has_evidence", condition=~Q(evidence__regex=r"^\s*$")
            )
        ]

    def __str__(self) -> str:
        return f"{self.scorecard_id}: {self.before} → {self.after}"


class ScoredFile(models.Model):
    """A file of people that somebody had scored with a card: by a worker, with the result kept
    sealed, or the reason why there is none."""

    scorecard = models.ForeignKey(
        Scorecard, models.PROTECT, related_name="scored_files", verbose_name=_("scorecard")
    )
    file = models.ForeignKey(
        Document, models.PROTECT, related_name="+", verbose_name=_("people, sealed")
    )
    file_name = models.CharField(_("file"), max_length=120)
    by = models.ForeignKey(
        site.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("handed in by")
    )
    at = models.DateTimeField(_("handed in at"))
    done_at = models.DateTimeField(_("done at"), null=True)
    scores = models.ForeignKey(
        Document, models.PROTECT, null=True, related_name="+", verbose_name=_("scores, sealed")
    )
    summary = models.JSONField(_("summary"), null=True)
    fault = models.JSONField(_("why it could not be scored"), null=True)

    class Meta:
        verbose_name = _("file scored")
        verbose_name_plural = _("files scored")
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="scored_file_ends_in_scores_or_a_reason",
                condition=Q(done_at=None, scores=None, summary=None, fault=None)
                | Q(done_at__isnull=False, scores__isnull=False, fault=None)
                | Q(done_at__isnull=False, scores=None, fault__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.scorecard_id} · {self.file_name}"

    @property
    def is_waiting(self) -> bool:
        """Whether a worker has it, or is to have it."""
        return self.done_at is None


class ScorecardWatch(models.Model):
    """A card held against people whom it scored: who they were, how they ended, what moved."""

    scorecard = models.ForeignKey(
        Scorecard, models.PROTECT, related_name="watches", verbose_name=_("scorecard")
    )
    file = models.ForeignKey(
        Document, models.PROTECT, related_name="+", verbose_name=_("people scored, sealed")
    )
    note = models.CharField(_("which people"), max_length=200)
    by = models.ForeignKey(
        site.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("taken by"),
    )
    at = models.DateTimeField(_("taken at"))
    result = models.JSONField(_("figures of the examination"))

    class Meta:
        verbose_name = _("watch of a scorecard")
        verbose_name_plural = _("watches of scorecards")
        ordering = ["-id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.scorecard_id} · {self.note}"

    @property
    def shifted(self) -> int:
        """How many figures have moved further than chance alone moves them."""
        slices = [self.result["everybody"], *self.result["months"], *self.result["branches"]]
        judged = [each["csi"] for each in self.result["features"]]
        judged += [each[name] for each in slices for name in ("psi", "auc", "calibration")]
        return sum(each["standing"] == "shifted" for each in judged)
