"""What the page of a policy's simulation shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import polars as pl
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import steps
from core.models import Branch, Run, Shard, User
from core.templatetags.differences import signed, signed_wan
from core.templatetags.money import wan
from credit import policy_words
from credit.loan_rules.limit_policy import text_of
from credit.models import LimitPolicy, PolicySimulation
from credit.services import simulating
from credit.services.simulating_figures import (
    GRANTED_THEN,
    IN_FORCE,
    held_against,
    summed_up,
    with_changes,
)
from credit.words import REASONS
from village.models import Household, Village

BIGGEST = 20
SEES_HOUSEHOLDS = "credit.view_limitdecision"
"""Whoever may not read one household's limit reads of a simulation what it adds up to."""
REACHED = Decimal("0.01")  # of the target: further off than this it was not reached
WIDTH, HEIGHT, FOOT, HEAD = 680, 220, 28, 18
BAR = 0.36  # of the room of one band


@dataclass(frozen=True)
class Compared:
    """A figure by the version in force and by this one; ``unit`` where the table has several."""

    label: str
    now: int
    was: int | None
    is_money: bool = True
    unit: str = ""

    @property
    def difference(self) -> int | None:
        """What changes."""
        return None if self.was is None else self.now - self.was


@dataclass(frozen=True)
class Bar:
    """One bar of the histogram, in the picture's own units."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    count: int
    middle: float


@dataclass(frozen=True)
class Band:
    """The bars of one band and what is written below them."""

    label: str
    middle: float
    bars: tuple[Bar, Bar]


@dataclass(frozen=True)
class Group:
    """A village, a branch or a risk band, and what changes in it."""

    name: str
    figures: Mapping[str, Any]


@dataclass(frozen=True)
class Mover:
    """A household whose limit changes much."""

    household: Household
    before: int
    after: int
    reviewed: int | None
    model: int | None
    surveyed: int | None
    reasons: list[str]

    @property
    def difference(self) -> int:
        """What changes, fen."""
        return self.after - self.before


@dataclass(frozen=True)
class SimulationPage:
    """A simulation as people read it; without figures while it is still worked."""

    simulation: PolicySimulation
    run: Run
    done: int
    of: int
    is_this_version: bool
    sees_households: bool
    beside: str = IN_FORCE
    headline: list[str] = field(default_factory=list)
    figures: list[Compared] = field(default_factory=list)
    quantiles: list[Compared] = field(default_factory=list)
    changes: list[tuple[str, int]] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    villages: list[Group] = field(default_factory=list)
    branches: list[Group] = field(default_factory=list)
    risk_bands: list[Group] = field(default_factory=list)
    manual: list[tuple[str, int]] = field(default_factory=list)
    movers: list[Mover] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether there is something to read."""
        return bool(self.simulation.summary)

    @property
    def is_beside_lines(self) -> bool:
        """Whether it is held against what was granted."""
        return self.beside == GRANTED_THEN

    @classmethod
    def build(
        cls, simulation: PolicySimulation, user: User, *, beside: str = IN_FORCE
    ) -> "SimulationPage":
        """Everything on the page, with a constant number of queries.

        Held against the version in force, or against what was granted to the same households; where
        no version was in force, against what was granted in any case.
        """
        shards = list(simulation.run.shards.values_list("status", flat=True))
        known = {
            "simulation": simulation,
            "run": simulation.run,
            "done": shards.count("done"),
            "of": len(shards),
            "is_this_version": simulation.fingerprint == simulating.fingerprint(simulation.policy),
            "sees_households": user.has_perm(SEES_HOUSEHOLDS),
            "beside": beside if simulation.against_id else GRANTED_THEN,
        }
        if not simulation.summary:
            return cls(**known)
        rows = held_against(simulating.rows_of(simulation), known["beside"])
        summary = simulation.summary if known["beside"] == IN_FORCE else summed_up(rows)
        return cls(
            **known,
            headline=_headline(summary),
            figures=_figures(summary),
            quantiles=_quantiles(summary),
            changes=[(word, summary["changes"][name]) for name, word in _changes().items()],
            bands=_bands(summary["histogram"]),
            villages=_named(summary["villages"], Village),
            branches=_named(summary["branches"], Branch),
            risk_bands=[Group(str(each["key"]), each) for each in summary["bands"]],
            manual=_reasons(simulation, summary["manual"]),
            movers=_movers(simulation, rows, user) if known["sees_households"] else [],
        )


def _has_before(summary: Mapping[str, Any]) -> bool:
    """Whether a version in force judged the same households."""
    was = summary["was"]
    return was["none"] + was["lines"] + was["manual"] > 0


def _headline(summary: Mapping[str, Any]) -> list[str]:
    """What the simulation says, in a few sentences."""
    now, was, changes = summary["now"], summary["was"], summary["changes"]
    told = {"lines": f"{now['lines']:,}", "total": wan(now["total"])}
    counts = {name: f"{changes[name]:,}" for name in ("new", "more", "less", "lost")}
    who = _(
        "%(new)s households get a line for the first time, %(more)s get more, %(less)s less,"
        " %(lost)s no line any more."
    )
    lost = [_waiting(summary["lost_waiting"])] if summary.get("lost_waiting") else []
    if not _has_before(summary):
        said = _("%(lines)s households get a line, %(total)s × 10,000 yuan together.")
        return [said % told, who % counts, *lost]
    told["lines_by"] = signed(now["lines"] - was["lines"])
    told["total_by"] = signed_wan(now["total"] - was["total"])
    said = _(
        "%(lines)s households get a line (%(lines_by)s), %(total)s × 10,000 yuan together"
        " (%(total_by)s)."
    )
    moved = {name: f"{summary.get(name, 0):,}" for name in ("to_a_person", "from_a_person")}
    person = _(
        "%(to_a_person)s households wait for a person that did not before; %(from_a_person)s no"
        " longer do."
    )
    return [said % told, who % counts, *lost, person % moved]


def _waiting(households: int) -> str:
    """Who has no line any more need not stay without one."""
    said = _("Of those with no line any more, %(number)s wait for a person or for the visit.")
    return said % {"number": f"{households:,}"}


def _figures(summary: Mapping[str, Any]) -> list[Compared]:
    now, was = summary["now"], summary["was"]
    known = _has_before(summary)
    units = {True: _("10,000 yuan"), False: pgettext("unit", "households")}
    labels = {
        "lines": (_("Lines"), False),
        "total": (_("Sum of lines"), True),
        "mean": (_("Mean line"), True),
        "pre_granted": (_("of these before the visit"), False),
        "manual": (_("Wait for a person"), False),
        "manual_total": (_("Proposed to a person"), True),
        "wait": (_("Wait for the visit"), False),
        "none": (_("No line"), False),
    }
    return [
        Compared(
            label, now.get(name, 0), was.get(name, 0) if known else None, is_money, units[is_money]
        )
        for name, (label, is_money) in labels.items()
    ]


def _quantiles(summary: Mapping[str, Any]) -> list[Compared]:
    words = {
        "0.1": _("a tenth have at most"),
        "0.25": _("a quarter have at most"),
        "0.5": _("half have at most"),
        "0.75": _("three quarters have at most"),
        "0.9": _("nine tenths have at most"),
    }
    now, was = summary["now"]["quantiles"], summary["was"]["quantiles"]
    return [Compared(word, now[name], was[name]) for name, word in words.items()]


def _changes() -> dict[str, str]:
    return {
        "new": _("A line for the first time"),
        "more": _("More"),
        "same": _("The same"),
        "less": _("Less"),
        "lost": _("No line any more"),
        "none": _("No line either way"),
    }


def _bands(histogram: Sequence[Mapping[str, Any]]) -> list[Band]:
    """The histogram as bars: before and after side by side, from zero."""
    highest = max([1, *(max(each["before"], each["after"]) for each in histogram)])
    room, ground = WIDTH / len(histogram), HEIGHT - FOOT
    bands = []
    for place, each in enumerate(histogram):
        middle = room * (place + 0.5)
        bars = tuple(
            _bar(each[name], highest, middle, side, room, ground)
            for side, name in ((-1, "before"), (1, "after"))
        )
        low, high = each["from"], each["to"]
        label = f"≥ {low}" if high is None else f"{low}–{high}"
        bands.append(Band(label, round(middle, 1), (bars[0], bars[1])))
    return bands


def _bar(count: int, highest: int, middle: float, side: int, room: float, ground: float) -> Bar:
    width = room * BAR
    height = (ground - HEAD) * count / highest
    x = middle - width - 1 if side < 0 else middle + 1
    return Bar(
        round(x, 1),
        round(ground - height, 1),
        round(width, 1),
        round(height, 1),
        "before" if side < 0 else "after",
        count,
        round(x + width / 2, 1),
    )


def _named(rows: Sequence[Mapping[str, Any]], model: type[Village] | type[Branch]) -> list[Group]:
    names = dict(
        model.objects.filter(pk__in=[each["key"] for each in rows]).values_list("pk", "name")
    )
    return [Group(names.get(each["key"], str(each["key"])), each) for each in rows]


def _reasons(
    simulation: PolicySimulation, counts: Sequence[Mapping[str, Any]]
) -> list[tuple[str, int]]:
    own = _own_words(simulation)
    return [(own.get(each["reason"], each["reason"]), each["households"]) for each in counts]


def _own_words(simulation: PolicySimulation) -> dict[str, str]:
    """The words of reasons, the policy's own included."""
    text = text_of(simulation.policy.settings)
    said = {each.name: each.says for each in (*text.zero_if, *text.manual_if) if each.says}
    return {code: str(word) for code, word in REASONS.items()} | said


def _movers(simulation: PolicySimulation, held: pl.DataFrame, user: User) -> list[Mover]:
    """The households whose limit changes most, up and down, as far as this person sees them."""
    frame = with_changes(held).filter(pl.col("difference") != 0)
    top = frame.sort(pl.col("difference").abs(), "household_id", descending=[True, False])
    rows = top.head(BIGGEST).to_dicts()
    seen = (
        Household.objects.visible_to(user)
        .filter(pk__in=[row["household_id"] for row in rows])
        .select_related("village")
        .in_bulk()
    )
    words = _own_words(simulation)
    return [
        Mover(
            household=seen[row["household_id"]],
            before=row["before"],
            after=row["after"],
            reviewed=row["reviewed_limit"],
            model=row["model_limit"],
            surveyed=row["surveyed_limit"],
            reasons=[words.get(code, code) for code in row["manual_reasons"].split(",") if code],
        )
        for row in rows
        if row["household_id"] in seen
    ]


@dataclass(frozen=True)
class CalibrationPage:
    """A calibration: how far it has come, or what it found (amounts in fen)."""

    version: LimitPolicy
    run: Run
    shard: Shard

    @classmethod
    def build(cls, version: LimitPolicy, run: Run) -> "CalibrationPage":
        """One more query."""
        return cls(version, run, run.shards.get())

    @property
    def is_over(self) -> bool:
        """Whether nothing is worked any more."""
        return self.shard.status != Shard.Status.WAITING

    @property
    def found(self) -> Mapping[str, Any]:
        """The figure found, and what it leads to; empty before, and where it failed."""
        return self.shard.figures if self.shard.status == Shard.Status.DONE else {}

    @property
    def says(self) -> str:
        """How far it has come, in words."""
        tried = steps.step_of(self.run)
        if not tried:
            return _("Waiting for a worker, or reading the households …")
        return _("%(tried)s figures tried …") % {"tried": tried}

    @property
    def varied(self) -> str:
        """The figure that was varied, in words."""
        return str(policy_words.FIGURES[self.run.settings["vary"]])

    @property
    def target(self) -> int:
        """What the bank wants, fen."""
        said = self.run.settings["target"]
        return said["mean"] if said["mean"] is not None else said["total"]

    @property
    def is_mean(self) -> bool:
        """Whether a mean is aimed at, and not a sum."""
        return self.run.settings["target"]["mean"] is not None

    @property
    def off(self) -> str:
        """How far the result lies from the target, in per cent."""
        return f"{Decimal(self.found['off_by']) * 100:+.2f}%".replace("-", "−")

    @property
    def is_reached(self) -> bool:
        """Whether what was found may pass for the target."""
        return abs(Decimal(self.found["off_by"])) <= REACHED
