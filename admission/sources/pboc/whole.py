"""The whole report, section by section, for people: every element the bureau sent, in words.

What rules read is read strictly elsewhere. Here nothing is refused and nothing is left out: a code
that is in no table is shown as it came, an element without a name under its mark, so that a
bureau's new field is seen on the day it arrives.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from lxml import etree

from admission.sources.pboc.dictionary import (
    CODED,
    DEPENDS_ON_KIND,
    NAMES,
    SECTIONS,
    TABLES,
    states_of,
)
from admission.sources.pboc.xml import parse

NUMBER, AT = "PRH/PA01/PA01A/PA01AI01", "PRH/PA01/PA01A/PA01AR01"
KIND_OF_ACCOUNT = "PD01A/PD01AD01"
HISTORIES = frozenset({"PD01DH", "PD01EH"})
"""Blocks that are one month each: shown as a strip of months."""
MONTHLY = frozenset({"PD01DD01", "PD01ED01"})
LATE = frozenset(TABLES["month_state"][code] for code in "1234567")
_KIND = re.compile(r"[A-Z]{2}\d{2}[0A-Z]([A-Z])\d{2}")


@dataclass(frozen=True)
class Item:
    """One value under its name. ``is_known`` is False for a code or name in no dictionary."""

    tag: str
    zh: str
    text: str
    is_figure: bool = False
    is_known: bool = True


@dataclass(frozen=True)
class Block:
    """A group of values, and the groups inside it."""

    tag: str
    zh: str
    items: tuple[Item, ...]
    groups: tuple["Group", ...]

    @property
    def is_late(self) -> bool:
        """Whether this is a month in which an instalment was late."""
        return any(each.tag in MONTHLY and each.text in LATE for each in self.items)


@dataclass(frozen=True)
class Group:
    """Blocks of one kind, one after another: an account, a month, a query."""

    tag: str
    zh: str
    blocks: tuple[Block, ...]

    @property
    def is_strip(self) -> bool:
        """Whether each block is one month."""
        return self.tag in HISTORIES

    @property
    def is_table(self) -> bool:
        """Whether the blocks hold values alone, so that they can be rows."""
        return len(self.blocks) > 1 and all(not each.groups for each in self.blocks)

    @property
    def headings(self) -> list[Item]:
        """One item for each column of the table, in the order in which they first occur."""
        found: dict[str, Item] = {}
        for block in self.blocks:
            for item in block.items:
                found.setdefault(item.tag, item)
        return list(found.values())

    @property
    def rows(self) -> list[list[Item | None]]:
        """The blocks as rows under the headings."""
        tags = [each.tag for each in self.headings]
        return [
            [{item.tag: item for item in block.items}.get(tag) for tag in tags]
            for block in self.blocks
        ]


@dataclass(frozen=True)
class Section:
    """One section of the report."""

    tag: str
    zh: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Report:
    """A credit report as it was received."""

    number: str
    at: str
    sections: tuple[Section, ...]

    @property
    def empty(self) -> list[str]:
        """The sections of which the bureau sent nothing, by name."""
        sent = {each.tag for each in self.sections}
        return [zh for tag, zh in SECTIONS.items() if tag not in sent]


def read_whole(raw: bytes) -> Report:
    """Every section that was sent, in the order of the printed report. Raises Unreadable."""
    root = parse(raw)
    place = {tag: number for number, tag in enumerate(SECTIONS)}
    found = sorted(root, key=lambda each: place.get(each.tag, len(place)))
    sections = tuple(
        Section(each.tag, SECTIONS.get(each.tag, each.tag), tuple(_groups(each, "")))
        for each in found
    )
    return Report(
        (root.findtext(NUMBER) or "").strip(), (root.findtext(AT) or "").strip(), sections
    )


def _groups(parent: etree._Element, kind: str) -> Iterator[Group]:
    """The children that have children, those of one name together."""
    together: dict[str, list[Block]] = {}
    for child in parent:
        if len(child):
            together.setdefault(child.tag, []).append(_block(child, kind))
    for tag, blocks in together.items():
        yield Group(tag, NAMES.get(tag, tag), tuple(blocks))


def _block(element: etree._Element, kind: str) -> Block:
    kind = (element.findtext(KIND_OF_ACCOUNT) or kind).strip()
    items = tuple(_item(each, kind) for each in element if not len(each))
    return Block(
        element.tag, NAMES.get(element.tag, element.tag), items, tuple(_groups(element, kind))
    )


def _item(element: etree._Element, kind: str) -> Item:
    tag, text = element.tag, (element.text or "").strip()
    name = NAMES.get(tag)
    if tag in CODED:
        word = _word(tag, text, kind)
        return Item(tag, name or tag, word or text, is_known=word is not None or not text)
    letter = found.group(1) if (found := _KIND.fullmatch(tag)) else ""
    if letter == "J" and (written := _yuan(text)) is not None:
        return Item(tag, name or tag, written, is_figure=True, is_known=name is not None)
    return Item(tag, name or tag, text, is_figure=letter == "S", is_known=name is not None)


def _word(tag: str, code: str, kind: str) -> str | None:
    """What a code means."""
    table = states_of(kind) if CODED[tag] == DEPENDS_ON_KIND else TABLES[CODED[tag]]
    return table.get(code) if table is not None else None


def _yuan(text: str) -> str | None:
    """Whole yuan with their thousands separated; None for what is no amount."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return f"{amount:,}" if amount.is_finite() else None
