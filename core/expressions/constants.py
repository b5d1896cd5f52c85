"""Written values and parameters as constants of the language."""

import datetime as dt
import math
from collections.abc import Collection, Mapping
from decimal import Decimal

from core.expressions.errors import ExpressionError
from core.expressions.kinds import SAFE, Kind
from core.expressions.nodes import Const

Constants = Mapping[str, Const | list[Const]]


def constant(value: object) -> Const | None:
    """A Python value as a constant, or None if the language has no such value.

    A written None has no kind of its own; it is marked BOOL until it meets a neighbour.
    """
    if value is None or isinstance(value, bool):
        return Const(Kind.BOOL, value)
    if isinstance(value, int):
        return Const(Kind.INTEGER, value) if abs(value) <= SAFE else None
    if isinstance(value, float | Decimal):
        number = float(value)
        finite = math.isfinite(number) and abs(number) <= SAFE
        return Const(Kind.DECIMAL, number) if finite else None
    if isinstance(value, str):
        return Const(Kind.TEXT, str(value))
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return Const(Kind.DATE, value)
    return None


def parameters(text: str, given: Mapping[str, object], fields: Collection[str]) -> Constants:
    """The parameters of a rule as constants; raises ExpressionError for one that cannot be."""
    read: dict[str, Const | list[Const]] = {}
    for name, value in given.items():
        if name in fields:
            raise ExpressionError("parameter_is_field", text=text, name=name)
        many = isinstance(value, list | tuple | set | frozenset)
        constants = [constant(each) for each in value] if many else [constant(value)]
        if any(each is None for each in constants):
            raise ExpressionError("parameter_value", text=text, name=name, value=repr(value)[:60])
        read[name] = constants if many else constants[0]
    return read
