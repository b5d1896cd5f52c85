"""What the pages of the rules' workbench show: versions compared, one applicant, the shadow."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from admission.contexts import (
    LEVEL_COLOURS,
    TREATMENTS,
    UNITS,
    Figure,
    figure,
    thresholds,
)
from admission.contexts_features import source_name
from admission.features import APPLICATION, CATALOGUE
from admission.judgement import (
    Heard,
    OutcomeRule,
    RuleChange,
    RulesRefused,
    RuleText,
    check_rule,
    differences,
)
from admission.judgement.differing import ADDED, CHANGED, REMOVED
from admission.judgement.outcome import COUNTS, OF_THE_SET
from admission.models import Decision, Rule, RuleSet, ShadowVerdict
from admission.services.replaying import hear_on
from admission.services.stored_inputs import as_heard
from core.expressions import Field, Kind

PARTS: dict[str, str | Promise] = {
    "level": _("level"),
    "name": _("name"),
    "expression": _("condition"),
    "params": _("thresholds"),
    "on_unknown": _("when unknown"),
    "says": _("what staff read"),
    "says_to_customer": _("what the customer may be told"),
    "treatment": _("treatment beyond its level"),
    "outcome": _("how the outcome is found"),
    "limit_factor": _("factor on the limit"),
}
CODE = {"expression", "treatment", "outcome", "limit_factor"}
"""Parts that are read as written rather than as prose."""

CHANGE_WORDS = {ADDED: _("New"), REMOVED: _("Gone"), CHANGED: _("Changed")}
CHANGE_COLOURS = {ADDED: "green", REMOVED: "red", CHANGED: "blue"}

KIND_WORDS: dict[Kind, str | Promise] = {
    Kind.BOOL: _("yes or no"),
    Kind.INTEGER: _("whole number"),
    Kind.DECIMAL: _("decimal number"),
    Kind.MONEY: _("amount, yuan"),
    Kind.TEXT: _("word"),
    Kind.DATE: _("day"),
}


@dataclass(frozen=True)
class FieldLine:
    """One field that an expression may name; ``of`` says which expressions: those on what is known
    of customers (``fields``), or how a set's outcome is found (``counts``)."""

    name: str
    label: str
    unit: str | Promise
    source: str | Promise
    kind: str | Promise
    choices: str
    of: str = "fields"


def fields() -> list[FieldLine]:
    """Every field that rules may name, by source, and what a set's outcome is found from."""
    counts = [
        replace(each, source=_("what the rules gave"), of="counts")
        for each in lines_of(COUNTS.fields.values())
    ]
    return lines_of(CATALOGUE.fields.values()) + counts


def lines_of(known: Iterable[Field]) -> list[FieldLine]:
    """Fields as the list shows them, by source."""
    lines = [
        FieldLine(
            name=each.name,
            label=each.label,
            unit=UNITS.get(each.unit, ""),
            source=_whose(each.source),
            kind=KIND_WORDS[each.kind],
            choices="、".join(each.choices or ()),
        )
        for each in known
    ]
    return sorted(lines, key=lambda line: (str(line.source), line.name))


def _whose(source: str) -> str:
    """Where a value comes from, in words; the counts of a set come from nowhere else."""
    return str(_("application") if source == APPLICATION else source and source_name(source))


@dataclass(frozen=True)
class PartLine:
    """One part of a rule or definition in two versions."""

    label: str | Promise
    before: str
    after: str
    is_code: bool


@dataclass(frozen=True)
class ChangeLine:
    """One rule or definition that differs."""

    code: str
    name: str
    word: str | Promise
    level: str
    parts: list[PartLine]


@dataclass(frozen=True)
class DiffPage:
    """An older and a newer version side by side."""

    before: RuleSet
    after: RuleSet
    changes: list[ChangeLine]
    others: list[RuleSet]

    @classmethod
    def build(cls, before: RuleSet, after: RuleSet) -> "DiffPage":
        """Rule by rule, part by part; only what differs."""
        old = [each.text for each in before.rules.order_by("id")]
        new = [each.text for each in after.rules.order_by("id")]
        written = [{each.code: each.expression for each in texts} for texts in (old, new)]
        found = differences(
            old,
            new,
            OutcomeRule(before.outcome, before.limit_factor),
            OutcomeRule(after.outcome, after.limit_factor),
        )
        others = RuleSet.objects.exclude(pk=after.pk).order_by("code", "-version")
        return cls(before, after, [_change(each, *written) for each in found], list(others[:50]))


def _change(change: RuleChange, old: Mapping[str, str], new: Mapping[str, str]) -> ChangeLine:
    """``old`` and ``new`` are the conditions by code, in whose words thresholds are told."""
    return ChangeLine(
        code="" if change.code == OF_THE_SET else change.code,
        name=change.name or str(_("The set as a whole")),
        word=CHANGE_WORDS[change.kind],
        level=CHANGE_COLOURS[change.kind],
        parts=[
            PartLine(
                PARTS[each.part],
                _written(each.part, each.before, old.get(change.code, "")),
                _written(each.part, each.after, new.get(change.code, "")),
                each.part in CODE,
            )
            for each in change.parts
        ],
    )


def _written(part: str, value: Any, expression: str) -> str:
    if value is None or value in ("", {}):
        return "—"
    if part == "params":
        return thresholds_for_authors(expression, value)
    labels = {"level": Rule.Level, "on_unknown": Rule.OnUnknown}
    return str(labels[part](value).label) if part in labels else str(value)


def thresholds_for_authors(expression: str, params: Mapping[str, object]) -> str:
    """Thresholds in words, a line each, with the names by which the condition knows them."""
    told = zip(params, thresholds(expression, params), strict=True)
    return "\n".join(_for_an_author(name, each) for name, each in told)


def _for_an_author(name: str, told: Figure) -> str:
    written = f"{told.label} {told.value} {told.unit}".strip()
    return written if told.label == name else f"{name}: {written}"


@dataclass(frozen=True)
class HeardLine:
    """One rule as it was heard on one applicant."""

    code: str
    name: str
    level: str | Promise
    colour: str
    word: str | Promise
    state: str
    says: str
    figures: list[Figure]
    thresholds: list[Figure]
    treatment: str | Promise


@dataclass(frozen=True)
class TryPage:
    """A version heard on one applicant: the verdict, and every rule with value and threshold."""

    rule_set: RuleSet
    decision: Decision | None
    outcome: str | Promise
    state: str
    factor: str
    lines: list[HeardLine]
    faults: list[str]
    not_stored: list[str]

    @classmethod
    def build(
        cls, rule_set: RuleSet, inputs: Mapping[str, object], decision: Decision | None
    ) -> "TryPage":
        """Hear all rules on ``inputs``; those of ``decision`` where one is named."""
        try:
            verdict, heard = hear_on(rule_set, inputs)
        except RulesRefused:
            return cls(rule_set, decision, "", "", "", [], rule_set.faults(), [])
        written = {each.code: each.expression for each in rule_set.rules.all()}
        return cls(
            rule_set=rule_set,
            decision=decision,
            outcome=Decision.Outcome(verdict.outcome).label,
            state=verdict.outcome,
            factor=str(verdict.limit_factor),
            lines=sorted((_heard(*each, written) for each in heard), key=_what_matters_first),
            faults=[],
            not_stored=_never_stored(heard, inputs),
        )


def _never_stored(
    heard: list[tuple[Heard, bool | None]], inputs: Mapping[str, object]
) -> list[str]:
    wanted = {name for each, _answer in heard for name in each.values}
    return [f"{CATALOGUE.fields[name].label} {name}" for name in sorted(wanted - inputs.keys())]


_ORDER = ["refuse", "wait", "none"]


def _what_matters_first(line: HeardLine) -> int:
    return _ORDER.index(line.state)


def _heard(heard: Heard, answer: bool | None, written: Mapping[str, str]) -> HeardLine:
    word, state = _("Does not hold"), "none"
    treatment: str | Promise = ""
    if answer:
        word, state, treatment = _("Holds"), "refuse", TREATMENTS[Rule.Level(heard.level)]
    elif answer is None:
        word, state = _("Not known"), "wait"
        treatment = Rule.OnUnknown(heard.on_unknown).label
    return HeardLine(
        code=heard.code,
        name=heard.name,
        level=Rule.Level(heard.level).label,
        colour=LEVEL_COLOURS[heard.level],
        word=word,
        state=state,
        says=heard.says if answer is not False else "",
        figures=[figure(name, value) for name, value in heard.values.items()],
        thresholds=thresholds(written.get(heard.code, ""), heard.thresholds),
        treatment=treatment,
    )


def worked_example(text: RuleText, inputs: Mapping[str, object]) -> dict[str, object]:
    """What one rule reads and gives on example values; empty while it cannot be heard."""
    if check_rule(text, CATALOGUE):
        return {}
    read = CATALOGUE.parse(text.expression, params=text.params, want=Kind.BOOL)
    row = {name: as_heard(name, inputs.get(name)) for name in read.fields}
    answer = read.value(row)
    word = {True: _("Holds"), False: _("Does not hold"), None: _("Not known")}[answer]
    told = [figure(name, value) for name, value in sorted(row.items())]
    return {
        "answer": str(word),
        "values": [f"{each.label} {each.value} {each.unit}".strip() for each in told],
    }


@dataclass(frozen=True)
class ShadowRow:
    """How often the two sets say one pair of outcomes."""

    champion: str | Promise
    champion_state: str
    challenger: str | Promise
    challenger_state: str
    decisions: int
    differs: bool


@dataclass(frozen=True)
class ShadowPage:
    """The challenger beside the champion, on the decisions both have heard."""

    challenger: RuleSet | None
    decisions: int
    differing: int
    rows: list[ShadowRow]
    newest: list[ShadowVerdict]

    @property
    def share(self) -> float:
        """The part of the decisions in which the two differ, 0 to 100."""
        return 100 * self.differing / self.decisions if self.decisions else 0

    @classmethod
    def build(cls, challenger: RuleSet | None, seen: Q) -> "ShadowPage":
        """Counted over the decisions narrowed by ``seen``; three queries."""
        heard = ShadowVerdict.objects.filter(seen, rule_set=challenger)
        pairs = heard.values_list("decision__outcome", "decision__rules_outcome", "outcome")
        counted: dict[tuple[str, str], int] = {}
        for outcome, by_rules, shadow, number in pairs.annotate(n=Count("id")).order_by():
            pair = (by_rules or outcome, shadow)
            counted[pair] = counted.get(pair, 0) + number
        rows = sorted(
            (_shadow_row(*pair, number) for pair, number in counted.items()),
            key=lambda row: (not row.differs, -row.decisions),
        )
        differing = [pair for pair in counted if pair[0] != pair[1]]
        newest = heard.select_related("decision__customer").order_by("-decision_id")
        wanted = Q(pk__in=[])
        for champion, shadow in differing:
            wanted |= Q(outcome=shadow, decision__outcome=champion)
        return cls(
            challenger=challenger,
            decisions=sum(counted.values()),
            differing=sum(counted[pair] for pair in differing),
            rows=rows,
            newest=list(newest.filter(wanted)[:20]),
        )


def _shadow_row(champion: str, challenger: str, decisions: int) -> ShadowRow:
    words = dict(Decision.Outcome.choices)
    return ShadowRow(
        words[champion], champion, words[challenger], challenger, decisions, champion != challenger
    )
