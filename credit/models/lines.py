"""How much a household may borrow: policy, decision, line."""

from datetime import date, timedelta

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, ConcurrentTransitionMixin, FSMField, transition

from admission.models import Decision
from core.fields import FenField
from core.models import Document, Publishable, Run, User
from credit import policy_words
from credit.loan_rules import limit_policy
from credit.loan_rules.limit_faults import PolicyRefused
from village.models import Campaign, Customer, Household, within

MAY_BORROW = [Customer.Role.HEAD, Customer.Role.SPOUSE, Customer.Role.CHILD]
"""Who of a household may be its main borrower; a line is never made for anybody else."""
RENEWED_WITHIN = timedelta(days=90)
"""A signed line that ends within this time is offered again, so that no season is missed."""
RENEWS_FOR = timedelta(days=365)
"""How old the limit may be by which a line is renewed: a round is held every year."""


class LimitPolicy(Publishable):
    """How three limits become one; ``settings`` are figures, formulas, tables and conditions."""

    settings = models.JSONField(_("settings"), default=dict)

    class Meta(Publishable.Meta):
        verbose_name = _("limit policy")
        verbose_name_plural = _("limit policies")

    def faults(self) -> list[str]:
        """What keeps this version from being put into force: part, place and reason of each."""
        try:
            found = limit_policy.faults(limit_policy.text_of(self.settings))
        except PolicyRefused as refused:
            found = refused.faults
        return [policy_words.in_words(each) for each in found]


class LimitDecisionQuerySet(models.QuerySet["LimitDecision"]):
    def visible_to(self, user: User) -> "LimitDecisionQuerySet":
        """Decisions about households this person may see."""
        return self.filter(within(user, "household__village"))

    def newest(self) -> "LimitDecisionQuerySet":
        """The limits of each household's newest round; the others are overtaken."""
        later = LimitDecision.objects.filter(
            household=OuterRef("household"), pk__gt=OuterRef("pk"), campaign__isnull=False
        )
        return self.filter(~Exists(later))

    def with_line_before(self) -> "LimitDecisionQuerySet":
        """With ``has_line_before``: whether a line of an earlier round stands as it was."""
        before = CreditLine.objects.exclude(status__in=CreditLine.ENDED).filter(
            household=OuterRef("household"), decision__lt=OuterRef("pk")
        )
        return self.annotate(has_line_before=Exists(before))

    def waiting_for_a_person(self) -> "LimitDecisionQuerySet":
        """Limits that somebody is to settle; not those that a later round has overtaken.

        Only second and further rounds are looked through, which a county of first rounds has none
        of; a case overtaken by the first round of another village is refused when it is settled.
        """
        manual = self.filter(outcome=LimitDecision.Outcome.MANUAL, settled_by=None)
        later = LimitDecision.objects.filter(
            household=OuterRef("household"), pk__gt=OuterRef("pk"), campaign__round__gt=1
        )
        return manual.filter(~Exists(later))

    def to_offer(self, on: date) -> "LimitDecisionQuerySet":
        """Raises and renewals of signed lines that wait to be offered, by the newest round of each.

        A line is renewed in its last months, by a limit worked out within a year for whoever signed
        it. Not what is on offer on that day, was signed, or was taken back by the bank.
        """
        signed = CreditLine.objects.filter(
            household=OuterRef("household"),
            borrower=OuterRef("borrower"),
            status__in=[CreditLine.Status.SIGNED, CreditLine.Status.ACTIVE],
        )
        lower = signed.filter(amount__lt=OuterRef("limit"))
        ending = signed.filter(valid_to__lte=on + RENEWED_WITHIN)
        is_borne = Q(Exists(ending.filter(amount__lte=OuterRef("limit"))))
        # What was kept stands above a limit that is only a little lower.
        is_kept = Q(Exists(ending), movement=LimitDecision.Movement.KEEP)
        is_raised = Q(Exists(lower), movement=LimitDecision.Movement.RAISE)
        is_renewed = Q(is_borne | is_kept, decided_on__gt=on - RENEWS_FOR)
        settled = Q(raises__status__in=["signed", "withdrawn"])
        on_offer = Q(raises__status="offered", raises__offered_until__gte=on)
        moving = self.newest().filter(is_raised | is_renewed)
        granting = moving.filter(outcome=LimitDecision.Outcome.GRANT)
        return granting.exclude(movement=LimitDecision.Movement.FIRST).exclude(settled | on_offer)


class LimitDecision(models.Model):
    """The limit worked out for one household in one campaign, with every figure behind it (fen)."""

    class Outcome(models.TextChoices):
        GRANT = "grant", _("Grant")
        PRE_GRANT = "pre_grant", _("Grant in advance")
        MANUAL = "manual", _("Manual review")
        WAIT = "wait", _("Waits for the visit")
        NONE = "none", _("No line")

    class Movement(models.TextChoices):
        FIRST = "", _("No earlier line")
        RAISE = "raise", _("Raised")
        KEEP = "keep", _("Kept")
        LOWER = "lower", _("Lowered")
        EXIT = "exit", _("Ended")

    # Only who is looked up has an index: every one is paid for in a county of rows.
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        db_index=False,
        related_name="limit_decisions",
        verbose_name=_("household"),
    )
    borrower = models.ForeignKey(
        Customer, models.PROTECT, related_name="+", verbose_name=_("main borrower")
    )
    # The four that follow name what nobody can delete: docs/adr/0014.
    campaign = models.ForeignKey(
        Campaign,
        models.PROTECT,
        null=True,
        db_constraint=False,
        related_name="limit_decisions",
        verbose_name=_("campaign"),
    )
    policy = models.ForeignKey(
        LimitPolicy,
        models.PROTECT,
        db_index=False,
        db_constraint=False,
        related_name="decisions",
        verbose_name=_("policy"),
    )
    admission = models.ForeignKey(
        Decision,
        models.PROTECT,
        null=True,
        db_index=False,
        db_constraint=False,
        related_name="+",
        verbose_name=_("admission"),
    )
    run = models.ForeignKey(
        Run, models.PROTECT, null=True, db_index=False, db_constraint=False, related_name="+"
    )
    decided_on = models.DateField(_("decided on"))
    reviewed_limit = FenField(_("reviewed limit"), null=True)
    model_limit = FenField(_("model limit"), null=True)
    surveyed_limit = FenField(_("surveyed limit"), null=True)
    limit = FenField(_("limit"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    movement = models.CharField(
        _("against the line before"),
        max_length=8,
        choices=Movement.choices,
        default=Movement.FIRST,
        blank=True,
        db_default="",
    )
    explanation = models.JSONField(_("explanation"), default=dict)
    settled_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("settled by"),
    )

    objects = LimitDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("limit decision")
        verbose_name_plural = _("limit decisions")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("settle_limitdecision", _("May settle manual limit cases"))]
        indexes = [
            BrinIndex(fields=["decided_on"], name="limit_decision_by_day", autosummarize=True),
            models.Index(
                fields=["outcome", "id"], condition=~Q(outcome="grant"), name="limit_decision_other"
            ),
            models.Index(
                fields=["decided_on"],
                condition=Q(outcome="manual", settled_by=None),
                include=["id", "household"],
                name="limit_decision_to_settle",
            ),
            models.Index(
                fields=["household"],
                condition=~Q(movement="") & Q(outcome="grant"),
                name="limit_decision_of_later_round",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "campaign"], name="limit_decision_once_per_campaign"
            ),
            models.CheckConstraint(
                name="no_line_means_no_limit",
                condition=Q(limit__gte=0) & (~Q(outcome="none") | Q(limit=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household} · {self.get_outcome_display()}"

    @property
    def line_before(self) -> "CreditLine | None":
        """The household's line, where it still stands on an earlier round's limit."""
        held = CreditLine.objects.filter(household=self.household_id, decision__lt=self.pk)
        return held.exclude(status__in=CreditLine.ENDED).first()

    def offered_for(self, signed: int) -> int:
        """What this round offers whose line was signed for so much, fen.

        No more than one round may raise; what was kept is only ever renewed for as much as it is,
        also where the new limit is a little lower.
        """
        moved = self.explanation.get("moved") or {}
        if self.movement == self.Movement.KEEP and moved.get("kept_because"):
            return signed
        return moved.get("raise_to") or self.limit


class CreditLineQuerySet(models.QuerySet["CreditLine"]):
    def visible_to(self, user: User) -> "CreditLineQuerySet":
        """Lines of households this person may see."""
        return self.filter(within(user, "household__village"))


class CreditLine(ConcurrentTransitionMixin, models.Model):
    """What one household may owe at most, until a day; its main borrower draws under it."""

    class Status(models.TextChoices):
        PRE_GRANTED = "pre_granted", _("Granted in advance")
        GRANTED = "granted", _("Granted")
        SIGNED = "signed", _("Signed")
        ACTIVE = "active", _("In use")
        FROZEN = "frozen", _("Frozen")
        EXPIRED = "expired", _("Expired")
        CLOSED = "closed", _("Closed")

    ENDED = (Status.EXPIRED, Status.CLOSED)

    # Household and borrower stand in a decision too, where the database checks them; nobody can
    # delete a decision: docs/adr/0014.
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        db_constraint=False,
        related_name="credit_lines",
        verbose_name=_("household"),
    )
    borrower = models.ForeignKey(
        Customer,
        models.PROTECT,
        db_constraint=False,
        related_name="credit_lines",
        verbose_name=_("main borrower"),
    )
    # One that has ended keeps its decision, on which a visit or a person may give another.
    decision = models.ForeignKey(
        LimitDecision,
        models.PROTECT,
        db_constraint=False,
        related_name="lines",
        verbose_name=_("limit decision"),
    )
    amount = FenField(_("amount"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    status = FSMField(
        _("status"), default=Status.PRE_GRANTED, choices=Status.choices, protected=True
    )
    frozen_because = models.CharField(_("frozen because"), max_length=200, blank=True)
    frozen_from = models.CharField(
        _("state before it was frozen"),
        max_length=11,
        choices=Status.choices,
        blank=True,
        default="",
        db_default="",
    )

    objects = CreditLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit line")
        verbose_name_plural = _("credit lines")
        ordering = ["-id"]
        permissions = [
            ("freeze_creditline", _("May freeze and thaw credit lines")),
            ("sign_creditline", _("May record signatures on a village's list")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=~Q(status__in=["expired", "closed"]),
                name="household_has_one_line",
            ),
            models.CheckConstraint(
                name="line_amount_and_days",
                condition=Q(amount__gt=0, valid_to__gt=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household}"

    def is_open_on(self, day: date) -> bool:
        """Whether money may be drawn under it on a day."""
        drawable = {self.Status.GRANTED, self.Status.SIGNED, self.Status.ACTIVE}
        return self.status in drawable and self.valid_from <= day <= self.valid_to

    @transition(status, source=Status.PRE_GRANTED, target=Status.GRANTED)
    def confirm(self, *, amount: int, borrower: Customer) -> None:
        """The visit confirmed what was granted in advance, to whoever is fit to borrow by now."""
        self.amount, self.borrower = amount, borrower

    def raise_to(self, amount: int, *, decision: LimitDecision, valid_to: date) -> None:
        """The borrower signed for more, as a later round worked it out."""
        self.amount, self.decision, self.valid_to = amount, decision, valid_to

    @transition(status, source=Status.GRANTED, target=Status.SIGNED)
    def sign(self) -> None:
        """The borrower signed."""

    @transition(status, source=[Status.GRANTED, Status.SIGNED], target=Status.ACTIVE)
    def activate(self) -> None:
        """The first money was drawn."""

    @transition(
        status,
        source=[Status.GRANTED, Status.SIGNED, Status.ACTIVE],
        target=Status.FROZEN,
    )
    def freeze(self, *, reason: str) -> None:
        """No further drawing. A line not yet drawable is not frozen: thawing would open it."""
        self.frozen_because, self.frozen_from = reason, self.status

    @transition(
        status,
        source=Status.FROZEN,
        target=RETURN_VALUE(Status.GRANTED, Status.SIGNED, Status.ACTIVE),
    )
    def thaw(self) -> str:
        """Drawing is possible again: what nobody had signed is still to be signed."""
        before = self.frozen_from or self.Status.ACTIVE
        self.frozen_because = self.frozen_from = ""
        return before

    @transition(status, source="*", target=Status.EXPIRED)
    def expire(self) -> None:
        """Its last day has passed."""

    @transition(status, source="*", target=Status.CLOSED)
    def close(self) -> None:
        """The line is given up."""


class LineSigningQuerySet(models.QuerySet["LineSigning"]):
    def visible_to(self, user: User) -> "LineSigningQuerySet":
        """Signings of households this person may see."""
        return self.filter(within(user, "line__household__village"))


class LineSigning(models.Model):
    """A line was signed on the printed list: on which day, with the scan, and who brought it in.

    A first loan contract signs a line too; that one has no row here.
    """

    line = models.OneToOneField(
        CreditLine, models.PROTECT, related_name="signing", verbose_name=_("credit line")
    )
    signed_on = models.DateField(_("signed on"))
    document = models.ForeignKey(
        Document, models.PROTECT, related_name="+", verbose_name=_("scan of the list")
    )
    recorded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    objects = LineSigningQuerySet.as_manager()

    class Meta:
        verbose_name = _("signature on the list")
        verbose_name_plural = _("signatures on the list")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.line_id} · {self.signed_on}"
