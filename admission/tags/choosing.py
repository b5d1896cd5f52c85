"""Whom a list names, as staff put it together: groups of tags, and how the groups stand together.

A group asks for all of its tags, for any of them, or for none. A group may also name what somebody
must *not* be called, beside what they must: every combination of tags can be written that way.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ALL, ANY, NONE = "all", "any", "none"
HOWS = (ALL, ANY, NONE)
JOINS = (ALL, ANY)
_WRITTEN = re.compile(r"(all|any|none):(\d{1,8}(?:,\d{1,8})*)?(?:!(\d{1,8}(?:,\d{1,8})*))?")


@dataclass(frozen=True)
class Group:
    """Some words, by their numbers, of which all, any or none are to be carried.

    Nobody carries two words of one tag: of a tag with several words in a group of ``all``, one of
    them is enough. ``without`` are words whose absence is asked for as one more part of the group.
    """

    how: str
    words: tuple[int, ...]
    without: tuple[int, ...] = ()

    @classmethod
    def of(cls, how: str, words: Sequence[int], without: Sequence[int] = ()) -> "Group":
        """A group in its one way of being written; none of some, and without others, is none of
        them all."""
        if how == NONE:
            return cls(NONE, tuple(sorted({*words, *without})))
        return cls(how, tuple(sorted(set(words))), tuple(sorted(set(without))))

    @classmethod
    def read(cls, text: str) -> "Group | None":
        """From an address, where it stands as ``any:12,15!3``; None for what is no group."""
        found = _WRITTEN.fullmatch(text)
        if found is None or not (found[2] or found[3]):
            return None
        words, without = (
            [int(each) for each in part.split(",")] if part else [] for part in found.groups()[1:]
        )
        return cls.of(found[1], words, without)

    def __str__(self) -> str:
        """As it stands in an address."""
        words, without = (",".join(map(str, each)) for each in (self.words, self.without))
        return f"{self.how}:{words}!{without}" if without else f"{self.how}:{words}"


@dataclass(frozen=True)
class Choice:
    """Groups of which all must hold, or any one is enough."""

    groups: tuple[Group, ...] = field(default=())
    joined: str = ALL

    @classmethod
    def from_kept(cls, kept: Sequence[Mapping[str, Any]], joined: str) -> "Choice":
        """From the record of a list."""
        groups = (Group.of(each["how"], each["words"], each.get("without", ())) for each in kept)
        return cls(tuple(groups), joined)

    def as_kept(self) -> list[dict[str, Any]]:
        """Its groups as the record of a list keeps them."""
        return [
            {"how": each.how, "words": list(each.words), "without": list(each.without)}
            for each in self.groups
        ]

    @property
    def numbers(self) -> frozenset[int]:
        """Every word it names."""
        return frozenset(number for each in self.groups for number in (*each.words, *each.without))

    def __bool__(self) -> bool:
        """Whether it asks for anything."""
        return bool(self.groups)
