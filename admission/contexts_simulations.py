"""What the page of a simulation of the rules shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from admission.contexts import feature_in_words
from admission.models import Decision, RuleSimulation
from admission.services import rule_simulating
from admission.services.rule_simulating_figures import changed
from core import runs
from core.models import Branch, Run, User
from village.models import Village

A_PAGE = 50


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

    @property
    def difference(self) -> int:
        """How many more it meets."""
        return self.now - self.was


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
    outcomes: list[OutcomeLine]
    moves: list[Move]
    rules: list[RuleLine]
    branches: list[Place]
    villages: list[Place]
    not_stored: list[tuple[str, int]]

    @property
    def changed_rules(self) -> list[RuleLine]:
        """Those that meet others than before."""
        return [each for each in self.rules if each.difference or each.newly]

    @property
    def same_rules(self) -> list[RuleLine]:
        """Those that meet the same customers as before."""
        return [each for each in self.rules if not (each.difference or each.newly)]

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
            headline=_sentences(outcomes),
            customers=said.get("customers", 0),
            outcomes=outcomes,
            moves=[_move(each) for each in said.get("moves", [])],
            rules=_rules(simulation, said.get("rules", [])),
            branches=_places(branches, Branch.objects),
            villages=_places(villages, Village.objects),
            not_stored=[
                (feature_in_words(name), customers)
                for name, customers in sorted(said.get("not_stored", {}).items())
            ],
        )


SENTENCES = ("refuse", "manual", "notice")


def _outcome(each: Mapping[str, Any]) -> OutcomeLine:
    return OutcomeLine(word=Decision.Outcome(each["outcome"]).label, **each)


def _sentences(outcomes: list[OutcomeLine]) -> list[str]:
    """The gravest first."""
    lines = {each.outcome: each for each in outcomes}
    return [_sentence(lines[outcome]) for outcome in SENTENCES if outcome in lines]


def _sentence(line: OutcomeLine) -> str:
    """What the simulation says in one sentence, of one outcome."""
    told = {
        "refuse": _(
            "Would have refused %(more)s more, of which %(borrowed)s borrowed and %(bad)s went "
            "bad; %(less)s fewer, of which %(borrowed_less)s borrowed and %(bad_less)s went bad."
        ),
        "manual": _(
            "Would have sent %(more)s more to a person, of which %(bad)s went bad; %(less)s fewer."
        ),
        "notice": _("Would have admitted %(more)s more with check items; %(less)s fewer."),
    }[line.outcome]
    return told % {
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
        )
        for each in lines
    ]
    return sorted(found, key=lambda line: (-abs(line.difference), -line.newly, line.code))


def _places(lines: list[Mapping[str, Any]], of: Any) -> list[Place]:
    names = dict(of.filter(pk__in=[each["key"] for each in lines]).values_list("pk", "name"))
    return [Place(names.get(each["key"], "—"), each) for each in lines]


@dataclass(frozen=True)
class ChangedLine:
    """One customer whom the two versions treat differently."""

    decision: Decision
    was: str
    was_word: str | Promise
    now: str
    now_word: str | Promise
    gone: list[str]
    new: list[str]
    went: str


@dataclass(frozen=True)
class ChangedPage:
    """Some of the customers whom the two versions treat differently."""

    simulation: RuleSimulation
    lines: list[ChangedLine]
    total: int
    number: int
    was: str
    now: str

    @property
    def next_number(self) -> int | None:
        """The page after this one, if there is one."""
        return self.number + 1 if self.number * A_PAGE < self.total else None

    @property
    def previous_number(self) -> int | None:
        """The page before this one, if there is one."""
        return self.number - 1 if self.number > 1 else None

    @classmethod
    def build(
        cls, simulation: RuleSimulation, user: User, *, was: str, now: str, number: int
    ) -> "ChangedPage":
        """One page of them, narrowed to one move where it is named; one query for all lines."""
        rows = changed(rule_simulating.rows_of(simulation)).sort("decision_id")
        if was and now:
            rows = rows.filter((pl.col("was") == was) & (pl.col("now") == now))
        shown = rows.slice((number - 1) * A_PAGE, A_PAGE).rows(named=True)
        decisions = (
            Decision.objects.visible_to(user)
            .select_related("village", "customer")
            .defer("inputs", "hits", "unknowns", "records")
            .in_bulk([each["decision_id"] for each in shown])
        )
        lines = [
            _changed(decisions[each["decision_id"]], each)
            for each in shown
            if each["decision_id"] in decisions
        ]
        return cls(simulation, lines, rows.height, number, was, now)


def _changed(decision: Decision, row: Mapping[str, Any]) -> ChangedLine:
    words = dict(Decision.Outcome.choices)
    before, after = set(row["was_hits"]), set(row["now_hits"])
    return ChangedLine(
        decision,
        row["was"],
        words[row["was"]],
        row["now"],
        words[row["now"]],
        sorted(before - after),
        sorted(after - before),
        _went(row),
    )


def _went(row: Mapping[str, Any]) -> str:
    if row["overdue_90"]:
        return _("90 days and more past due")
    if row["overdue_12m"]:
        return _("past due within 12 months")
    return _("borrowed, never past due") if row["borrowed"] else ""
