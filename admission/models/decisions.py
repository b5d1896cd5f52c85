"""Admission decisions, kept so that each can be explained and worked again."""

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, Func, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from admission.judgement.book import LEVELS
from admission.models.rules import RuleSet
from admission.models.scorecards import Scorecard
from admission.models.sources import Authorisation
from admission.scoring import BANDS
from village.models import Customer, OfVillage, OfVillageQuerySet, by_village

# Of overridden decisions the high rules ask for nothing, and what was found about the refusal that
# one stands in the place of is found about it as well. There are few of them.
_OVERRIDDEN_AND_ASKING = """
SELECT d.id FROM admission_decision d JOIN admission_override o ON o.id = d.override_id
 WHERE EXISTS (
       SELECT FROM jsonb_array_elements(d.hits) hit
        WHERE hit->>'level' <> 'high' AND NOT EXISTS (
              SELECT FROM admission_ruleanswer a
               WHERE a.code = hit->>'code' AND (a.decision_id = d.id OR (
                     a.decision_id = o.decision_id AND NOT EXISTS (
                     SELECT FROM admission_decision e
                      WHERE e.override_id = d.override_id AND e.id < d.id)))))
"""


class DecisionQuerySet(OfVillageQuerySet):
    def standing(self) -> "DecisionQuerySet":
        """Those made about the person that the customer is: not what was heard of somebody else,
        whose ID number the customer was registered under."""
        return self.filter(under_other_number=False)

    def asking(self) -> "DecisionQuerySet":
        """Decisions with rules that hold and about which nobody has written down enough yet."""
        asked = Func(F("hits"), function="jsonb_array_length", output_field=models.IntegerField())
        overridden = RawSQL(_OVERRIDDEN_AND_ASKING, [])  # noqa: S611 - no word from outside
        waiting = self.standing().filter(
            Q(override=None) | Q(pk__in=overridden),
            outcome__in=[Decision.Outcome.MANUAL, Decision.Outcome.NOTICE],
        )
        return waiting.alias(given=Count("answers"), asked=asked).filter(
            Q(override__isnull=False) | Q(given__lt=F("asked"))
        )

    def requests(self) -> "DecisionQuerySet":
        """Each request once: one that waited and was made again the same day is told by its newest
        decision, and for what stands in the place of an overridden refusal nobody asked."""
        same = Decision.objects.filter(
            customer=OuterRef("customer"), purpose=OuterRef("purpose"), as_of=OuterRef("as_of")
        )
        later = Exists(same.filter(pk__gt=OuterRef("pk")))
        heeds = Exists(
            Decision.objects.filter(override=OuterRef("override"), pk__lt=OuterRef("pk"))
        )
        asked = self.exclude(later, outcome=Decision.Outcome.WAIT).filter(Q(override=None) | heeds)
        return asked.exclude(outcome=F("rules_outcome"))

    def refused_for(self, code: str) -> "DecisionQuerySet":
        """Refusals that a rule brought about: of the rules that hold, the gravest did, and the
        others would have refused nobody."""
        brought, graver = Q(), Q()
        for level in LEVELS:
            brought |= Q(hits__contains=[{"code": code, "level": level}]) & ~graver
            graver |= Q(hits__contains=[{"level": level}])
        return self.filter(brought, outcome=Decision.Outcome.REFUSE)


class Decision(OfVillage):
    """Whether a customer may be lent to: every rule heard, every hit and every unknown kept.

    ``inputs`` are the values the rules saw, by field; ``hits`` and ``unknowns`` are lists of
    objects with code, level, name, values, thresholds, on_unknown, says; ``records`` are the
    source records read, as objects with source, record, status, as_of. No name, ID or mobile
    number stands in any of them. Where head office overrode the rules, ``override`` says by which
    deed, and ``rules_outcome`` what the rules alone gave; both outcomes are the same once that
    override was ended. ``under_other_number`` says that the customer was registered under a wrong
    ID number when it was made: it tells of somebody else and counts for nothing. ``score`` is what
    ``scorecard`` gave, and ``scored`` how: segment, hash of the card, points and reasons, unknown
    answers, or why there is no score; empty where no scoring policy was in force.
    """

    class Outcome(models.TextChoices):
        ADMIT = "admit", _("Admitted")
        NOTICE = "notice", _("Admitted with check items")
        MANUAL = "manual", _("Manual review")
        WAIT = "wait", _("Waiting for a source")
        REFUSE = "refuse", _("Refused")

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="decisions", verbose_name=_("customer")
    )
    purpose = models.CharField(_("purpose"), max_length=16, choices=Authorisation.Purpose.choices)
    as_of = models.DateField(_("as of"))
    rule_set = models.ForeignKey(
        RuleSet, models.PROTECT, related_name="decisions", verbose_name=_("rule set")
    )
    rule_set_hash = models.CharField(_("hash of the rules"), max_length=64)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices)
    limit_factor = models.DecimalField(
        _("factor on the limit"), max_digits=4, decimal_places=2, default=1
    )
    inputs = models.JSONField(_("inputs"))
    asked_for = models.JSONField(_("what was asked for"), default=dict)
    records = models.JSONField(_("source records used"), default=list)
    hits = models.JSONField(_("rules that hold"), default=list)
    unknowns = models.JSONField(_("rules that could not be answered"), default=list)
    customer_text = models.TextField(_("what the customer may be told"), blank=True)
    decided_at = models.DateTimeField(_("decided at"), auto_now_add=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("asked by"),
    )

    under_other_number = models.BooleanField(
        _("made under another ID number"), default=False, db_default=False, editable=False
    )

    override = models.ForeignKey(
        "admission.Override",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="decisions",
        verbose_name=_("override"),
    )
    rules_outcome = models.CharField(
        _("outcome by the rules alone"), max_length=8, choices=Outcome.choices, blank=True
    )

    score_policy = models.ForeignKey(
        "admission.ScorePolicy",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("scoring policy"),
    )
    scorecard = models.ForeignKey(
        Scorecard,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="decisions",
        verbose_name=_("scorecard"),
    )
    score = models.SmallIntegerField(_("score"), null=True, blank=True)
    risk_band = models.CharField(
        _("risk band"),
        max_length=1,
        blank=True,
        db_default="",
        choices=[(each, each) for each in BANDS],
    )
    scored = models.JSONField(_("how it was scored"), default=dict, blank=True, null=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("admission decision")
        verbose_name_plural = _("admission decisions")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("answer_rules", _("May give evidence and tick check items")),
            ("make_decision", _("May have a decision made over REST")),
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="decision_newest_first"),
            by_village("decision_by_village"),
            models.Index(fields=["as_of", "outcome"], name="decision_by_day"),
            models.Index(
                fields=["id"], condition=Q(outcome__in=["manual", "notice"]), name="decision_asking"
            ),
            models.Index(
                fields=["as_of"],
                condition=Q(outcome="refuse") | Q(rules_outcome="refuse"),
                name="decision_refusing",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="overridden_decision_says_what_rules_gave",
                condition=Q(override=None, rules_outcome="")
                | (Q(override__isnull=False) & ~Q(rules_outcome="")),
            ),
            models.CheckConstraint(
                name="decision_score_names_its_card",
                condition=Q(score=None, scorecard=None, risk_band="")
                | Q(score__isnull=False, scorecard__isnull=False, score_policy__isnull=False)
                & ~Q(risk_band=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.get_outcome_display()}"

    @property
    def said_by_rules(self) -> str:
        """The outcome that the rules alone gave."""
        return self.rules_outcome or self.outcome

    @property
    def instead_of(self) -> int | None:
        """The refusal that this one stands in the place of, where it was made by overriding it; a
        decision that heeds the override later stands for itself."""
        if self.override is None:
            return None
        before = Decision.objects.filter(override=self.override_id, pk__lt=self.pk)
        return None if before.exists() else self.override.decision_id

    @property
    def limit_at_most(self) -> int | None:
        """The most (fen) that rules which hold let a limit be; None where none says so."""
        said = [each["limit_at_most"] for each in self.hits if "limit_at_most" in each]
        return min(said, default=None)

    def asks_before_drawing(self, what: str) -> bool:
        """Whether a rule that holds wants something done before money moves."""
        return any(each.get("before_drawing") == what for each in self.hits)

    def asks_after_drawing(self, what: str) -> bool:
        """Whether a rule that holds wants something looked at after money has moved."""
        return any(each.get("after_drawing") == what for each in self.hits)

    def asks_before_signing(self, what: str) -> bool:
        """Whether a rule that holds wants something done before a contract is signed."""
        return any(each.get("before_signing") == what for each in self.hits)


class ShadowVerdict(models.Model):
    """What the challenger would have said where the champion decided; it acted on nothing.

    ``hits`` and ``unknowns`` are the codes of its rules that hold and that it could not answer.
    """

    decision = models.OneToOneField(
        Decision, models.CASCADE, related_name="shadow", verbose_name=_("decision")
    )
    rule_set = models.ForeignKey(
        RuleSet, models.PROTECT, related_name="shadows", verbose_name=_("rule set")
    )
    outcome = models.CharField(_("outcome"), max_length=8, choices=Decision.Outcome.choices)
    limit_factor = models.DecimalField(_("factor on the limit"), max_digits=4, decimal_places=2)
    hits = models.JSONField(_("rules that hold"), default=list)
    unknowns = models.JSONField(_("rules that could not be answered"), default=list)

    class Meta:
        verbose_name = _("shadow verdict")
        verbose_name_plural = _("shadow verdicts")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.decision_id} · {self.get_outcome_display()}"
