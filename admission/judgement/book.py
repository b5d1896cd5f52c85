"""The rules of one set, read, checked and ready to be heard."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import sha256

from admission.judgement import outcome as outcomes
from admission.judgement import treatment
from admission.judgement.faults import RuleFault, RulesRefused
from admission.judgement.outcome import OutcomeRule
from admission.judgement.treatment import NOTHING, Treatment
from admission.judgement.wording import Unsayable, placeholders, said
from core.expressions import (
    Catalogue,
    Expression,
    ExpressionError,
    Kind,
    fingerprint,
    together,
)

LEVELS = ("high", "medium", "low")
BLOCK, REVIEW, NOTICE, PASS = (
    "block_until_available",
    "manual_review",
    "pass_with_notice",
    "pass",
)
ON_UNKNOWN = (BLOCK, REVIEW, NOTICE, PASS)

SILENT = "sources_silent"
"""The field that counts the sources which gave no usable answer. No rule need read it: what is
unknown because a source was silent is never passed, whatever a rule says of the unknown."""


@dataclass(frozen=True)
class RuleText:
    """One rule as staff wrote it."""

    code: str
    level: str
    name: str
    expression: str
    params: Mapping[str, object] = field(hash=False)
    on_unknown: str
    says: str
    says_to_customer: str
    treatment: Mapping[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Rule:
    """One rule, read."""

    text: RuleText
    expression: Expression
    treatment: Treatment = NOTHING

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The fields it reads, in order."""
        return tuple(sorted(self.expression.fields))


@dataclass(frozen=True)
class RuleBook:
    """A set of rules that has passed every check, and how its outcome is worked out."""

    rules: tuple[Rule, ...]
    outcome: Expression
    limit_factor: Expression
    fingerprint: str
    catalogue: Catalogue

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes of the rules, in their order."""
        return tuple(each.text.code for each in self.rules)

    @cached_property
    def hear(self) -> Callable[[Mapping[str, object]], tuple[object, ...]]:
        """One function that answers all rules of one row, in their order."""
        return together(each.expression for each in self.rules)

    @cached_property
    def fields(self) -> frozenset[str]:
        """Every field some rule reads: what must be known, and nothing else need be."""
        read = ((each.expression.fields, each.treatment.fields) for each in self.rules)
        return frozenset().union(*(fields for both in read for fields in both))

    @cached_property
    def inputs(self) -> frozenset[str]:
        """Every field that the outcome rests on: what is kept so that it can be worked again."""
        return self.fields | {SILENT} if SILENT in self.catalogue.fields else self.fields


def compile_rules(
    texts: Iterable[RuleText],
    outcome: OutcomeRule,
    catalogue: Catalogue,
    *,
    is_new: bool = False,
) -> RuleBook:
    """Read all rules of a set. Raises RulesRefused with every reason at once.

    A set that ``is_new`` must also show that it never divides by 0, and that its outcome holds for
    as many hits and unknowns as it has rules.
    """
    written = list(texts)
    rules, faults = [], outcomes.faults(outcome, rules=len(written) if is_new else 0)
    for text in written:
        found = check_rule(text, catalogue, is_new=is_new)
        faults += found
        if not found:
            read = catalogue.parse(text.expression, params=text.params, want=Kind.BOOL)
            treated = treatment.read(text.treatment, catalogue)
            rules.append(Rule(text, read, treated))
    if not written:
        faults.append(RuleFault(outcomes.OF_THE_SET, "rules", "The set has no rule."))
    if faults:
        raise RulesRefused(faults)
    how, factor = outcome.compiled()
    return RuleBook(tuple(rules), how, factor, fingerprint_of(written, outcome), catalogue)


def check_rule(text: RuleText, catalogue: Catalogue, *, is_new: bool = True) -> list[RuleFault]:
    """What is wrong with one rule; nothing if it can be put into force."""
    faults = []
    for part, known in (("level", LEVELS), ("on_unknown", ON_UNKNOWN)):
        if getattr(text, part) not in known:
            faults.append(RuleFault(text.code, part, "This choice does not exist."))
    for told in treatment.wrong(text.treatment, catalogue, is_new=is_new):
        is_error = isinstance(told, ExpressionError)
        said_so = {"error": told} if is_error else {"template": told}
        faults.append(RuleFault(text.code, "treatment", **said_so))
    try:
        read = catalogue.parse(text.expression, params=text.params, want=Kind.BOOL, is_new=is_new)
    except ExpressionError as exc:
        return [*faults, RuleFault(text.code, "expression", error=exc)]
    sayable = read.fields | text.params.keys()
    for part, allowed in (("says", sayable), ("says_to_customer", frozenset())):
        try:
            strange = placeholders(getattr(text, part)) - allowed
        except Unsayable as exc:
            faults.append(RuleFault(text.code, part, exc.template, exc.params))
            continue
        if strange:
            faults.append(_strange(text, part, strange))
    return faults or _unsayable(text, read.fields, catalogue)


_SAMPLES = {
    Kind.BOOL: True,
    Kind.INTEGER: 1,
    Kind.DECIMAL: 0.5,
    Kind.MONEY: 100,
    Kind.TEXT: "",
    Kind.DATE: date(2026, 1, 1),
}


def _unsayable(text: RuleText, names: Iterable[str], catalogue: Catalogue) -> list[RuleFault]:
    """Fill in one value of each kind: a format that does not fit its value is found here."""
    row = {name: _SAMPLES[catalogue.fields[name].kind] for name in names}
    try:
        said(text.says, row, text.params, catalogue)
    except Unsayable as exc:
        return [RuleFault(text.code, "says", exc.template, exc.params)]
    return []


def _strange(text: RuleText, part: str, names: Iterable[str]) -> RuleFault:
    listed = {"names": ", ".join(sorted(names))}
    if part == "says_to_customer":
        told = "A customer is told no figures and no thresholds: %(names)s."
        return RuleFault(text.code, part, told, listed)
    return RuleFault(text.code, part, "The rule does not read %(names)s.", listed)


def fingerprint_of(texts: Iterable[RuleText], outcome: OutcomeRule) -> str:
    """The SHA-256 of a set: what it decides and says, in the order in which it is written."""
    written = [
        [
            each.code,
            each.level,
            each.name,
            fingerprint(each.expression, each.params),
            each.on_unknown,
            each.says,
            each.says_to_customer,
            *([each.treatment] if each.treatment else []),
        ]
        for each in texts
    ]
    how = [fingerprint(outcome.outcome), fingerprint(outcome.limit_factor)]
    flat = json.dumps([written, how], ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return sha256(flat.encode()).hexdigest()
