"""The sections of a household's file and of a person's, registered by the rooms further down the
road.

A household does not know that it was visited or has a loan; whoever knows adds a section. Asked
about one person, the same builder tells what is that person's alone. A section
brings more than its own card: figures for the household's standing, words about its members, and
what happened, so that the file shows one standing, one list of members and one timeline.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, Protocol, TypeVar

from django.db.models import Model, Q
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core import ages, money
from core.models import User
from village.models import Customer, Household

Row = TypeVar("Row", bound=Model)


class Topic(Enum):
    """The card of the file on which a figure stands."""

    STANDING = "standing"
    MEANS = "means"
    BUSINESS = "business"


@dataclass(frozen=True)
class Figure:
    """A figure people may doubt: how much, who says so, and on which day it was true.

    ``value`` is written out already; None is unknown and stands there as unknown, never as 0.
    """

    label: str | Promise
    value: str | Promise | None
    unit: str | Promise = ""
    source: str | Promise = ""
    day: date | None = None
    topic: Topic = Topic.STANDING

    @classmethod
    def wan(cls, label: str | Promise, fen: int | None, **rest: Any) -> "Figure":
        """An amount kept in fen, shown in 万元; None stays unknown."""
        value = None if fen is None else f"{money.wan(fen):,.2f}"
        return cls(label, value, _("10,000 yuan"), **rest)


@dataclass(frozen=True)
class Mark:
    """A word beside a member's name, or beside the household's when it is about nobody alone."""

    word: str | Promise
    level: str
    customer_id: int | None = None


@dataclass(frozen=True)
class Happening:
    """One thing that happened to a household, or to one of its people."""

    at: date | datetime
    title: str | Promise
    note: str = ""
    who: str = ""
    state: str = "done"
    url: str = ""
    customer_id: int | None = None

    @property
    def day(self) -> date:
        """The bank's day on which it happened."""
        return ages.local_day(self.at)


@dataclass(frozen=True)
class Section:
    """One part of the file: a title and a template with what it shows.

    Without a template it has nothing to show yet, and the file says so in one line.
    """

    title: str | Promise
    template: str = ""
    context: dict[str, Any] = field(default_factory=dict)
    figures: tuple[Figure, ...] = ()
    marks: tuple[Mark, ...] = ()
    happenings: tuple[Happening, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show yet."""
        return not self.template

    def html(self) -> SafeString:
        """The section as it stands on the page: its template, and nothing but its own context."""
        return render_to_string(self.template, self.context)


class Builder(Protocol):
    """Tells what a room knows of a household; of one of its people where ``person`` is named.

    The reader was let in to the household: what hangs on it lies in its village, and needs no
    asking whose each row is. None where their role may not see it, or where nothing of it is one
    person's.
    """

    __module__: str
    __qualname__: str

    def __call__(
        self, household: Household, user: User, *, person: Customer | None = None
    ) -> Section | None: ...


_builders: dict[str, tuple[int, Builder]] = {}


def whose(household: Household, person: Customer | None, *, by: str = "customer") -> Q:
    """The condition that finds a household's rows, or one person's alone; ``by`` is the lookup
    that leads from a row to its customer. The people are at hand: rows are found by their index,
    and nobody's household is joined."""
    return Q(**{by: person}) if person else Q(**{f"{by}__in": list(people_of(household))})


def people_of(household: Household) -> dict[int, Customer]:
    """The household's people by number, read once however many rooms name them."""
    return {each.pk: each for each in household.members.all()}


def with_people(rows: Iterable[Row], household: Household) -> list[Row]:
    """Rows about people of the household, each with its person at hand as ``customer``."""
    people, found = people_of(household), list(rows)
    for each in found:
        each.customer = people[each.customer_id]
    return found


def register(order: int, build: Builder) -> None:
    """Add a section to every household's file, the smallest ``order`` first. Twice is once."""
    _builders[f"{build.__module__}.{build.__qualname__}"] = (order, build)


def sections(household: Household, user: User, *, person: Customer | None = None) -> list[Section]:
    """What the other rooms have to say about a household, or about one person of it alone, to
    this reader."""
    in_order = sorted(_builders.items(), key=lambda each: (each[1][0], each[0]))
    built = (build(household, user, person=person) for _name, (_order, build) in in_order)
    return [each for each in built if each is not None]
