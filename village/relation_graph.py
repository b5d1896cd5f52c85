"""Where the households of a relation graph stand on paper: plain figures in, plain figures out.

Three columns read from left to right: the household, those tied to it, those tied to these. A
column never grows wider than a phone; a household with many ties makes the drawing taller.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

WIDTH = 360
BOX_WIDTH, BOX_HEIGHT = 88, 40
PITCH = 56
MARGIN = 4
BULGE = 34
WIDEST_GAP = 120
KINDS_BY_WEIGHT = ("guarantor", "spouse", "partner", "kin")


@dataclass(frozen=True)
class Edge:
    """Two households and every kind of tie between them, the gravest first."""

    one: int
    other: int
    kinds: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The kind by which the line is drawn."""
        return self.kinds[0]


@dataclass(frozen=True)
class Place:
    """Where a household's box stands: its upper left corner."""

    household: int
    step: int
    x: float
    y: float

    @property
    def middle(self) -> float:
        """The height at which lines meet the box."""
        return self.y + BOX_HEIGHT / 2

    @property
    def right(self) -> float:
        """Where the box ends."""
        return self.x + BOX_WIDTH

    @property
    def centre(self) -> float:
        """The middle of the box from left to right."""
        return self.x + BOX_WIDTH / 2


@dataclass(frozen=True)
class Line:
    """One edge as it is drawn, and where its words stand."""

    edge: Edge
    path: str
    label_x: float
    label_y: float


@dataclass(frozen=True)
class Drawing:
    """A whole graph, ready to be drawn."""

    width: int
    height: float
    places: tuple[Place, ...]
    lines: tuple[Line, ...]


def edges(ties: Iterable[tuple[int, int, str]]) -> list[Edge]:
    """One edge per pair of households, in the order in which the pairs first appear."""
    kinds: dict[tuple[int, int], set[str]] = defaultdict(set)
    for one, other, kind in ties:
        if one != other:
            kinds[min(one, other), max(one, other)].add(kind)
    return [Edge(*pair, tuple(sorted(found, key=_weight))) for pair, found in kinds.items()]


def draw(home: int, first: Sequence[int], second: Sequence[int], ties: Sequence[Edge]) -> Drawing:
    """The graph of ``home`` with the households one and two steps away, in this order."""
    first = _side_by_side(first, ties)
    columns = [[home], first, _by_neighbours(first, second, ties)]
    columns = [each for each in columns if each]
    rows = max(len(each) for each in columns)
    height = rows * PITCH - (PITCH - BOX_HEIGHT) + 2 * MARGIN
    gap = min(
        (WIDTH - 2 * MARGIN - len(columns) * BOX_WIDTH) / max(len(columns) - 1, 1), WIDEST_GAP
    )
    left = (WIDTH - len(columns) * BOX_WIDTH - (len(columns) - 1) * gap) / 2
    places = {
        household: Place(household, step, round(left + step * (BOX_WIDTH + gap), 1), y)
        for step, column in enumerate(columns)
        for household, y in zip(column, _heights(len(column), height), strict=True)
    }
    lines = [
        _line(each, places[each.one], places[each.other])
        for each in ties
        if each.one in places and each.other in places
    ]
    return Drawing(WIDTH, height, tuple(places.values()), tuple(lines))


def circles(home: int, ties: Iterable[Edge]) -> list[tuple[int, ...]]:
    """Guarantees that come back to ``home`` over two or three others: the same risk passed on."""
    backed = defaultdict(set)
    for each in ties:
        if "guarantor" in each.kinds:
            backed[each.one].add(each.other)
            backed[each.other].add(each.one)
    nearest = sorted(backed[home])
    found = []
    for at, one in enumerate(nearest):
        for other in nearest[at + 1 :]:
            if other in backed[one]:
                found.append((home, one, other))
            between = sorted((backed[one] & backed[other]) - {home})
            found += [(home, one, each, other) for each in between]
    return found


def _weight(kind: str) -> int:
    return KINDS_BY_WEIGHT.index(kind)


def _heights(count: int, height: float) -> list[float]:
    top = (height - (count * PITCH - (PITCH - BOX_HEIGHT))) / 2
    return [round(top + at * PITCH, 1) for at in range(count)]


def _side_by_side(households: Sequence[int], ties: Sequence[Edge]) -> list[int]:
    """The same households, those tied to each other one below the other."""
    waiting, ordered = list(households), []
    while waiting:
        following = [waiting.pop(0)]
        while following:
            ordered.append(following.pop(0))
            beside = [
                each.one + each.other - ordered[-1]
                for each in ties
                if ordered[-1] in (each.one, each.other)
            ]
            near = [each for each in waiting if each in beside]
            waiting = [each for each in waiting if each not in near]
            following = near + following
    return ordered


def _by_neighbours(first: Sequence[int], second: Sequence[int], ties: Sequence[Edge]) -> list[int]:
    """The second step in the order of the first, so that few lines cross."""
    order = {household: at for at, household in enumerate(first)}

    def height(household: int) -> float:
        beside = [
            order[other]
            for each in ties
            for other in (each.one, each.other)
            if household in (each.one, each.other) and other in order
        ]
        return fmean(beside) if beside else len(first)

    return sorted(second, key=height)


def _line(edge: Edge, one: Place, other: Place) -> Line:
    if one.step == other.step and abs(one.y - other.y) <= PITCH:
        upper, lower = sorted((one, other), key=lambda each: each.y)
        path = f"M{upper.centre} {upper.y + BOX_HEIGHT}L{lower.centre} {lower.y}"
        return Line(edge, path, upper.centre, (upper.y + BOX_HEIGHT + lower.y) / 2)
    if one.step == other.step:
        bend = one.right + BULGE
        path = f"M{one.right} {one.middle}Q{bend} {(one.middle + other.middle) / 2} "
        middle = (one.middle + other.middle) / 2
        return Line(edge, f"{path}{other.right} {other.middle}", one.right + BULGE / 2, middle)
    near, far = sorted((one, other), key=lambda each: each.step)
    return Line(
        edge,
        f"M{near.right} {near.middle}L{far.x} {far.middle}",
        (near.right + far.x) / 2,
        (near.middle + far.middle) / 2,
    )
