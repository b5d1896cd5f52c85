"""Two versions of the rules side by side: what was added, removed, or says something else."""

from collections.abc import Iterable
from dataclasses import dataclass

from admission.judgement.book import RuleText
from admission.judgement.outcome import OF_THE_SET, OutcomeRule

PARTS = (
    "level",
    "name",
    "expression",
    "params",
    "on_unknown",
    "says",
    "says_to_customer",
    "treatment",
)
ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True)
class PartChange:
    """One part of a rule, before and after; None where the rule is not there."""

    part: str
    before: object
    after: object


@dataclass(frozen=True)
class RuleChange:
    """One rule that is not the same in both versions; ``code`` is — for the set as a whole."""

    code: str
    name: str
    kind: str
    parts: tuple[PartChange, ...]


def differences(
    before: Iterable[RuleText],
    after: Iterable[RuleText],
    outcome_before: OutcomeRule,
    outcome_after: OutcomeRule,
) -> list[RuleChange]:
    """What differs, in the order of the newer version; rules it no longer has come last."""
    old, new = ({each.code: each for each in texts} for texts in (before, after))
    found = [_of_the_set(outcome_before, outcome_after)]
    found += [_of_rule(old.get(code), text) for code, text in new.items()]
    found += [_of_rule(text, None) for code, text in old.items() if code not in new]
    return [each for each in found if each.parts]


def _of_the_set(before: OutcomeRule, after: OutcomeRule) -> RuleChange:
    parts = changed_parts(before, after, ("outcome", "limit_factor"))
    return RuleChange(OF_THE_SET, "", CHANGED, parts)


def _of_rule(before: RuleText | None, after: RuleText | None) -> RuleChange:
    text = after or before
    kind = ADDED if before is None else REMOVED if after is None else CHANGED
    return RuleChange(text.code, text.name, kind, changed_parts(before, after, PARTS))


def changed_parts(before: object, after: object, names: Iterable[str]) -> tuple[PartChange, ...]:
    """The parts by these names that two of a kind do not share; either may not be there."""
    pairs = ((name, getattr(before, name, None), getattr(after, name, None)) for name in names)
    return tuple(PartChange(name, old, new) for name, old, new in pairs if not _same(old, new))


def _same(before: object, after: object) -> bool:
    """How a text is broken into lines says nothing: browsers end them differently."""
    if isinstance(before, str) and isinstance(after, str):
        return before.split() == after.split()
    return before == after
