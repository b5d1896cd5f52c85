"""The sections of a household's file, registered by the rooms further down the road.

A household does not know that it was visited or has a loan; whoever knows adds a section.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core.models import User
from village.models import Household


@dataclass(frozen=True)
class Section:
    """One part of the page: a title, and a template with what it shows."""

    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)

    def html(self) -> SafeString:
        """The section as it stands on the page: its template, and nothing but its own context."""
        return render_to_string(self.template, self.context)


Builder = Callable[[Household, User], Section | None]
_builders: dict[str, tuple[int, Builder]] = {}


def register(order: int, build: Builder) -> None:
    """Add a section to every household's file, the smallest ``order`` first. Twice is once."""
    _builders[f"{build.__module__}.{build.__qualname__}"] = (order, build)


def sections(household: Household, user: User) -> list[Section]:
    """What the other rooms have to say about a household, to this reader."""
    in_order = sorted(_builders.items(), key=lambda each: (each[1][0], each[0]))
    built = (build(household, user) for _name, (_order, build) in in_order)
    return [each for each in built if each is not None]
