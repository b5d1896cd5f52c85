"""The functions a rule may call."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.expressions.arithmetic import as_float
from core.expressions.coercing import Placed, is_nothing, to_kind, unite
from core.expressions.kinds import Kind
from core.expressions.nodes import (
    Absolute,
    Coalesce,
    Const,
    DaysBetween,
    Extreme,
    Node,
    ToDigits,
    ToUnit,
    ToWhole,
    YearsBetween,
)
from core.expressions.parsing import MAX_LIST, Source

LEAST_DIGITS, MOST_DIGITS = -9, 6
_FEN_DIGITS = 2


@dataclass(frozen=True)
class Function:
    """One function: how many values it takes, and how a call of it is checked."""

    least: int
    most: int
    build: Callable[[Source, ast.Call, Sequence[Placed]], Node]

    @property
    def expected(self) -> str:
        """How many values, for a message."""
        if self.least == self.most:
            return str(self.least)
        return f"{self.least} or more" if self.most == MAX_LIST else f"{self.least} or {self.most}"


def _ordered(source: Source, placed: Sequence[Placed]) -> tuple[Node, ...]:
    nodes = unite(source, placed)
    if not nodes[0].kind.is_ordered:
        raise source.error(placed[0][0], "not_ordered", kind=nodes[0].kind)
    return nodes


def _least(source: Source, at: ast.Call, placed: Sequence[Placed]) -> Node:
    nodes = _ordered(source, placed)
    return Extreme(nodes[0].kind, nodes, greatest=False)


def _greatest(source: Source, at: ast.Call, placed: Sequence[Placed]) -> Node:
    nodes = _ordered(source, placed)
    return Extreme(nodes[0].kind, nodes, greatest=True)


def _clip(source: Source, at: ast.Call, placed: Sequence[Placed]) -> Node:
    value, low, high = _ordered(source, placed)
    both_written = isinstance(low, Const) and isinstance(high, Const)
    if both_written and not (is_nothing(low) or is_nothing(high)) and low.value > high.value:
        raise source.error(at, "bounds_crossed")
    floored = Extreme(value.kind, (value, low), greatest=True)
    return Extreme(value.kind, (floored, high), greatest=False)


def _coalesce(source: Source, at: ast.Call, placed: Sequence[Placed]) -> Node:
    nodes = unite(source, placed)
    sure = next((place for place, node in enumerate(nodes) if not node.nullable), len(nodes))
    useful = tuple(node for node in nodes[: sure + 1] if not is_nothing(node))
    return useful[0] if len(useful) == 1 else Coalesce(useful[0].kind, useful)


def _number(source: Source, placed: Placed, name: str) -> Node:
    at, node = placed
    if not node.kind.is_calculated or is_nothing(node):
        raise source.error(at, "not_calculable", sign=name, kind=node.kind)
    return node


def _absolute(source: Source, at: ast.Call, placed: Sequence[Placed]) -> Node:
    node = _number(source, placed[0], "abs")
    return Absolute(node.kind, node)


def _round(source: Source, at: ast.Call, placed: Sequence[Placed]) -> Node:
    return _to_digits(source, placed, _number(source, placed[0], "round"), down=False)


def _floor(source: Source, at: ast.Call, placed: Sequence[Placed]) -> Node:
    return _to_digits(source, placed, _number(source, placed[0], "floor"), down=True)


def _to_digits(source: Source, placed: Sequence[Placed], node: Node, *, down: bool) -> Node:
    digits = _digits(source, placed[1]) if len(placed) > 1 else None
    if node.kind is Kind.DECIMAL:
        if digits is None:
            return ToWhole(Kind.INTEGER, as_float(node), down)
        return ToDigits(Kind.DECIMAL, node, digits, down)
    if down and isinstance(node, ToWhole):
        # A share of an amount was rounded to the fen already; down means down from the start.
        node = ToWhole(node.kind, node.part, down=True)
    spare = (_FEN_DIGITS if node.kind is Kind.MONEY else 0) - (digits or 0)
    return ToUnit(node.kind, node, 10**spare, down) if spare > 0 else node


def _digits(source: Source, placed: Placed) -> int:
    at, node = placed
    whole = isinstance(node, Const) and node.kind is Kind.INTEGER
    if not whole or not LEAST_DIGITS <= node.value <= MOST_DIGITS:
        raise source.error(at, "digits", low=LEAST_DIGITS, high=MOST_DIGITS)
    return node.value


def _dates(source: Source, placed: Sequence[Placed]) -> tuple[Node, Node]:
    start, end = (to_kind(source, at, node, Kind.DATE) for at, node in placed)
    return start, end


def _days_between(source: Source, at: ast.Call, placed: Sequence[Placed]) -> Node:
    return DaysBetween(Kind.INTEGER, *_dates(source, placed))


def _years_between(source: Source, at: ast.Call, placed: Sequence[Placed]) -> Node:
    return YearsBetween(Kind.INTEGER, *_dates(source, placed))


FUNCTIONS = {
    "min": Function(2, MAX_LIST, _least),
    "max": Function(2, MAX_LIST, _greatest),
    "clip": Function(3, 3, _clip),
    "coalesce": Function(2, MAX_LIST, _coalesce),
    "abs": Function(1, 1, _absolute),
    "round": Function(1, 2, _round),
    "floor": Function(1, 2, _floor),
    "days_between": Function(2, 2, _days_between),
    "years_between": Function(2, 2, _years_between),
}
