"""The score beside the rules: which cards are in force, and what is kept of a score."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache

import polars as pl
from django.db.models import Func, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import translation
from django.utils.translation import gettext as _

from admission import scoring_words
from admission.errors import ScorecardChanged
from admission.features import sources_behind
from admission.models import SCORING, Decision, Scorecard, ScorePolicy, ShadowScore
from admission.reference.feature_codes import CODES
from admission.scorecards import Card, Reason, Unusable, from_json
from admission.scoring import (
    SCORABLE,
    Scored,
    ScoringBook,
    ScoringRefused,
    ScoringText,
    read,
    score_all,
)
from core import publishing

log = logging.getLogger("qianmo.admission")

STANDARD_BANDS = {"A", "B"}
"""Bands that take nothing off a limit; whoever is in another one is told why."""
REASONS_TOLD = 3
MOST_CARDS = 64


@dataclass(frozen=True)
class CardInUse:
    """A version of a card and what it says."""

    record: Scorecard
    card: Card


@dataclass(frozen=True)
class Scoring:
    """The policy in force with its champions by segment, and the cards in shadow."""

    policy: ScorePolicy
    book: ScoringBook
    champions: Mapping[str, CardInUse]
    shadows: Sequence[CardInUse] = field(default=())

    @property
    def needs(self) -> frozenset[str]:
        """Fields for whose sake sources are asked: segments and champions."""
        asked = (each.card.names for each in self.champions.values())
        return self.book.fields.union(*asked)

    @property
    def keeps(self) -> frozenset[str]:
        """Fields stored beside: what cards in shadow hear, and what the policy keeps."""
        heard = (each.card.names for each in self.shadows)
        return self.book.kept.union(*heard) & SCORABLE


def in_force() -> Scoring | None:
    """How customers are scored today; None while no scoring policy is in force.

    Raises ScorecardChanged for a policy or champion that is not what was approved. A card in
    shadow must never keep the bank from deciding, so what is wrong with it is only logged.
    """
    policy = publishing.in_force(ScorePolicy, SCORING)
    if policy is None:
        return None
    champions: dict[str, CardInUse] = {}
    shadows = []
    for record in _in_use():
        try:
            used = CardInUse(record, _card(record.pk, record.seal, record.fingerprint))
        except ScorecardChanged:
            if record.status == Scorecard.Status.CHAMPION:
                raise
            log.warning("The scorecard %s is not what was approved; it is not heard.", record.pk)
            continue
        if record.status == Scorecard.Status.CHAMPION:
            champions[record.segment] = used
        else:
            shadows.append(used)
    return Scoring(policy, book_of(policy), champions, shadows)


def book_of(policy: ScorePolicy) -> ScoringBook:
    """A published policy, read. Raises ScorecardChanged if it is not what was published."""
    changed = ScorecardChanged(
        _("The scoring policy “%(policy)s” is not the one that was published.") % {"policy": policy}
    )
    try:
        book = _book(json.dumps(policy.settings, sort_keys=True))
    except ScoringRefused as exc:
        raise changed from exc
    if book.text.hash != policy.fingerprint:
        raise changed
    return book


def card_of(scorecard: Scorecard) -> Card:
    """The card of one version, checked against its hash. Raises ScorecardChanged."""
    sealed = _sealed().get(pk=scorecard.pk)
    return _card(sealed.pk, sealed.seal, sealed.fingerprint)


@lru_cache(maxsize=16)
def _book(settings: str) -> ScoringBook:
    try:
        return read(ScoringText.from_settings(json.loads(settings)))
    except (KeyError, TypeError, ValueError) as exc:
        raise ScoringRefused([]) from exc


def _sealed() -> QuerySet[Scorecard]:
    """Cards with a seal over what they say, so that a card read once need not be fetched again."""
    seal = Func(Cast("card", TextField()), function="md5", output_field=TextField())
    return Scorecard.objects.annotate(seal=seal).defer("card", "settings", "fault")


def _in_use() -> QuerySet[Scorecard]:
    used = [Scorecard.Status.CHAMPION, Scorecard.Status.SHADOW]
    return _sealed().filter(status__in=used).order_by("segment", "version")


@lru_cache(maxsize=MOST_CARDS)
def _card(pk: int, _seal: str, fingerprint: str) -> Card:
    changed = _("The scorecard %(pk)s is not the one that was approved.") % {"pk": pk}
    (kept,) = Scorecard.objects.filter(pk=pk).values_list("card", flat=True)
    try:
        card = from_json(kept)
    except Unusable as exc:
        raise ScorecardChanged(changed) from exc
    if card.hash != fingerprint:
        raise ScorecardChanged(changed)
    return card


def score(scoring: Scoring | None, rows: pl.DataFrame) -> list[dict[str, object]]:
    """The columns of a decision that say how each row was scored."""
    if scoring is None:
        return [{} for _row in range(rows.height)]
    cards = {segment: used.card for segment, used in scoring.champions.items()}
    return [_columns(scoring, each) for each in score_all(scoring.book, cards, rows)]


def _columns(scoring: Scoring, scored: Scored) -> dict[str, object]:
    used = scoring.champions.get(scored.segment)
    if used is None or scored.explained is None:
        return {"score_policy": scoring.policy, "scored": as_kept(scored)}
    return {
        "score_policy": scoring.policy,
        "scorecard": used.record,
        "score": scored.explained.score,
        "risk_band": scored.band,
        "scored": as_kept(scored)
        | {"version": used.record.version, "card": used.record.fingerprint},
    }


def as_kept(scored: Scored) -> dict[str, object]:
    """A score as it is kept with the decision: the reasons, the costliest first."""
    kept: dict[str, object] = {"segment": scored.segment, "unsure": list(scored.unsure)}
    if scored.explained is None:
        return kept | {"why_not": scoring_words.NO_CARD}
    return kept | {
        "pd": scored.explained.pd,
        "base_points": scored.explained.base_points,
        "reasons": [_reason(each) for each in scored.explained.reasons],
        "unknown": list(scored.unknown),
    }


def _reason(reason: Reason) -> dict[str, object]:
    """One question with its code: the catalogue's number, or the name of a feature of our own."""
    return {"code": CODES.get(reason.feature, reason.feature), **asdict(reason)}


def hear_shadows(scoring: Scoring | None, rows: pl.DataFrame) -> list[list[ShadowScore]]:
    """What the cards in shadow say of each row, each of the people of its own segment."""
    heard: list[list[ShadowScore]] = [[] for _row in range(rows.height)]
    if scoring is None or not scoring.shadows:
        return heard
    for used in scoring.shadows:
        cards = {used.record.segment: used.card}
        for told, scored in zip(heard, score_all(scoring.book, cards, rows), strict=True):
            if scored.explained is not None:
                told.append(
                    ShadowScore(
                        scorecard=used.record,
                        score=scored.explained.score,
                        pd=scored.explained.pd,
                        risk_band=scored.band,
                    )
                )
    return heard


def keep_shadows(decisions: Sequence[Decision], heard: Sequence[Sequence[ShadowScore]]) -> None:
    """Store what cards in shadow said with the decisions; the caller's transaction holds both."""
    made = []
    for decision, told in zip(decisions, heard, strict=True):
        for each in told:
            each.decision = decision
            made.append(each)
    ShadowScore.objects.bulk_create(made, batch_size=500)


@translation.override("zh-hans")
def text_for_customer(decision: Decision) -> str:
    """Why a band below the standard, in plain Chinese and without figures; nothing otherwise."""
    is_refused = decision.outcome == Decision.Outcome.REFUSE  # by rules, which say why themselves
    if decision.score is None or is_refused or decision.risk_band in STANDARD_BANDS:
        return ""
    against = [each for each in decision.scored["reasons"] if each["lost"] > 0]
    known = [topic_of(each["feature"]) for each in against if each["value"] is not None]
    missing = [topic_of(each["feature"]) for each in against if each["value"] is None]
    told = [_("Your score lowers the amount that can be offered.")]
    if named := _first(known):
        told.append(_("What counted against you most: %(what)s.") % {"what": named})
    if named := _first(missing):
        told.append(_("What we do not know about: %(what)s.") % {"what": named})
    return "\n".join(told)


def topic_of(feature: str) -> str:
    """What a customer understands a feature as: the subject, not the figure."""
    for source in sorted(sources_behind([feature])):
        if source in scoring_words.TOPICS:
            return str(scoring_words.TOPICS[source])
    return str(scoring_words.OTHER_TOPIC)


def _first(topics: Sequence[str]) -> str:
    return _(", ").join(list(dict.fromkeys(topics))[:REASONS_TOLD])
