"""A checked rule, ready for one applicant and for a county."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal

import polars as pl

from core.expressions.columns import column
from core.expressions.kinds import Kind
from core.expressions.nodes import AnyOf, Node
from core.expressions.python import Closure, Value, compiled, compiled_together


class Expression:
    """A rule that has passed every check.

    ``value(row)`` answers for one applicant: ``row`` maps field names to bool, int (fen for
    money), float or Decimal, str, date (not datetime) or None; a name missing from it is unknown.
    ``column()`` answers for a frame with one column per name in ``fields``. Both give None for
    unknown, never NaN or infinity, and money in fen.
    """

    __slots__ = ("_column", "fields", "kind", "node", "text", "value")

    def __init__(self, text: str, node: Node, fields: frozenset[str]) -> None:
        self.text = text
        self.node = node
        self.kind: Kind = node.kind
        self.fields = fields
        self.value: Closure = compiled(node)
        self._column: pl.Expr | None = None

    def column(self) -> pl.Expr:
        """The same judgement as a polars expression.

        A rule that names no field is a literal: polars broadcasts it beside other columns.
        """
        if self._column is None:
            self._column = column(self.node)
        return self._column

    def without(self, names: Collection[str]) -> "Expression | None":
        """A condition less those of its alternatives that read some of ``names``.

        Of ``age < 18 or term_months > 12`` without ``term_months`` there remains ``age < 18``; what
        is no ``or`` is dropped as a whole, and None is that nothing remains.
        """
        node = _without(self.node, frozenset(names))
        if node is None or node is self.node:
            return node and self
        return Expression(self.text, node, node.reads)

    def __repr__(self) -> str:
        return f"<Expression {self.kind}: {self.text}>"


def _without(node: Node, names: frozenset[str]) -> Node | None:
    if not node.reads & names:
        return node
    if not isinstance(node, AnyOf):
        return None
    parts = tuple(each for part in node.parts if (each := _without(part, names)) is not None)
    return AnyOf(node.kind, parts) if len(parts) > 1 else next(iter(parts), None)


def together(
    expressions: Iterable[Expression],
) -> Callable[[Mapping[str, object]], tuple[Value, ...]]:
    """One function that gives, of one row, the values of all expressions in their order."""
    return compiled_together(each.node for each in expressions)


def fingerprint(text: str, params: Mapping[str, object] | None = None) -> str:
    """The SHA-256 of a rule and its parameters, the same on every machine and in every version.

    Blanks around the text and the order of parameters and of sets do not count; everything else
    does: 1 and 1.0 and Decimal("1") are three parameters.
    """
    written = {"text": text.strip(), "params": _plain(params or {})}
    flat = json.dumps(written, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(flat.encode()).hexdigest()


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | str | int | float):
        return value
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, dt.date):
        return {"date": value.isoformat()}
    if isinstance(value, Mapping):
        return {"map": {str(key): _plain(each) for key, each in value.items()}}
    if isinstance(value, set | frozenset):
        return {"set": sorted(json.dumps(_plain(each)) for each in value)}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    raise TypeError(f"A parameter of this type has no fingerprint: {type(value).__name__}")
