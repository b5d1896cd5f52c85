"""Working a past decision again from what was stored with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from admission.judgement import Heard, Verdict, hear_each, judge
from admission.models import Decision, RuleSet
from admission.selectors import book_of
from core.expressions import Catalogue, Kind


def replay(decision_id: int) -> Verdict:
    """The verdict that the stored inputs and rule set give today; it must be the one given then.

    Raises RulesChanged when the rules are no longer those that decided.
    """
    decision = Decision.objects.select_related("rule_set").get(pk=decision_id)
    book = book_of(decision.rule_set)
    return judge(book, _as_heard(decision.inputs, book.catalogue))


@dataclass(frozen=True)
class Replay:
    """What working a decision again gave, and in which parts it is not what was stored."""

    verdict: Verdict
    differing: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not self.differing


def compare(decision: Decision) -> Replay:
    """Work a decision again and lay it beside what was stored. Raises RulesChanged.

    An override does not belong to the rules: beside it stands what the rules alone gave.
    """
    verdict = replay(decision.pk)
    pairs: Mapping[str, tuple[object, object]] = {
        "outcome": (verdict.outcome, decision.said_by_rules),
        "hits": ([each.as_json() for each in verdict.hits], decision.hits),
        "unknowns": ([each.as_json() for each in verdict.unknowns], decision.unknowns),
    }
    if decision.override_id is None:
        pairs = pairs | {"limit_factor": (verdict.limit_factor, decision.limit_factor)}
    return Replay(verdict, tuple(name for name, (now, then) in pairs.items() if now != then))


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
    return {
        name: date.fromisoformat(value)
        if isinstance(value, str) and _is_day(name, catalogue)
        else value
        for name, value in inputs.items()
    }


def _is_day(name: str, catalogue: Catalogue) -> bool:
    field = catalogue.fields.get(name)
    return field is not None and field.kind is Kind.DATE
