"""The scoring policy: whose card, and what a score is worth; versions with four eyes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from admission import scoring_words
from admission.models.decisions import Decision
from admission.models.scorecards import CardSegment, Scorecard
from admission.scoring import ScoringBook, ScoringFault, ScoringRefused, ScoringText, read
from core.models import Publishable

SCORING = "scoring"
"""The code under which the bank's scoring policy is versioned."""


class ScorePolicy(Publishable):
    """Segments, bands, and features kept for later cards; one version is in force."""

    settings = models.JSONField(_("settings"), default=dict)
    fingerprint = models.CharField(_("fingerprint"), max_length=64, blank=True)

    class Meta(Publishable.Meta):
        verbose_name = _("scoring policy")
        verbose_name_plural = _("scoring policies")

    def text(self) -> ScoringText:
        """What it says. Raises ScoringRefused for what is no policy."""
        try:
            return ScoringText.from_settings(self.settings)
        except (KeyError, TypeError, ValueError) as exc:
            words = "The policy cannot be read."
            raise ScoringRefused([ScoringFault("conditions", "", words)]) from exc

    def say(self, text: ScoringText) -> None:
        """Take over what is written, with its fingerprint."""
        self.settings, self.fingerprint = text.settings(), text.hash

    def book(self, *, is_new: bool = False) -> ScoringBook:
        """What it says, checked. Raises ScoringRefused with every reason."""
        return read(self.text(), is_new=is_new)

    def faults(self) -> list[str]:
        """What keeps this version from being put into force: place and reason of each."""
        try:
            self.book(is_new=True)
        except ScoringRefused as refused:
            return [
                scoring_words.in_words(each, segment_name(each.place)) for each in refused.faults
            ]
        return []


def segment_name(name: str) -> str:
    """What a place of the policy is called, where it is a segment."""
    return str(CardSegment(name).label) if name in CardSegment.values else name


class ShadowScore(models.Model):
    """What a card in shadow says where another, or none, is in force; it acted on nothing."""

    decision = models.ForeignKey(
        Decision, models.CASCADE, related_name="shadow_scores", verbose_name=_("decision")
    )
    scorecard = models.ForeignKey(
        Scorecard, models.PROTECT, related_name="shadow_scores", verbose_name=_("scorecard")
    )
    score = models.SmallIntegerField(_("score"))
    pd = models.FloatField(_("expected bad rate"))
    risk_band = models.CharField(_("risk band"), max_length=1)

    class Meta:
        verbose_name = _("shadow score")
        verbose_name_plural = _("shadow scores")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "scorecard"], name="shadow_score_once_per_card"
            )
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} · {self.scorecard_id} · {self.score}"
