"""Who is tied to a household: as a drawing, and as a list that says the same."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.models import User
from village import relation_graph
from village.models import Customer, Household, ListFlag
from village.relation_graph import Drawing, Edge, Line, Place

NEAR, FAR = 8, 10  # so many households are drawn one and two steps away
MOST_TIES = 60
NAME_IN_BOX = 5
SHORT = {
    "guarantor": gettext_lazy("guarantee"),
    "partner": gettext_lazy("partner"),
    "kin": gettext_lazy("kin"),
    "spouse": gettext_lazy("married"),
}
_ROWS = """
SELECT r.kind,
       one.name, one.household_id, (SELECT name FROM village_village WHERE id = one.village_id),
       (SELECT name FROM village_customer
         WHERE household_id = one.household_id AND role = 'head' ORDER BY id DESC LIMIT 1),
       other.name, other.household_id,
       (SELECT name FROM village_village WHERE id = other.village_id),
       (SELECT name FROM village_customer
         WHERE household_id = other.household_id AND role = 'head' ORDER BY id DESC LIMIT 1)
  FROM village_relation r
  JOIN village_customer one ON one.id = r.one_id
  JOIN village_customer other ON other.id = r.other_id
 WHERE r.ended_on IS NULL AND (r.one_id = ANY({people}) OR r.other_id = ANY({people}))
 ORDER BY r.id LIMIT %(most)s
"""
_OF_PEOPLE = _ROWS.format(people="%(ids)s")
_OF_HOMES = _ROWS.format(
    people="ARRAY(SELECT id FROM village_customer WHERE household_id = ANY(%(ids)s))"
)
"""Ties as they stand, as plain rows: nobody's numbers are unsealed for it."""


class _End(NamedTuple):
    """Whom a tie holds: their name, household, village, and the head of the household."""

    name: str
    home: int
    village: str
    head: str | None


class _Row(NamedTuple):
    """One tie between two people."""

    kind: str
    one: _End
    other: _End

    @property
    def homes(self) -> set[int]:
        """The households that it ties."""
        return {self.one.home, self.other.home}


@dataclass(frozen=True)
class Tie:
    """One person here, one person elsewhere, and what ties them."""

    member: str
    person: str
    kind: str
    word: str
    household_id: int
    village: str


@dataclass(frozen=True)
class Neighbour:
    """A household one or two steps away."""

    pk: int
    name: str
    village: str
    list_flag: str
    list_word: str
    url: str
    kinds: str
    ties: tuple[Tie, ...] = ()
    beyond: tuple["Neighbour", ...] = ()


@dataclass(frozen=True)
class Box:
    """A household on the drawing."""

    place: Place
    name: str
    note: str
    url: str
    list_flag: str
    is_home: bool


@dataclass(frozen=True)
class LabelledLine:
    """A line on the drawing with its words."""

    line: Line
    words: str


@dataclass(frozen=True)
class Graph:
    """The drawing with its words."""

    drawing: Drawing
    boxes: tuple[Box, ...]
    lines: tuple[LabelledLine, ...]


@dataclass(frozen=True)
class Ties:
    """Everybody a household is tied to, up to two steps away, as far as the reader may see."""

    near: tuple[Neighbour, ...]
    graph: Graph | None
    circles: tuple[str, ...]
    not_drawn: int
    out_of_sight: int


NOBODY = Ties(near=(), graph=None, circles=(), not_drawn=0, out_of_sight=0)


def around(household: Household, user: User, *, address: Callable[[int], str]) -> Ties:
    """The ties of a household. What lies two steps away is shown only within the reader's area."""
    near_rows = _rows(_OF_PEOPLE, [each.pk for each in household.members.all()])
    near_ids = _others(near_rows, {household.pk})
    if not near_ids:
        return NOBODY
    far_rows = [each for each in _rows(_OF_HOMES, near_ids) if household.pk not in each.homes]
    far_ids = _others(far_rows, {household.pk, *near_ids})
    seen = {
        each.pk: each
        for each in Household.objects.visible_to(user)
        .filter(pk__in=[*near_ids, *far_ids])
        .only("pk", "list_flag")
    }
    shown = [pk for pk in far_ids if pk in seen]
    known = {household.pk, *near_ids, *shown}
    rows = near_rows + [
        each for each in far_rows if each.homes <= known and not each.homes.isdisjoint(seen)
    ]
    edges = relation_graph.edges((each.one.home, each.other.home, each.kind) for each in rows)
    people = _People(household, rows, seen, address)
    near = tuple(
        people.neighbour(
            pk, edges, ties=_ties(near_rows, household.pk, pk), beyond=[*near_ids, *shown]
        )
        for pk in near_ids
    )
    return Ties(
        near=near,
        graph=_graph(household.pk, near_ids[:NEAR], shown[:FAR], edges, people),
        circles=tuple(
            " – ".join(people.name(pk) for pk in each)
            for each in relation_graph.circles(household.pk, edges)
        ),
        not_drawn=max(len(near_ids) - NEAR, 0) + max(len(shown) - FAR, 0),
        out_of_sight=len(far_ids) - len(shown),
    )


class _People:
    """Names and addresses of the households on the drawing."""

    def __init__(
        self,
        home: Household,
        rows: Iterable[_Row],
        seen: dict[int, Household],
        address: Callable[[int], str],
    ) -> None:
        self.home, self.seen, self.address = home, seen, address
        self.villages: dict[int, str] = {}
        self.names: dict[int, str] = {}
        for row in rows:
            for end in (row.one, row.other):
                self.villages[end.home] = end.village
                self.names.setdefault(end.home, end.head or end.name)

    def name(self, pk: int) -> str:
        """By whom a household is called."""
        return self.names.get(pk, "")

    def url(self, pk: int) -> str:
        """Its file, where the reader may open it."""
        return self.address(pk) if pk in self.seen else ""

    def list_flag(self, pk: int) -> str:
        """The list it is on, as far as the reader may know."""
        if pk == self.home.pk:
            return self.home.list_flag
        return self.seen[pk].list_flag if pk in self.seen else ListFlag.NONE

    def neighbour(
        self,
        pk: int,
        edges: list[Edge],
        *,
        ties: tuple[Tie, ...] = (),
        beyond: Iterable[int] = (),
    ) -> Neighbour:
        """One household as the list names it."""
        tied = {each.one + each.other - pk: each for each in edges if pk in (each.one, each.other)}
        return Neighbour(
            pk=pk,
            name=self.name(pk),
            village=self.villages.get(pk, ""),
            list_flag=self.list_flag(pk),
            list_word=_list_word(self.list_flag(pk)),
            url=self.url(pk),
            kinds=_words(tied[self.home.pk].kinds) if self.home.pk in tied else "",
            ties=ties,
            beyond=tuple(
                Neighbour(
                    pk=far,
                    name=self.name(far),
                    village=self.villages.get(far, ""),
                    list_flag=self.list_flag(far),
                    list_word=_list_word(self.list_flag(far)),
                    url=self.url(far),
                    kinds=_words(tied[far].kinds),
                )
                for far in beyond
                if far in tied
            ),
        )


def _rows(query: str, ids: list[int]) -> list[_Row]:
    """Ties of people or of households to others."""
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(query, {"ids": ids, "most": MOST_TIES})
        return [_Row(kind, _End(*ends[:4]), _End(*ends[4:])) for kind, *ends in cursor.fetchall()]


def _others(rows: Iterable[_Row], known: set[int]) -> list[int]:
    """Households that the rows lead to, in their order, each once."""
    found = (end.home for row in rows for end in (row.one, row.other))
    return list(dict.fromkeys(pk for pk in found if pk not in known))


def of_person(person: Customer) -> list[Tie]:
    """The ties of one member of a household to people elsewhere."""
    home = person.household_id
    rows = _rows(_OF_PEOPLE, [person.pk])
    return [tie for other in _others(rows, {home}) for tie in _ties(rows, home, other)]


def _ties(rows: Iterable[_Row], home: int, other: int) -> tuple[Tie, ...]:
    """The ties between our people and those of one other household."""
    ties = []
    for each in rows:
        ours, theirs = (each.one, each.other) if each.one.home == home else (each.other, each.one)
        if theirs.home == other:
            ties.append(
                Tie(
                    member=ours.name,
                    person=theirs.name,
                    kind=each.kind,
                    word=str(SHORT[each.kind]),
                    household_id=other,
                    village=theirs.village,
                )
            )
    return tuple(ties)


def _graph(
    home: int, near: list[int], far: list[int], edges: list[Edge], people: _People
) -> Graph | None:
    if not near:
        return None
    tied = defaultdict(set)
    for each in edges:
        tied[each.one].add(each.other)
        tied[each.other].add(each.one)
    far = [pk for pk in far if tied[pk] & set(near)]
    drawing = relation_graph.draw(home, near, far, edges)
    boxes = tuple(
        Box(
            place=each,
            name=people.name(each.household)[:NAME_IN_BOX],
            note=_note(each.household, home, people),
            url="" if each.household == home else people.url(each.household),
            list_flag=people.list_flag(each.household),
            is_home=each.household == home,
        )
        for each in drawing.places
    )
    lines = tuple(LabelledLine(each, _words(each.edge.kinds)) for each in drawing.lines)
    return Graph(drawing, boxes, lines)


def _note(pk: int, home: int, people: _People) -> str:
    """The second line of a box: this household, its list, or where it stands."""
    if pk == home:
        return _("this household")
    return _list_word(people.list_flag(pk)) or people.villages.get(pk, "")


def _list_word(flag: str) -> str:
    return str(ListFlag(flag).label) if flag else ""


def _words(kinds: Iterable[str]) -> str:
    return "·".join(str(SHORT[each]) for each in kinds)
