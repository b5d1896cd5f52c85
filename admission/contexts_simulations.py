"""What the page of a simulation of the rules shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from admission.contexts import feature_in_words
from admission.features import FEATURES
from admission.models import Decision, RuleSimulation
from core import runs
from core.models import Branch, Run
from village.models import Village

UNKNOWN_SHOWN = 10


@dataclass(frozen=True)
class OutcomeLine:
    """One outcome before and after."""

    outcome: str
    word: str | Promise
    was: int
    now: int
    more: Mapping[str, int]
    less: Mapping[str, int]

    @property
    def difference(self) -> int:
        """How many more come to it."""
        return self.now - self.was


@dataclass(frozen=True)
class Move:
    """From one outcome to another."""

    was: str
    was_word: str | Promise
    now: str
    now_word: str | Promise
    figures: Mapping[str, int]


@dataclass(frozen=True)
class RuleLine:
    """How often one rule holds before and after."""

    code: str
    name: str
    was: int
    now: int
    newly: int
    bad: int
    was_unknown: int
    now_unknown: int

    @property
    def difference(self) -> int:
        """How many more it meets."""
        return self.now - self.was

    @property
    def is_changed(self) -> bool:
        """Whether it meets others than before, or is unknown of more or fewer."""
        return bool(self.difference or self.newly or self.now_unknown != self.was_unknown)


@dataclass(frozen=True)
class UnknownLine:
    """A field that the version reads, by which rules, and of how many customers it is unknown."""

    field: str
    customers: int
    rules: str
    is_of_all: bool
    is_asked: bool
    is_newly_read: bool


@dataclass(frozen=True)
class Place:
    """A branch or village."""

    name: str
    figures: Mapping[str, int]


@dataclass(frozen=True)
class RuleSimulationPage:
    """What a version would have decided, against the version in force."""

    simulation: RuleSimulation
    run: Run
    of: int
    done: int
    is_over: bool
    is_this_version: bool
    headline: list[str]
    customers: int
    people: int
    outcomes: list[OutcomeLine]
    guarantees: list[OutcomeLine]
    moves: list[Move]
    rules: list[RuleLine]
    branches: list[Place]
    villages: list[Place]
    not_stored: list[tuple[str, int]]
    unknown: list[UnknownLine]
    not_kept: int

    @property
    def unknown_first(self) -> list[UnknownLine]:
        """What is most to be looked at of what is unknown."""
        return self.unknown[:UNKNOWN_SHOWN]

    @property
    def unknown_further(self) -> list[UnknownLine]:
        """What else is unknown of some."""
        return self.unknown[UNKNOWN_SHOWN:]

    @property
    def has_guarantees(self) -> bool:
        """Whether anybody was heard who offered to guarantee."""
        return any(each.was or each.now for each in self.guarantees)

    @property
    def changed_rules(self) -> list[RuleLine]:
        """Those that meet others than before."""
        return [each for each in self.rules if each.is_changed]

    @property
    def same_rules(self) -> list[RuleLine]:
        """Those that meet the same customers as before."""
        return [each for each in self.rules if not each.is_changed]

    @classmethod
    def build(cls, simulation: RuleSimulation) -> "RuleSimulationPage":
        """The page, from the summary kept with the simulation."""
        said = simulation.summary
        progress = runs.progress(simulation.run_id)
        outcomes = [_outcome(each) for each in said.get("outcomes", [])]
        branches, villages = said.get("branches", []), said.get("villages", [])
        return cls(
            simulation=simulation,
            run=simulation.run,
            of=progress.total,
            done=progress.done,
            is_over=bool(said),
            is_this_version=simulation.fingerprint == simulation.rule_set.fingerprint,
            headline=_sentences(outcomes, is_of_portfolio=simulation.is_of_portfolio),
            customers=said.get("customers", 0),
            people=said.get("people", said.get("customers", 0)),
            outcomes=outcomes,
            guarantees=[_outcome(each) for each in said.get("guarantees", [])],
            moves=[_move(each) for each in said.get("moves", [])],
            rules=_rules(simulation, said.get("rules", [])),
            branches=_places(branches, Branch.objects),
            villages=_places(villages, Village.objects),
            not_stored=[
                (feature_in_words(name), customers)
                for name, customers in sorted(said.get("not_stored", {}).items())
            ],
            unknown=_unknown(said),
            not_kept=said.get("not_kept", 0),
        )


def _unknown(said: Mapping[str, Any]) -> list[UnknownLine]:
    """What this version reads and is not known of some: first what the version in force does not
    read, then the most often unknown."""
    reads = said.get("reads", {})
    lines = [
        UnknownLine(
            feature_in_words(name),
            customers,
            " ".join(reads[name]["rules"]),
            is_of_all=customers == said["customers"],
            is_asked=name not in FEATURES,
            is_newly_read=reads[name]["newly"],
        )
        for name, customers in said.get("unknown", {}).items()
    ]
    return sorted(
        lines, key=lambda each: (not each.is_newly_read, each.is_asked, -each.customers, each.field)
    )


SENTENCES = ("refuse", "manual", "notice")


def _outcome(each: Mapping[str, Any]) -> OutcomeLine:
    return OutcomeLine(word=Decision.Outcome(each["outcome"]).label, **each)


def _sentences(outcomes: list[OutcomeLine], *, is_of_portfolio: bool) -> list[str]:
    """The gravest first."""
    lines = {each.outcome: each for each in outcomes}
    told = _on_the_county() if is_of_portfolio else _on_decisions()
    return [_sentence(told, lines[outcome]) for outcome in SENTENCES if outcome in lines]


def _on_decisions() -> dict[str, str]:
    return {
        "refuse": _(
            "Would have refused %(more)s more, of which %(borrowed)s borrowed and %(bad)s went "
            "bad; %(less)s fewer, of which %(borrowed_less)s borrowed and %(bad_less)s went bad."
        ),
        "manual": _(
            "Would have sent %(more)s more to a person, of which %(bad)s went bad; %(less)s fewer."
        ),
        "notice": _("Would have admitted %(more)s more with check items; %(less)s fewer."),
    }


def _on_the_county() -> dict[str, str]:
    return {
        "refuse": _(
            "Would newly refuse %(more)s customers, of whom %(borrowed)s have borrowed from us and "
            "%(bad)s of these went bad; %(less)s would no longer be refused, of whom "
            "%(borrowed_less)s have borrowed and %(bad_less)s went bad."
        ),
        "manual": _(
            "Would newly send %(more)s to a person, of whom %(bad)s went bad; %(less)s no longer."
        ),
        "notice": _("Would newly admit %(more)s with check items; %(less)s no longer."),
    }


def _sentence(told: Mapping[str, str], line: OutcomeLine) -> str:
    """What the simulation says in one sentence, of one outcome."""
    return told[line.outcome] % {
        "more": f"{line.more['customers']:,}",
        "less": f"{line.less['customers']:,}",
        "borrowed": f"{line.more['borrowed']:,}",
        "borrowed_less": f"{line.less['borrowed']:,}",
        "bad": f"{line.more['overdue_90']:,}",
        "bad_less": f"{line.less['overdue_90']:,}",
    }


def _move(each: Mapping[str, Any]) -> Move:
    words = dict(Decision.Outcome.choices)
    return Move(each["was"], words[each["was"]], each["now"], words[each["now"]], each)


def _rules(simulation: RuleSimulation, lines: list[Mapping[str, Any]]) -> list[RuleLine]:
    sets = [each for each in (simulation.against, simulation.rule_set) if each]
    names = {rule.code: rule.name for each in sets for rule in each.rules.all()}
    found = [
        RuleLine(
            each["code"],
            names.get(each["code"], ""),
            each["was"],
            each["now"],
            each["newly"],
            each["overdue_90"],
            each.get("was_unknown", 0),
            each.get("now_unknown", 0),
        )
        for each in lines
    ]
    return sorted(found, key=lambda line: (-abs(line.difference), -line.newly, line.code))


def _places(lines: list[Mapping[str, Any]], of: Any) -> list[Place]:
    names = dict(of.filter(pk__in=[each["key"] for each in lines]).values_list("pk", "name"))
    return [Place(names.get(each["key"], "—"), each) for each in lines]
