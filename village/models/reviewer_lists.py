"""Who may be asked in a village, and whom repayment has proved right."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from core.models import User
from village.models.areas import Village
from village.models.belonging import within
from village.models.people import Customer


class ListedReviewerQuerySet(models.QuerySet["ListedReviewer"]):
    def visible_to(self, user: User) -> "ListedReviewerQuerySet":
        """The lists of the villages this person may see."""
        return self.filter(within(user, "village"))

    def approved(self) -> "ListedReviewerQuerySet":
        """People of whom panels may be drawn."""
        return self.filter(status=ListedReviewer.Status.APPROVED)

    def approvable_by(self, user: User) -> "ListedReviewerQuerySet":
        """People whom somebody else proposed and this person may approve."""
        return self.filter(status=ListedReviewer.Status.PROPOSED).exclude(proposed_by=user)


class ListedReviewer(ConcurrentTransitionMixin, models.Model):
    """A neighbour on a village's list 评议员名单: proposed by one, approved by another. Whoever
    moves may be on the list of each village; they judge where they live."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", _("Approved")
        STRUCK_OFF = "struck_off", _("Struck off")

    village = models.ForeignKey(
        Village, models.PROTECT, related_name="listed_reviewers", verbose_name=_("village")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="+", verbose_name=_("neighbour")
    )
    status = FSMField(_("status"), default=Status.PROPOSED, choices=Status.choices, protected=True)
    proposed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    approved_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    struck_off_because = models.CharField(_("struck off because"), max_length=200, blank=True)

    objects = ListedReviewerQuerySet.as_manager()

    class Meta:
        verbose_name = _("listed reviewer")
        verbose_name_plural = _("reviewer lists")
        ordering = ["village", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["village", "customer"], name="listed_once_in_a_village"
            ),
            models.CheckConstraint(
                name="listed_reviewer_is_approved_by_another",
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="approved_reviewer_has_an_approver",
                condition=~Q(status="approved")
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="struck_off_reviewer_says_why",
                condition=~Q(status="struck_off") | ~Q(struck_off_because=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.customer)

    @transition(status, source=Status.PROPOSED, target=Status.APPROVED)
    def approve(self, *, by: User, at: datetime) -> None:
        """A second person agrees."""
        self.approved_by = by
        self.approved_at = at

    @transition(status, source=[Status.PROPOSED, Status.APPROVED], target=Status.STRUCK_OFF)
    def strike_off(self, *, because: str) -> None:
        """They are not asked any more."""
        self.struck_off_because = because

    @transition(status, source=Status.STRUCK_OFF, target=Status.PROPOSED)
    def propose_again(self, *, by: User, at: datetime) -> None:
        """What stood against them is gone; a second person has to agree anew."""
        self.proposed_by, self.proposed_at = by, at
        self.approved_by = self.approved_at = None
        self.struck_off_because = ""


class ReviewerRecordQuerySet(models.QuerySet["ReviewerRecord"]):
    def visible_to(self, user: User) -> "ReviewerRecordQuerySet":
        """Records of reviewers of the villages this person may see."""
        return self.filter(within(user, "customer__village"))


class ReviewerRecord(models.Model):
    """How well a neighbour's judgement foretold repayment; the next campaign weighs by it.

    ``brier`` is the mean squared distance between the chance of default their opinions implied and
    what came of it, ``silent`` that of somebody who says nothing; both 0 to 1, lower is better.
    """

    customer = models.OneToOneField(
        Customer, models.CASCADE, related_name="+", verbose_name=_("neighbour")
    )
    loans = models.PositiveIntegerField(_("loans with a year of history"))
    defaults = models.PositiveIntegerField(_("of which defaulted"))
    brier = models.FloatField(_("Brier score"))
    silent = models.FloatField(_("Brier score of saying nothing"))
    weight = models.FloatField(_("accuracy weight"))
    as_of = models.DateField(_("as of"))

    objects = ReviewerRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("reviewer's record")
        verbose_name_plural = _("reviewers' accuracy")
        ordering = ["-weight", "id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                name="reviewer_record_rests_on_loans",
                condition=Q(loans__gte=1, defaults__lte=F("loans"), weight__gt=0),
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
