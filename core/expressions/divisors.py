"""What a formula divides by has to be shown not to be 0, for every household there may ever be.

Trying a formula on some households finds ``x / a`` and misses ``x / (a - b)``. So it is read: a
divisor is accepted that is a number, is kept above 0 by ``max(…, 1)``, is a figure or formula known
not to be 0, or stands behind a condition that says so (``… if a != b else …``).
"""

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

MIRRORED = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}
OPPOSITE = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}


@dataclass(frozen=True)
class Divisor:
    """A divisor that may be 0, with its column, from 1."""

    text: str
    column: int


@dataclass(frozen=True)
class Known:
    """What is known of names: the bank's figures, and formulas shown to lie above 0."""

    figures: Mapping[str, int | float]
    above_zero: Collection[str] = ()


def unproven(text: str, known: Known) -> list[Divisor]:
    """What a formula divides by though it may be 0. The formula has been parsed before."""
    line = text.replace("\n", " ").replace("\r", " ")
    body = ast.parse(line.strip(), mode="eval").body
    indent = len(line) - len(line.lstrip())
    return [
        Divisor(
            ast.get_source_segment(line.strip(), each) or "",
            len(line.strip().encode()[: each.col_offset].decode()) + indent + 1,
        )
        for each in unproven_in(body, known)
    ]


def unproven_in(body: ast.expr, known: Known) -> Iterator[ast.expr]:
    """The same parts of a formula as Python's tree has them."""
    return _found(body, known, frozenset())


def is_above_zero(text: str, known: Known) -> bool:
    """Whether a formula lies above 0 wherever it has a value, so that others may divide by it."""
    body = ast.parse(text.replace("\n", " ").replace("\r", " ").strip(), mode="eval").body
    least = _least(body, known)
    return least is not None and least > 0


def _found(node: ast.expr, known: Known, shown: frozenset[str]) -> Iterator[ast.expr]:
    """Divisors in a part of which ``shown`` are the expressions known not to be 0 there."""
    match node:
        case ast.BinOp(op=ast.Div(), left=left, right=right):
            if not _is_shown(right, known, shown):
                yield right
            yield from _found(left, known, shown)
            yield from _found(right, known, shown)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield from _found(test, known, shown)
            yield from _found(body, known, shown | _says(test, known, holds=True))
            yield from _found(orelse, known, shown | _says(test, known, holds=False))
        case ast.BoolOp(op=op, values=values):
            for each in values:
                yield from _found(each, known, shown)
                shown = shown | _says(each, known, holds=isinstance(op, ast.And))
        case _:
            for each in ast.iter_child_nodes(node):
                if isinstance(each, ast.expr):
                    yield from _found(each, known, shown)


def _is_shown(node: ast.expr, known: Known, shown: frozenset[str]) -> bool:
    number = _number(node, known)
    if number is not None:
        return number != 0
    least = _least(node, known)
    return ast.dump(node) in shown or (least is not None and least > 0)


def _number(node: ast.expr, known: Known) -> float | None:
    """A written number or a figure of the policy, else None."""
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _number(operand, known)
            return None if inner is None else -inner
        case ast.Name(id=name) if name in known.figures:
            return float(known.figures[name])
    return None


def _least(node: ast.expr, known: Known) -> float | None:
    """What an expression is at least, where that can be read off; None where it cannot.

    ``max`` is at least its largest known part; a sum, ``min`` and a choice need all parts.
    """
    number = _number(node, known)
    if number is not None:
        return number
    match node:
        case ast.Name(id=name) if name in known.above_zero:
            return 1e-9
        case ast.Call(func=ast.Name(id="max"), args=args):
            bounds = [each for each in (_least(arg, known) for arg in args) if each is not None]
            return max(bounds, default=None)
        case ast.Call(func=ast.Name(id="min"), args=args):
            return _lowest([_least(arg, known) for arg in args])
        case ast.IfExp(body=body, orelse=orelse):
            return _lowest([_least(body, known), _least(orelse, known)])
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            parts = [_least(left, known), _least(right, known)]
            return None if None in parts else sum(parts)
    return None


def _lowest(bounds: list[float | None]) -> float | None:
    return None if None in bounds else min(bounds)


def _says(test: ast.expr, known: Known, *, holds: bool) -> frozenset[str]:
    """The expressions that are not 0 where a condition holds, or does not."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _says(operand, known, holds=not holds)
        case ast.BoolOp(op=op, values=values) if isinstance(op, ast.And) is holds:
            return frozenset().union(*(_says(each, known, holds=holds) for each in values))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            kind = type(op) if holds else OPPOSITE.get(type(op))
            return _of_comparison(left, kind, right, known)
    return frozenset()


def _of_comparison(
    left: ast.expr, kind: type | None, right: ast.expr, known: Known
) -> frozenset[str]:
    """``a > b`` and ``a != b`` show ``a - b``; a comparison with a number shows the other side."""
    shown = set()
    if kind in (ast.NotEq, ast.Gt, ast.Lt):
        shown |= {_difference(left, right), _difference(right, left)}
    for side, against, sign in ((left, right, kind), (right, left, MIRRORED.get(kind, kind))):
        number = _number(against, known)
        if number is not None and _keeps_from_zero(sign, number):
            shown.add(ast.dump(side))
    return frozenset(shown)


def _keeps_from_zero(kind: type | None, number: float) -> bool:
    """Whether ``x <kind> number`` says that x is not 0."""
    if kind is ast.NotEq:
        return number == 0
    if kind is ast.Eq:
        return number != 0
    if kind is ast.Gt:
        return number >= 0
    if kind is ast.GtE:
        return number > 0
    if kind is ast.Lt:
        return number <= 0
    return kind is ast.LtE and number < 0


def _difference(left: ast.expr, right: ast.expr) -> str:
    return ast.dump(ast.BinOp(left=left, op=ast.Sub(), right=right))
