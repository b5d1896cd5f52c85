"""A condition of the rule language asked of the features that are kept of the county, in SQL.

Only such conditions as models propose: comparisons of one feature with a written value, yes or no,
``and``, ``or``, ``not``. A feature that is unknown of somebody is not stored, and makes of it what
it makes in the language: neither yes nor no.
"""

from collections.abc import Callable, Mapping

from django.db.models import BooleanField, Expression, FloatField, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    LessThan,
    LessThanOrEqual,
    Lookup,
)
from django.utils.translation import gettext as _

from admission.errors import ProposalRefused
from admission.features import CATALOGUE, FEATURES
from admission.models import KnownFeatures
from core.expressions import Kind
from core.expressions.nodes import All, AnyOf, Compare, Const, Member, Node, Not, Read, ToDecimal

_NUMBERS = (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY)
_SIGNS: Mapping[str, type[Lookup]] = {
    "==": Exact, "<": LessThan, "<=": LessThanOrEqual, ">": GreaterThan, ">=": GreaterThanOrEqual,
}  # fmt: skip


def people_who(condition: str) -> QuerySet[KnownFeatures]:
    """Of whom the condition holds, by what is kept of them. Raises ProposalRefused."""
    read = CATALOGUE.parse(condition, want=Kind.BOOL)
    if strange := read.fields - FEATURES.keys():
        raise ProposalRefused(_("Nobody keeps %(name)s of a customer.") % {"name": min(strange)})
    return KnownFeatures.objects.filter(_holds(read.node))


def _holds(node: Node) -> Q:
    found = _HOW.get(type(node))
    if found is None:
        raise ProposalRefused(_("This condition cannot be asked of a whole county at once."))
    return found(node)


def _all(node: All) -> Q:
    held = Q()
    for each in node.parts:
        held &= _holds(each)
    return held


def _any(node: AnyOf) -> Q:
    held = _holds(node.parts[0])
    for each in node.parts[1:]:
        held |= _holds(each)
    return held


def _compare(node: Compare) -> Q:
    left, right = _value(node.left), _value(node.right)
    return ~Q(Exact(left, right)) if node.sign == "!=" else Q(_SIGNS[node.sign](left, right))


def _value(node: Node) -> Expression:
    match node:
        case ToDecimal(part=part):
            return _value(part)
        case Read():
            return _stored(node)
        case Const(value=value) if value is not None:
            is_number = node.kind in _NUMBERS
            return Value(float(value), FloatField()) if is_number else Value(value)
    raise ProposalRefused(_("This condition cannot be asked of a whole county at once."))


def _stored(node: Read) -> Expression:
    told = KT(f"values__{node.field.name}")
    if node.kind in _NUMBERS:
        return Cast(told, FloatField())
    return Cast(told, BooleanField()) if node.kind is Kind.BOOL else Cast(told, TextField())


_HOW: Mapping[type[Node], Callable[..., Q]] = {
    All: _all,
    AnyOf: _any,
    Not: lambda node: ~_holds(node.part),
    Compare: _compare,
    Read: lambda node: Q(Exact(_stored(node), Value(True))),
    Member: lambda node: Q(In(_value(node.part), list(node.values))),
}
