"""The kinds of sums, products and quotients.

Money with money adds up; money times a number is money; money by money is a ratio. Results of
money are whole fen, half a fen going away from zero.
"""

import ast

from core.expressions.coercing import Placed, is_nothing, reckon, unite
from core.expressions.kinds import Kind
from core.expressions.nodes import Arith, Const, Node, ToDecimal, ToWhole
from core.expressions.parsing import Source


def calculate(source: Source, at: ast.expr, sign: str, left: Placed, right: Placed) -> Node:
    """The node of one calculation; raises ExpressionError where the kinds do not fit."""
    for place, node in (left, right):
        if node.kind is Kind.DATE:
            raise source.error(place, "dates_in_days")
        if not node.kind.is_calculated or is_nothing(node):
            raise source.error(place, "not_calculable", sign=sign, kind=node.kind)
    if sign == "/" and isinstance(right[1], Const) and right[1].value == 0:
        raise source.error(right[0], "division_by_zero")
    if isinstance(left[1], Const) and isinstance(right[1], Const):
        return _written(source, at, sign, left[1], right[1])
    if sign in "+-":
        one, two = unite(source, [left, right])
        return Arith(one.kind, sign, one, two)
    return _scaled(source, at, sign, left, right)


def _written(source: Source, at: ast.expr, sign: str, left: Const, right: Const) -> Const:
    whole = left.kind is right.kind is Kind.INTEGER and sign != "/"
    result = reckon(sign, Kind.INTEGER if whole else Kind.DECIMAL, left, right)
    if result is None:
        raise source.error(at, "number_too_large")
    return result


def _scaled(source: Source, at: ast.expr, sign: str, left: Placed, right: Placed) -> Node:
    one, two = left[1], right[1]
    if one.kind is two.kind is Kind.MONEY:
        if sign == "*":
            raise source.error(at, "money_times_money")
        return Arith(Kind.DECIMAL, sign, as_float(one), as_float(two))
    if sign == "/" and two.kind is Kind.MONEY:
        raise source.error(at, "number_by_money")
    money = Kind.MONEY in (one.kind, two.kind)
    if sign == "*" and Kind.DECIMAL not in (one.kind, two.kind):
        return Arith(Kind.MONEY if money else Kind.INTEGER, sign, one, two)
    result = Arith(Kind.DECIMAL, sign, as_float(one), as_float(two))
    return ToWhole(Kind.MONEY, result) if money else result


def as_float(node: Node) -> Node:
    """A number or fen as float."""
    if node.kind is Kind.DECIMAL:
        return node
    if isinstance(node, Const):
        return Const(Kind.DECIMAL, float(node.value))
    return ToDecimal(Kind.DECIMAL, node)
