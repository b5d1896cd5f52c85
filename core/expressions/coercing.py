"""Bringing values to one kind: yuan to fen, whole numbers to floats, written days to dates."""

import ast
import datetime as dt
import difflib
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from operator import add, mul, sub, truediv

from core.expressions.kinds import SAFE, Kind
from core.expressions.nodes import Const, Node, Read, ToDecimal
from core.expressions.parsing import Source

Placed = tuple[ast.expr, Node]


def to_kind(source: Source, at: ast.expr, node: Node, kind: Kind, code: str = "") -> Node:
    """``node`` as ``kind``, where that loses nothing; else refused.

    Only a written number is read as yuan, only a written text as a day.
    """
    if isinstance(node, Const):
        return _const_to_kind(source, at, node, kind, code)
    if node.kind is kind:
        return node
    if kind is Kind.DECIMAL and node.kind is Kind.INTEGER:
        return ToDecimal(kind, node)
    if kind is Kind.MONEY and node.kind.is_a_number and not code:
        raise source.error(at, "only_written_yuan", left=kind, right=node.kind)
    raise source.error(
        at, code or "kinds_differ", left=kind, right=node.kind, given=node.kind, want=kind
    )


def _const_to_kind(source: Source, at: ast.expr, node: Const, kind: Kind, code: str) -> Const:
    if node.value is None or node.kind is kind:
        return Const(kind, node.value)
    if kind is Kind.DECIMAL and node.kind is Kind.INTEGER:
        return Const(kind, float(node.value))
    if kind is Kind.MONEY and node.kind.is_a_number:
        return Const(kind, fen(source, at, node.value))
    if kind is Kind.DATE and node.kind is Kind.TEXT:
        return Const(kind, _day(source, at, node.value))
    raise source.error(
        at, code or "kinds_differ", left=kind, right=node.kind, given=node.kind, want=kind
    )


def fen(source: Source, at: ast.expr, yuan: float) -> int:
    """A written amount of yuan as fen, exactly."""
    amount = Decimal(repr(yuan)) * 100
    if amount != int(amount):
        raise source.error(at, "yuan_and_fen", value=yuan)
    if abs(amount) > SAFE:
        raise source.error(at, "number_too_large")
    return int(amount)


def _day(source: Source, at: ast.expr, written: str) -> dt.date:
    try:
        return dt.date.fromisoformat(written)
    except ValueError as exc:
        raise source.error(at, "not_a_date", value=written) from exc


def unite(source: Source, placed: Sequence[Placed]) -> tuple[Node, ...]:
    """All the values as one kind: money where there is money, a date where there is a date."""
    kinds = [node.kind for _, node in placed if not is_nothing(node)]
    if not kinds:
        raise source.error(placed[0][0], "kind_unknown")
    target = kinds[0]
    for strong, weak in _STRONGER:
        if strong in kinds and target in weak:
            target = strong
            break
    return tuple(to_kind(source, at, node, target) for at, node in placed)


_STRONGER = (
    (Kind.MONEY, (Kind.INTEGER, Kind.DECIMAL)),
    (Kind.DECIMAL, (Kind.INTEGER,)),
    (Kind.DATE, (Kind.TEXT,)),
)


_RECKONED = {"+": add, "-": sub, "*": mul, "/": truediv}


def is_nothing(node: Node) -> bool:
    """Whether it is a written None."""
    return isinstance(node, Const) and node.value is None


def refuse_foreign_choices(
    source: Source, node: Node, values: Sequence[tuple[ast.expr, object]]
) -> None:
    """Refuse texts which the field compared can never hold."""
    if not (isinstance(node, Read) and node.kind is Kind.TEXT and node.field.choices):
        return
    choices = node.field.choices
    for at, value in values:
        if value not in choices:
            close = difflib.get_close_matches(str(value), choices, n=3) or choices[:8]
            said = ", ".join(close) + ("…" if len(close) < len(choices) else "")
            raise source.error(at, "not_a_choice", value=value, field=node.field.name, choices=said)


def reckon(sign: str, kind: Kind, left: Const, right: Const) -> Const | None:
    """Two written numbers worked out exactly in decimal; None if the result is out of range."""
    one, two = Decimal(repr(left.value)), Decimal(repr(right.value))
    try:
        result = _RECKONED[sign](one, two)
    except InvalidOperation:
        return None
    if abs(result) > SAFE:
        return None
    return Const(kind, float(result) if kind is Kind.DECIMAL else int(result))
