"""Checking a rule against the catalogue: from Python's tree to the checked tree."""

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.expressions.arithmetic import calculate
from core.expressions.coercing import (
    Placed,
    is_nothing,
    refuse_foreign_choices,
    to_kind,
    unite,
)
from core.expressions.constants import Constants, constant
from core.expressions.errors import ExpressionError
from core.expressions.functions import FUNCTIONS
from core.expressions.kinds import Kind
from core.expressions.nodes import (
    All,
    AnyOf,
    Choose,
    Compare,
    Const,
    IsUnknown,
    Member,
    Negative,
    Node,
    Not,
    Read,
)
from core.expressions.parsing import Source
from core.expressions.python import compiled

if TYPE_CHECKING:
    from core.expressions.catalogue import Catalogue

MAX_WEIGHT = 1_500

_COMPARED = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_CALCULATED = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_WORDS = {ast.BitAnd: ("and", "&"), ast.BitOr: ("or", "|")}


class Checker:
    """Reads one rule; ``fields`` collects the names it uses."""

    def __init__(self, catalogue: "Catalogue", source: Source, params: Constants) -> None:
        self.catalogue = catalogue
        self.source = source
        self.params = params
        self.fields: set[str] = set()
        self._reads: dict[str, Read] = {}

    def check(self, at: ast.expr) -> Node:
        """The checked node for one part of the text; raises ExpressionError."""
        reader = _READERS.get(type(at))
        if reader is None:
            raise self.not_in_language(at)
        node = reader(self, at)
        if node.weight > MAX_WEIGHT:
            raise self.source.error(at, "too_heavy")
        if not node.reads and not isinstance(node, Const):
            return Const(node.kind, compiled(node)({}))  # the same in every row: worked out now
        return node

    def condition(self, at: ast.expr) -> Node:
        """A part which must be a yes-or-no."""
        return to_kind(self.source, at, self.check(at), Kind.BOOL, "not_a_condition")

    def not_in_language(self, at: ast.expr) -> ExpressionError:
        """The refusal of what Python knows and this language does not."""
        return self.source.error(at, "not_in_language", what=self.source.fragment(at))

    def _constant(self, at: ast.Constant) -> Node:
        node = constant(at.value)
        if node is None:
            if isinstance(at.value, int | float):
                raise self.source.error(at, "number_too_large")
            raise self.not_in_language(at)
        return node

    def _name(self, at: ast.Name) -> Node:
        if at.id in self.params:
            value = self.params[at.id]
            if isinstance(value, list):
                raise self.source.error(at, "list_misplaced")
            return value
        field = self.catalogue.fields.get(at.id)
        if field is None:
            raise self._unknown_name(at)
        self.fields.add(at.id)
        return self._reads.setdefault(at.id, Read(field.kind, field))

    def _unknown_name(self, at: ast.Name) -> ExpressionError:
        close = self.catalogue.suggest(at.id, also=self.params)
        code = "unknown_name_close" if close else "unknown_name"
        return self.source.error(at, code, name=at.id, close=" / ".join(close))

    def _bool_op(self, at: ast.BoolOp) -> Node:
        parts = tuple(self.condition(each) for each in at.values)
        return (All if isinstance(at.op, ast.And) else AnyOf)(Kind.BOOL, parts)

    def _unary(self, at: ast.UnaryOp) -> Node:
        if isinstance(at.op, ast.Not):
            return Not(Kind.BOOL, self.condition(at.operand))
        if not isinstance(at.op, ast.USub):
            raise self.not_in_language(at)
        node = self.check(at.operand)
        if not node.kind.is_calculated or is_nothing(node):
            raise self.source.error(at, "not_calculable", sign="-", kind=node.kind)
        if isinstance(node, Const):
            return Const(node.kind, -node.value)
        return Negative(node.kind, node)

    def _binary(self, at: ast.BinOp) -> Node:
        sign = _CALCULATED.get(type(at.op))
        if sign is None:
            if type(at.op) in _WORDS:
                word, instead_of = _WORDS[type(at.op)]
                raise self.source.error(at, "use_word", word=word, sign=instead_of)
            raise self.not_in_language(at)
        left, right = (at.left, self.check(at.left)), (at.right, self.check(at.right))
        return calculate(self.source, at, sign, left, right)

    def _choose(self, at: ast.IfExp) -> Node:
        condition = self.condition(at.test)
        branches = [(each, self.check(each)) for each in (at.body, at.orelse)]
        yes, no = unite(self.source, branches)
        return Choose(yes.kind, condition, yes, no)

    def _compare(self, at: ast.Compare) -> Node:
        left: Placed = (at.left, self.check(at.left))
        links: list[Node] = []
        for position, (sign, operand) in enumerate(zip(at.ops, at.comparators, strict=True)):
            if isinstance(sign, ast.In | ast.NotIn):
                if position + 1 < len(at.ops):
                    raise self.not_in_language(at)
                links.append(self._member(left, operand, negated=isinstance(sign, ast.NotIn)))
                continue
            right: Placed = (operand, self.check(operand))
            links.append(self._link(sign, left, right))
            left = right
        return links[0] if len(links) == 1 else All(Kind.BOOL, tuple(links))

    def _link(self, sign: ast.cmpop, left: Placed, right: Placed) -> Node:
        if isinstance(sign, ast.Is | ast.IsNot):
            if not is_nothing(right[1]):
                raise self.source.error(right[0], "is_needs_none")
            unknown = IsUnknown(Kind.BOOL, left[1])
            return unknown if isinstance(sign, ast.Is) else Not(Kind.BOOL, unknown)
        for at, node in (left, right):
            if is_nothing(node):
                raise self.source.error(at, "none_comparison")
        one, two = unite(self.source, [left, right])
        if not (one.kind.is_ordered or isinstance(sign, ast.Eq | ast.NotEq)):
            raise self.source.error(left[0], "not_ordered", kind=one.kind)
        for node, (at, other) in ((one, right), (two, left)):
            if isinstance(other, Const):
                refuse_foreign_choices(self.source, node, [(at, other.value)])
        return Compare(Kind.BOOL, _COMPARED[type(sign)], one, two)

    def _member(self, left: Placed, at: ast.expr, *, negated: bool) -> Node:
        node = left[1]
        if is_nothing(node):
            raise self.source.error(left[0], "none_comparison")
        if node.kind is Kind.BOOL:
            raise self.source.error(left[0], "not_calculable", sign="in", kind=node.kind)
        values = [(place, self._item(place, each, node.kind)) for place, each in self._items(at)]
        refuse_foreign_choices(self.source, node, values)
        member = Member(Kind.BOOL, node, tuple(dict.fromkeys(value for _, value in values)))
        return Not(Kind.BOOL, member) if negated else member

    def _items(self, at: ast.expr) -> list[Placed]:
        if isinstance(at, ast.List | ast.Tuple | ast.Set):
            return [(each, self.check(each)) for each in at.elts]
        value = self.params.get(at.id) if isinstance(at, ast.Name) else None
        if not isinstance(value, list):
            raise self.source.error(at, "not_a_list")
        self.source.check_length(at, len(value))
        return [(at, each) for each in value]

    def _item(self, at: ast.expr, node: Node, kind: Kind) -> object:
        if not isinstance(node, Const):
            raise self.source.error(at, "not_a_list")
        if is_nothing(node):
            raise self.source.error(at, "list_item", given="None", want=kind)
        return to_kind(self.source, at, node, kind, "list_item").value

    def _call(self, at: ast.Call) -> Node:
        name = at.func.id if isinstance(at.func, ast.Name) else self.source.fragment(at.func)
        function = FUNCTIONS.get(name) if isinstance(at.func, ast.Name) else None
        if function is None:
            known = ", ".join(sorted(FUNCTIONS))
            raise self.source.error(at.func, "unknown_function", name=name, functions=known)
        if at.keywords:
            raise self.source.error(at.keywords[0].value, "no_keywords", function=name)
        if not function.least <= len(at.args) <= function.most:
            raise self.source.error(
                at,
                "argument_count",
                function=name,
                expected=function.expected,
                given=len(at.args),
            )
        placed = [(each, self.check(each)) for each in at.args]
        return function.build(self.source, at, placed)


_READERS: dict[type[ast.expr], Callable[[Checker, ast.expr], Node]] = {
    ast.Constant: Checker._constant,
    ast.Name: Checker._name,
    ast.BoolOp: Checker._bool_op,
    ast.UnaryOp: Checker._unary,
    ast.BinOp: Checker._binary,
    ast.IfExp: Checker._choose,
    ast.Compare: Checker._compare,
    ast.Call: Checker._call,
}
