"""The household file, to which later rooms add what they know.

A household does not know that it has a loan; the credit room knows, and registers a section.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from core.models import User
from village.models import Household


@dataclass(frozen=True)
class Section:
    """One part of the household file: a title, a template and what it shows."""

    title: str | Promise
    template: str
    context: dict[str, Any]


Builder = Callable[[Household, User], Section | None]

_builders: list[tuple[int, Builder]] = []


def register(order: int, build: Builder) -> None:
    """Add a section; the file shows sections by ``order``, the smallest first."""
    _builders[:] = [each for each in _builders if each[1] is not build]
    _builders.append((order, build))
    _builders.sort(key=lambda each: each[0])


def sections(household: Household, user: User) -> list[Section]:
    """The sections that have something to say about ``household`` to ``user``."""
    built = (build(household, user) for _order, build in _builders)
    return [section for section in built if section]
