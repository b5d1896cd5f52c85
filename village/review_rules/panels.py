"""Panels 评议小组: which reviewers judge which household, drawn by lot and free of conflicts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from village.review_rules.keys import Key, listed_order


class ShortfallReason(StrEnum):
    """Why a household's panel is not what the rules ask for."""

    LIST_TOO_SHORT = "list_too_short"
    CONFLICTS = "conflicts"
    RECIPROCAL_PAIRS = "reciprocal_pairs"
    FEW_FROM_OTHER_GROUPS = "few_from_other_groups"


@dataclass(frozen=True, slots=True)
class JudgedHousehold:
    """A household 户 to be judged, and the group 村民组 it lives in."""

    id: Key
    group: Key


@dataclass(frozen=True, slots=True)
class ListedReviewer:
    """A person on the village's list of reviewers 评议员, with their own household and group."""

    person: Key
    household: Key
    group: Key


@dataclass(frozen=True, slots=True)
class PanelRules:
    """How large a panel is (people) and what share of it lives in another group (0 to 1)."""

    size: int = 7
    minimum: int = 3
    share_from_other_groups: float = 0.5

    def __post_init__(self) -> None:
        if not 1 <= self.minimum <= self.size:
            raise ValueError("A panel's minimum lies between 1 and its size.")
        if not 0 <= self.share_from_other_groups <= 1:
            raise ValueError("The share from other groups lies between 0 and 1.")

    def from_other_groups(self, size: int) -> int:
        """How many of a panel of ``size`` should live in another group than the household."""
        return int(-(-size * self.share_from_other_groups // 1))


@dataclass(frozen=True, slots=True)
class Panel:
    """The people who judge one household; ``from_other_groups`` of them live elsewhere."""

    household: Key
    reviewers: tuple[Key, ...]
    from_other_groups: int


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A panel smaller or more neighbourly than wished; not ``usable`` below the minimum."""

    household: Key
    drawn: int
    wanted: int
    usable: bool
    reasons: tuple[ShortfallReason, ...]


@dataclass(frozen=True, slots=True)
class Draw:
    """One drawing of lots for a campaign; the same lists and ``seed`` give the same draw."""

    seed: int
    panels: tuple[Panel, ...]
    shortfalls: tuple[Shortfall, ...]

    def load(self) -> dict[Key, int]:
        """How many households each drawn reviewer judges."""
        return dict(Counter(person for panel in self.panels for person in panel.reviewers))


def draw_panels(
    households: Iterable[JudgedHousehold],
    reviewers: Iterable[ListedReviewer],
    conflicts: Iterable[tuple[Key, Key]] = (),
    *,
    seed: int,
    rules: PanelRules | None = None,
) -> Draw:
    """Draw a panel for every household.

    ``conflicts`` are pairs of households that are kin, guarantor or business partner of each
    other; the order within a pair does not matter. Nobody judges their own household, a household
    in conflict with theirs, or one whose member judges them; one household has one voice on a
    panel. Those who have least to do are asked first, chance decides between equals. The order in
    which the lists arrive makes no difference.
    """
    drawing = _Drawing(
        households=sorted(households, key=lambda each: listed_order(each.id)),
        reviewers=sorted(reviewers, key=lambda each: listed_order(each.person)),
        conflicts={pair for a, b in conflicts for pair in ((a, b), (b, a))},
        rules=rules or PanelRules(),
        chance=Random(seed),  # noqa: S311 - a lot that can be drawn again, not a secret
    )
    drawing.seat_reviewers_households()
    drawing.seat_other_households()
    return Draw(seed=seed, panels=drawing.panels(), shortfalls=drawing.shortfalls())


@dataclass
class _Drawing:
    """The table at which the lots are drawn: who sits where so far."""

    households: Sequence[JudgedHousehold]
    reviewers: Sequence[ListedReviewer]
    conflicts: set[tuple[Key, Key]]
    rules: PanelRules
    chance: Random
    seats: dict[Key, list[ListedReviewer]] = field(default_factory=lambda: defaultdict(list))
    judges: set[tuple[Key, Key]] = field(default_factory=set)  # (judging, judged) households
    load: Counter[Key] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        if len({each.id for each in self.households}) != len(self.households):
            raise ValueError("A household is listed twice.")
        if len({each.person for each in self.reviewers}) != len(self.reviewers):
            raise ValueError("A reviewer is listed twice.")

    def seat_reviewers_households(self) -> None:
        """Seat first the households whose own members review, since pairs exclude each other.

        They stand in a ring in random order and each is judged by the half of the ring behind
        it: no two then judge each other, and all keep about the same choice. Whoever is still
        short may then take a neighbour from the other half who is not judged in return.
        """
        reviewing = {each.household for each in self.reviewers}
        ring = [each for each in self.households if each.id in reviewing]
        self.chance.shuffle(ring)
        place = {each.id: at for at, each in enumerate(ring)}
        for household in ring:
            half = {
                other
                for other, at in place.items()
                if 0 < (place[household.id] - at) % len(ring) <= len(ring) // 2
            }
            outside = reviewing - place.keys()
            self._fill(household, [r for r in self.reviewers if r.household in half | outside])
        for household in ring:
            self._fill(household, self.reviewers)

    def seat_other_households(self) -> None:
        """Seat everybody else, in random order so that no group is served last."""
        rest = [each for each in self.households if each.id not in self.seats]
        self.chance.shuffle(rest)
        for household in rest:
            self._fill(household, self.reviewers)

    def _fill(self, household: JudgedHousehold, listed: Sequence[ListedReviewer]) -> None:
        """Fill the household's free seats from ``listed``, other groups first."""
        free = self.rules.size - len(self.seats[household.id])
        if free <= 0:
            return
        waiting = [each for each in listed if self._may_judge(each, household)]
        self.chance.shuffle(waiting)
        waiting.sort(key=lambda each: self.load[each.person])
        wanted = self.rules.from_other_groups(self.rules.size) - self._strangers(household)
        strangers = [each for each in waiting if each.group != household.group][: max(wanted, 0)]
        chosen = {each.person for each in strangers}
        for reviewer in strangers + [each for each in waiting if each.person not in chosen]:
            if free and self._may_judge(reviewer, household):
                self._seat(reviewer, household)
                free -= 1

    def _seat(self, reviewer: ListedReviewer, household: JudgedHousehold) -> None:
        self.seats[household.id].append(reviewer)
        self.judges.add((reviewer.household, household.id))
        self.load[reviewer.person] += 1

    def _may_judge(self, reviewer: ListedReviewer, household: JudgedHousehold) -> bool:
        home = reviewer.household
        return (
            home != household.id
            and (home, household.id) not in self.conflicts
            and (household.id, home) not in self.judges
            and (home, household.id) not in self.judges
        )

    def _strangers(self, household: JudgedHousehold) -> int:
        return sum(each.group != household.group for each in self.seats[household.id])

    def panels(self) -> tuple[Panel, ...]:
        return tuple(
            Panel(
                household=household.id,
                reviewers=tuple(each.person for each in self.seats[household.id]),
                from_other_groups=self._strangers(household),
            )
            for household in self.households
        )

    def shortfalls(self) -> tuple[Shortfall, ...]:
        return tuple(
            Shortfall(
                household=household.id,
                drawn=len(self.seats[household.id]),
                wanted=self.rules.size,
                usable=len(self.seats[household.id]) >= self.rules.minimum,
                reasons=reasons,
            )
            for household in self.households
            if (reasons := self._reasons(household))
        )

    def _reasons(self, household: JudgedHousehold) -> tuple[ShortfallReason, ...]:
        drawn = len(self.seats[household.id])
        reasons = []
        if drawn < self.rules.size:
            homes = {each.household for each in self.reviewers} - {household.id}
            if len(homes) < self.rules.size:
                reasons.append(ShortfallReason.LIST_TOO_SHORT)
            if any((home, household.id) in self.conflicts for home in homes):
                reasons.append(ShortfallReason.CONFLICTS)
            if any((household.id, home) in self.judges for home in homes):
                reasons.append(ShortfallReason.RECIPROCAL_PAIRS)
        if self._strangers(household) < self.rules.from_other_groups(drawn):
            reasons.append(ShortfallReason.FEW_FROM_OTHER_GROUPS)
        return tuple(reasons)
