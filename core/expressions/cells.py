"""The cells of a decision table: a band, a list of values, anything, or unknown."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from core.expressions.coercing import is_nothing, refuse_foreign_choices, to_kind
from core.expressions.constants import constant
from core.expressions.errors import ExpressionError, TableError
from core.expressions.kinds import Kind
from core.expressions.nodes import All, Compare, Const, IsUnknown, Member, Node, Not
from core.expressions.parsing import Source


@dataclass(frozen=True)
class Anything:
    """``"*"``: fits whatever the input is, known or not."""

    def condition(self, node: Node) -> Node:
        """The condition under which the cell fits."""
        return Const(Kind.BOOL, True)


@dataclass(frozen=True)
class UnknownOnly:
    """``"?"``: fits where the input is unknown."""

    def condition(self, node: Node) -> Node:
        """The condition under which the cell fits."""
        return IsUnknown(Kind.BOOL, node)


@dataclass(frozen=True)
class Band:
    """From ``low``, included, to ``high``, not included; None is without end. Money in fen."""

    low: object
    high: object

    def condition(self, node: Node) -> Node:
        """The condition under which the cell fits; unknown where the input is."""
        edges = [(">=", self.low), ("<", self.high)]
        links = [
            Compare(Kind.BOOL, sign, node, Const(node.kind, edge))
            for sign, edge in edges
            if edge is not None
        ]
        return All(Kind.BOOL, tuple(links)) if links else Not(Kind.BOOL, IsUnknown(Kind.BOOL, node))


@dataclass(frozen=True)
class OneOf:
    """A list of values."""

    values: tuple[object, ...]

    def condition(self, node: Node) -> Node:
        """The condition under which the cell fits; unknown where the input is."""
        return Member(Kind.BOOL, node, self.values)


Cell = Anything | UnknownOnly | Band | OneOf


def read_cell(raw: object, node: Node) -> Cell:
    """A written cell; raises TableError or ExpressionError, to be given its place by the caller."""
    if raw in ("*", "?"):
        return Anything() if raw == "*" else UnknownOnly()
    if isinstance(raw, Mapping):
        if not node.kind.is_ordered:
            raise TableError("no_bands", kind=node.kind)
        return read_band(raw, node.kind)
    if node.kind not in (Kind.TEXT, Kind.BOOL):
        raise TableError("no_values", kind=node.kind)
    values = raw if isinstance(raw, list | tuple) else [raw]
    if not values:
        raise TableError("table_empty", what="values")
    return OneOf(tuple(dict.fromkeys(read_value(each, node.kind, node) for each in values)))


def read_band(raw: Mapping[str, object], kind: Kind) -> Band:
    """A band of ``{"from": …, "to": …}``; money is written in yuan."""
    foreign = sorted(set(raw) - {"from", "to"})
    if foreign:
        raise TableError("table_shape", detail=f"a band has no '{foreign[0]}'")
    low, high = (_edge(raw.get(name), kind) for name in ("from", "to"))
    if low is not None and high is not None and low >= high:
        raise TableError("band_empty", low=raw["from"], high=raw["to"])
    return Band(low, high)


def _edge(raw: object, kind: Kind) -> object:
    return None if raw is None else read_value(raw, kind)


def read_value(raw: object, kind: Kind, node: Node | None = None) -> object:
    """A written value as a value of ``kind``; of an input's choices, if ``node`` has some."""
    source, at = Source(repr(raw)), ast.Constant(raw, lineno=1, col_offset=0)
    written = constant(raw)
    if written is None or is_nothing(written):
        raise ExpressionError("not_in_language", text=source.text, what=source.text[:40])
    value = to_kind(source, at, written, kind, "wrong_kind").value
    if node is not None:
        refuse_foreign_choices(source, node, [(at, value)])
    return value
