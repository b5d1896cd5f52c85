"""Working a past decision again from what was stored with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from admission.features import OF_AN_APPLICATION
from admission.judgement import Heard, Verdict, hear_each, high_codes, judge
from admission.models import Decision, RuleSet
from admission.scoring import Scored, score_all
from admission.selectors import book_of
from admission.services import scoring
from admission.services.stored_inputs import as_heard, frame_of
from core.expressions import Catalogue


def replay(decision_id: int) -> Verdict:
    """The verdict that the stored inputs and rule set give today; it must be the one given then.

    Raises RulesChanged when the rules are no longer those that decided.
    """
    decision = Decision.objects.select_related("rule_set").get(pk=decision_id)
    book = book_of(decision.rule_set)
    return judge(book, _as_heard(decision.inputs, book.catalogue))


def held_against_the_person(decision: Decision) -> list[str]:
    """Codes of the high rules that hold of the customer whatever they asked for: their age when the
    loan asked for would end, say, is no fact about them. Raises RulesChanged.
    """
    book = book_of(decision.rule_set)
    row = _as_heard(decision.inputs, book.catalogue)
    return high_codes(book, row, without=OF_AN_APPLICATION)


def score_again(decision: Decision) -> Scored | None:
    """The score that the stored inputs, policy and card give today; None where nobody was scored.

    Raises ScorecardChanged when policy or card are no longer those that scored.
    """
    if decision.score_policy is None:
        return None
    book = scoring.book_of(decision.score_policy)
    cards = {}
    if decision.scorecard is not None:
        cards[decision.scorecard.segment] = scoring.card_of(decision.scorecard)
    (scored,) = score_all(book, cards, frame_of([decision.inputs]))
    return scored


@dataclass(frozen=True)
class Replay:
    """What working a decision again gave, and in which parts it is not what was stored."""

    verdict: Verdict
    differing: tuple[str, ...]
    scored: Scored | None = None

    @property
    def score(self) -> int | None:
        """The score worked out again."""
        return self.scored.explained.score if self.scored and self.scored.explained else None

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not self.differing


def compare(decision: Decision) -> Replay:
    """Work a decision again and lay it beside what was stored.

    Raises RulesChanged, ScorecardChanged.

    An override does not belong to the rules: beside it stands what the rules alone gave.
    """
    verdict, scored = replay(decision.pk), score_again(decision)
    pairs: Mapping[str, tuple[object, object]] = {
        "outcome": (verdict.outcome, decision.said_by_rules),
        "hits": ([each.as_json() for each in verdict.hits], decision.hits),
        "unknowns": ([each.as_json() for each in verdict.unknowns], decision.unknowns),
        "score": (_as_stored(scored), _stored_score(decision)),
    }
    if decision.override_id is None:
        pairs = pairs | {"limit_factor": (verdict.limit_factor, decision.limit_factor)}
    differing = tuple(name for name, (now, then) in pairs.items() if now != then)
    return Replay(verdict, differing, scored)


def _as_stored(scored: Scored | None) -> tuple[object, ...]:
    """Score, band and reasons as a decision keeps them."""
    if scored is None:
        return (None, "", {})
    points = scored.explained.score if scored.explained else None
    return (points, scored.band, scoring.as_kept(scored))


def _stored_score(decision: Decision) -> tuple[object, ...]:
    named = ("version", "card")
    kept = {name: each for name, each in (decision.scored or {}).items() if name not in named}
    return (decision.score, decision.risk_band, kept)


def hear_on(
    rule_set: RuleSet, inputs: Mapping[str, object]
) -> tuple[Verdict, list[tuple[Heard, bool | None]]]:
    """A set, also a draft, heard on stored inputs: the verdict, and every rule with its answer.

    Raises RulesRefused for rules that cannot be heard.
    """
    book = rule_set.book()
    row = _as_heard(inputs, book.catalogue)
    return judge(book, row), hear_each(book, row)


def _as_heard(inputs: Mapping[str, object], catalogue: Catalogue) -> dict[str, object]:
    """Stored values as rules read them: days are days again."""
    return {name: as_heard(name, value, catalogue) for name, value in inputs.items()}
