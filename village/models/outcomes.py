"""What came of a sealed review 背靠背评议: one outcome per household, and its way to a decision."""

from datetime import datetime

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from core.fields import FenField
from core.models import User
from village.models.belonging import OfVillage, by_village, within
from village.models.campaigns import Campaign
from village.models.people import Household, ListFlag


def _later_round() -> models.QuerySet["Outcome"]:
    """What a later round says about the same household; outcomes are there once it is concluded."""
    return Outcome.objects.filter(
        household=OuterRef("household"), campaign__gt=OuterRef("campaign")
    )


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    def settled(self) -> "OutcomeQuerySet":
        """Outcomes that granting may read: decided by the branch, or void and worth nothing."""
        return self.filter(stage__in=[Outcome.Stage.DECIDED, Outcome.Stage.VOIDED])

    def opening_granting(self) -> "OutcomeQuerySet":
        """Outcomes by which a round may be granted: decided by the branch; or void, once the branch
        has none left to decide, since what is void the branch has not spoken on."""
        stage = Outcome.Stage
        left = Outcome.objects.filter(
            campaign=OuterRef("campaign"), stage__in=[stage.INITIAL, stage.SECOND]
        )
        return self.filter(Q(stage=stage.DECIDED) | Q(~Exists(left), stage=stage.VOIDED))

    def to_be_granted(self) -> "OutcomeQuerySet":
        """Outcomes of rounds under way on which the branch has said that something may be given."""
        under_way = [Campaign.Status.CONCLUDED, Campaign.Status.VISITING, Campaign.Status.GRANTED]
        return self.filter(stage=Outcome.Stage.DECIDED, campaign__status__in=under_way)

    def overtaken(self) -> "OutcomeQuerySet":
        """Outcomes of households that a later round has judged by now: that round speaks."""
        return self.filter(Exists(_later_round()))

    def standing(self) -> "OutcomeQuerySet":
        """Outcomes of the newest round that has judged each household."""
        return self.filter(~Exists(_later_round()))

    def ready(self) -> "OutcomeQuerySet":
        """Outcomes that wait for nothing but the branch's word."""
        waiting = self.filter(stage__in=[Outcome.Stage.INITIAL, Outcome.Stage.SECOND])
        return waiting.filter(Q(visit_needed=False) | Q(second_done_at__isnull=False))

    def decidable_by(self, user: User) -> "OutcomeQuerySet":
        """Outcomes that this person may confirm for the branch: ready, and not looked at by them.

        A closed round is past, and so is one before the household's newest; nobody decides there
        any more.
        """
        ready = self.ready().standing().exclude(campaign__status=Campaign.Status.CLOSED)
        return ready.filter(~Q(second_by=user) | Q(second_by=None))

    def doubted(self) -> "OutcomeQuerySet":
        """Outcomes that a fresh panel or a visit still has to look at again."""
        return self.filter(
            stage=Outcome.Stage.SECOND, visit_needed=True, second_done_at__isnull=True
        )

    def visible_to(self, user: User) -> "OutcomeQuerySet":
        """Outcomes of households this person may see."""
        return self.filter(within(user, "village"))


class Outcome(ConcurrentTransitionMixin, OfVillage):
    """What the neighbours' sheets say together about one household, and how far it is settled.

    Neighbours judge (初评); where they disagree, a fresh panel or a visit looks again (复评); the
    branch confirms (支行审定). Nothing is granted on an outcome that is neither decided nor void.
    ``first_figures`` keeps what the first panel said where a second was heard.
    """

    class Stage(models.TextChoices):
        INITIAL = "initial", _("Initial review")
        SECOND = "second", _("Second review")
        DECIDED = "decided", _("Decided by the branch")
        VOIDED = "voided", _("Void")

    class SecondLook(models.TextChoices):
        PANEL = "panel", _("Fresh panel")
        VISIT = "visit", _("Visit")

    class Void(models.TextChoices):
        BLACK_LIST = "black_list", _("On the black list")
        HARD_NEGATIVE = "hard_negative", _("A hard reason against was confirmed")

    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="outcomes", verbose_name=_("campaign")
    )
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="outcomes", verbose_name=_("household")
    )
    sheets = models.PositiveSmallIntegerField(_("sheets"))
    valid_sheets = models.PositiveSmallIntegerField(_("valid sheets"))
    score = models.FloatField(_("standing among neighbours"), null=True)
    score_low = models.FloatField(_("interval from"), null=True)
    score_high = models.FloatField(_("interval to"), null=True)
    points = models.DecimalField(_("mean points of 100"), max_digits=5, decimal_places=2, null=True)
    reviewed_limit = FenField(_("reviewed limit"), null=True)
    list_flag = models.CharField(
        _("list"), max_length=8, choices=ListFlag.choices, default=ListFlag.NONE, blank=True
    )
    visit_needed = models.BooleanField(_("visit needed"), default=False)
    visit_reasons = models.JSONField(_("why a visit"), default=list)
    explanation = models.JSONField(_("how the limit came about"), default=dict)
    stage = FSMField(_("stage"), default=Stage.INITIAL, choices=Stage.choices, protected=True)
    second_look = models.CharField(
        _("second look by"), max_length=8, choices=SecondLook.choices, blank=True
    )
    second_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who looked again"),
    )
    second_done_at = models.DateTimeField(_("looked at again"), null=True, blank=True)
    first_figures = models.JSONField(_("what the first panel said"), default=dict, blank=True)
    decided_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    voided_because = models.CharField(
        _("void because"), max_length=16, choices=Void.choices, blank=True
    )
    voided_at = models.DateTimeField(_("void since"), null=True, blank=True)

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        verbose_name = _("review outcome")
        verbose_name_plural = _("review outcomes")
        ordering = ["id"]
        default_permissions = ("view",)
        indexes = [
            by_village("outcome_by_village"),
            models.Index(
                fields=["campaign"],
                condition=Q(stage__in=["initial", "second"]),
                name="outcome_undecided",
            ),
            models.Index(fields=["id"], condition=Q(stage="voided"), name="outcome_voided"),
            models.Index(
                fields=["list_flag", "id"],
                condition=Q(list_flag__in=["grey", "black"]),
                name="outcome_listed",
            ),
            models.Index(fields=["id"], condition=Q(visit_needed=True), name="outcome_doubted"),
        ]
        permissions = [("decide_outcome", _("May confirm review outcomes for the branch"))]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "household"], name="outcome_once"),
            models.CheckConstraint(
                name="decided_outcome_has_a_time",
                condition=~Q(stage="decided") | Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="doubted_outcome_is_looked_at_again_before_it_is_decided",
                condition=~Q(stage="decided")
                | Q(visit_needed=False)
                | Q(second_done_at__isnull=False),
            ),
            models.CheckConstraint(
                name="outcome_is_not_decided_by_who_looked_again",
                condition=Q(second_by=None) | Q(decided_by=None) | ~Q(decided_by=F("second_by")),
            ),
            models.CheckConstraint(
                name="void_outcome_says_why_and_gives_nothing",
                condition=~Q(stage="voided")
                | (
                    ~Q(voided_because="")
                    & Q(voided_at__isnull=False)
                    & (Q(reviewed_limit=None) | Q(reviewed_limit=0))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id}"

    def get_list_flag_display(self) -> str:
        """Which list the review puts the household on; whoever is on none was reviewed all the
        same."""
        return str(ListFlag(self.list_flag).label if self.list_flag else _("On no list"))

    @property
    def hard_reporters(self) -> int | None:
        """How many reviewers named a hard item; None where the round was concluded without it."""
        return self.explanation.get("hard_reporters")

    @transition(stage, source=[Stage.INITIAL, Stage.DECIDED], target=Stage.SECOND)
    def doubt(self) -> None:
        """Somebody has to look again before the branch may decide."""
        self.visit_needed = True
        self.second_done_at = None
        self.decided_by = self.decided_at = None

    @transition(stage, source=[Stage.INITIAL, Stage.SECOND], target=Stage.DECIDED)
    def decide(self, *, by: User, at: datetime) -> None:
        """The branch confirms."""
        self.decided_by = by
        self.decided_at = at

    @transition(stage, source=[Stage.INITIAL, Stage.SECOND, Stage.DECIDED], target=Stage.VOIDED)
    def void(self, *, because: str, at: datetime) -> None:
        """What was said counts no more, and gives nothing."""
        self.voided_because = because
        self.voided_at = at
        self.reviewed_limit = None if self.reviewed_limit is None else 0
