"""What the pages of the portfolio show: the county by outcome, branch and village; one customer."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from admission.contexts_known import KnownPart
from admission.contexts_rules import TryPage
from admission.judgement import OUTCOMES, plain
from admission.models import Decision, Rule, RuleSet, Standing, StandingChange
from admission.selectors import rules_in_force
from admission.services import portfolio
from core import runs
from core.models import Run, User
from village.models import Village

CHANGES_SHOWN = 30


@dataclass(frozen=True)
class Cell:
    """One figure and where its customers are listed."""

    count: int
    url: str


@dataclass(frozen=True)
class PlaceLine:
    """A branch or a village: its customers, by outcome."""

    name: str
    customers: Cell
    outcomes: list[Cell]
    changed: int


@dataclass(frozen=True)
class OutcomeCard:
    """One outcome: how many, which share, and how many more than before the run."""

    state: str
    word: str | Promise
    count: int
    share: str
    difference: int
    url: str


@dataclass(frozen=True)
class MoveLine:
    """From which outcome to which, in the run."""

    before: str
    before_word: str | Promise
    after: str
    after_word: str | Promise
    cell: Cell


@dataclass(frozen=True)
class RuleLine:
    """Of how many customers one rule holds."""

    code: str
    name: str
    cell: Cell


@dataclass(frozen=True)
class PortfolioPage:
    """What the newest finished run says, in the scope of whoever looks; and one under way."""

    run: Run | None
    rule_set: RuleSet | None
    under_way: Run | None
    done: int
    of: int
    customers: int
    cards: list[OutcomeCard]
    moves: list[MoveLine]
    rules: list[RuleLine]
    branches: list[PlaceLine]
    villages: list[PlaceLine]
    outcomes: list[tuple[str, str | Promise]]
    can_work: bool
    changes_url: str

    @classmethod
    def build(cls, user: User) -> "PortfolioPage":
        """Figures from the shards of the run: one query for them, however many customers."""
        ours = Run.objects.filter(kind=portfolio.KIND, settings__whole=True)
        run = ours.filter(status=Run.Status.DONE).first()
        newer = ours.filter(pk__gt=run.pk if run else 0)
        under_way = newer.filter(status__in=[Run.Status.RUNNING, Run.Status.FAILED]).first()
        progress = runs.progress(under_way.pk) if under_way else None
        figures = _by_village(run) if run else {}
        places = Village.objects.visible_to(user).filter(code__in=list(figures))
        named = list(places.select_related("grid__branch").order_by("code"))
        total = _summed(figures[each.code] for each in named)
        return cls(
            run=run,
            rule_set=RuleSet.objects.filter(pk=run.settings["rule_set"]).first() if run else None,
            under_way=under_way,
            done=progress.done if progress else 0,
            of=progress.total if progress else 0,
            customers=total["customers"],
            cards=_cards(total),
            moves=_moves(total, run),
            rules=_rules(total, run),
            branches=_branches(named, figures),
            villages=[
                _line(each.name, {"village": each.code}, figures[each.code]) for each in named
            ],
            outcomes=[(each, Decision.Outcome(each).label) for each in OUTCOMES],
            can_work=user.has_perm("admission.work_standing"),
            changes_url=_register({"run__id__exact": run.pk}, "standingchange") if run else "",
        )


def _by_village(run: Run) -> dict[str, Mapping[str, int]]:
    return dict(run.shards.values_list("key", "figures"))


def _summed(figures: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for each in figures:
        total.update(each)
    return total


def _register(chosen: Mapping[str, Any], model: str = "standing") -> str:
    asked = "&".join(f"{name}={value}" for name, value in chosen.items())
    return f"{reverse(f'admin:admission_{model}_changelist')}?{asked}"


def _cards(total: Counter[str]) -> list[OutcomeCard]:
    return [
        OutcomeCard(
            state=each,
            word=Decision.Outcome(each).label,
            count=total[each],
            share=f"{total[each] / total['customers']:.1%}" if total["customers"] else "—",
            difference=_difference(total, each),
            url=_register({"outcome__exact": each}),
        )
        for each in OUTCOMES
    ]


def _steps(total: Counter[str]) -> dict[tuple[str, str], int]:
    """How many customers went from which outcome to which."""
    return {
        (before, after): count
        for name, count in total.items()
        for before, middle, after in [name.partition(portfolio.MOVE)]
        if middle
    }


def _difference(total: Counter[str], outcome: str) -> int:
    steps = _steps(total)
    came = sum(count for (_before, after), count in steps.items() if after == outcome)
    left = sum(count for (before, _after), count in steps.items() if before == outcome)
    return came - left


def _moves(total: Counter[str], run: Run | None) -> list[MoveLine]:
    ordered = sorted(_steps(total).items(), key=lambda each: -each[1])
    return [
        MoveLine(
            before=before,
            before_word=Decision.Outcome(before).label,
            after=after,
            after_word=Decision.Outcome(after).label,
            cell=Cell(
                count,
                _register(
                    {
                        "run__id__exact": run.pk if run else 0,
                        "before__exact": before,
                        "after__exact": after,
                    },
                    "standingchange",
                ),
            ),
        )
        for (before, after), count in ordered
    ]


def _rules(total: Counter[str], run: Run | None) -> list[RuleLine]:
    """Rules by how many customers they hold for."""
    if run is None:
        return []
    names = dict(Rule.objects.filter(rule_set=run.settings["rule_set"]).values_list("code", "name"))
    held = {
        name.removeprefix(portfolio.HIT): count
        for name, count in total.items()
        if name.startswith(portfolio.HIT)
    }
    return [
        RuleLine(code, names.get(code, ""), Cell(count, _register({"rule": code})))
        for code, count in sorted(held.items(), key=lambda each: (-each[1], each[0]))
    ]


def _branches(villages: list[Village], figures: Mapping[str, Mapping[str, int]]) -> list[PlaceLine]:
    by_branch: dict[int, list[Village]] = {}
    for each in villages:
        by_branch.setdefault(each.grid.branch_id, []).append(each)
    return [
        _line(
            some[0].grid.branch.name,
            {"branch": pk},
            _summed(figures[each.code] for each in some),
        )
        for pk, some in by_branch.items()
    ]


def _line(name: str, chosen: Mapping[str, Any], figures: Mapping[str, int]) -> PlaceLine:
    return PlaceLine(
        name=name,
        customers=Cell(figures.get("customers", 0), _register(chosen)),
        outcomes=[
            Cell(figures.get(each, 0), _register({**chosen, "outcome__exact": each}))
            for each in OUTCOMES
        ],
        changed=sum(_steps(Counter(figures)).values()),
    )


@dataclass(frozen=True)
class StandingPage:
    """One customer: what the run said, what it knew, and every rule heard again today."""

    standing: Standing
    heard: TryPage
    known: KnownPart
    changes: list[StandingChange]
    as_of: date
    household: str
    decisions: str

    @property
    def is_other_today(self) -> bool:
        """Whether the next run will say something else."""
        return self.heard.state != self.standing.outcome

    @classmethod
    def build(cls, standing: Standing, *, as_of: date) -> "StandingPage":
        """Heard by the rules in force. Raises NoRulesInForce, RulesChanged."""
        customer = standing.customer
        rule_set, book = rules_in_force()
        row = portfolio.row_of(customer, book, day=as_of)
        inputs = {name: plain(row[name]) for name in sorted(book.fields)}
        changes = StandingChange.objects.filter(customer=customer)[:CHANGES_SHOWN]
        decisions = reverse("admin:admission_decision_changelist")
        return cls(
            standing=standing,
            heard=TryPage.build(rule_set, inputs, None),
            known=KnownPart.build(customer),
            changes=list(changes),
            as_of=as_of,
            household=reverse("admin:village_household_file", args=[customer.household_id]),
            decisions=f"{decisions}?q={customer.household.number}",
        )
