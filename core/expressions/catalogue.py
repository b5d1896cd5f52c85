"""The fields staff may name in a rule, and the door through which a rule is read."""

import ast
import difflib
import keyword
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from core.expressions.checking import Checker
from core.expressions.coercing import is_nothing, to_kind
from core.expressions.constants import Constants, parameters
from core.expressions.divisors import Known, unproven_in
from core.expressions.expression import Expression
from core.expressions.functions import FUNCTIONS
from core.expressions.kinds import Field, Kind
from core.expressions.nodes import Const
from core.expressions.parsing import Source

MOST_REMEMBERED = 1_000
"""Expressions that a catalogue remembers having read: a few sets of rules, tags and limits."""


class Catalogue:
    """What is known about an applicant, by name; ``fields`` maps each name to its Field."""

    def __init__(self, fields: Iterable[Field]) -> None:
        named: dict[str, Field] = {}
        for field in fields:
            if not _may_be_named(field.name):
                raise ValueError(f"A field cannot be named {field.name!r}.")
            if field.name in named:
                raise ValueError(f"Two fields are named {field.name!r}.")
            named[field.name] = field
        self.fields: Mapping[str, Field] = MappingProxyType(named)
        self._read: dict[tuple[object, ...], Expression] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """All field names in the order given."""
        return tuple(self.fields)

    def suggest(self, name: str, *, also: Iterable[str] = ()) -> list[str]:
        """Names (at most three) close to a misspelt one, or whose label it is."""
        by_label = [each.name for each in self.fields.values() if each.label and each.label == name]
        known = {each.lower(): each for each in [*also, *self.fields]}
        close = difflib.get_close_matches(name.lower(), list(known), n=3, cutoff=0.65)
        return list(dict.fromkeys(by_label + [known[each] for each in close]))[:3]

    def parse(
        self,
        text: str,
        *,
        params: Mapping[str, object] | None = None,
        want: Kind | None = None,
        is_new: bool = False,
    ) -> Expression:
        """Read a rule; raises ExpressionError with the place and the reason.

        ``params`` are constants (or lists for ``in``) the rule may name; ``want`` is the kind the
        result must have. Numbers written beside money are yuan. What ``is_new`` must also show
        that it never divides by 0, which would be unknown and might pass; what was put into force
        before this was asked still works as it did.

        What was read lately is not read again: a set of rules is, whenever it is looked at.
        """
        key = (text, repr(params), want, is_new)
        found = self._read.get(key)
        if found is None:
            if len(self._read) >= MOST_REMEMBERED:
                self._read.clear()
            found = self._read[key] = self._parsed(text, params, want, is_new=is_new)
        return found

    def _parsed(
        self,
        text: str,
        params: Mapping[str, object] | None,
        want: Kind | None,
        *,
        is_new: bool,
    ) -> Expression:
        source = Source(text)
        tree = source.tree()
        checker = Checker(self, source, parameters(text, params or {}, self.fields))
        node = checker.check(tree)
        if want is not None:
            node = to_kind(source, tree, node, want, "wrong_kind")
        elif is_nothing(node):
            raise source.error(tree, "kind_unknown")
        if is_new:
            self._must_divide_soundly(source, tree, checker.params)
        return Expression(text, node, frozenset(checker.fields))

    def _must_divide_soundly(self, source: Source, tree: ast.expr, params: Constants) -> None:
        figures = {
            name: each.value
            for name, each in params.items()
            if isinstance(each, Const) and each.kind.is_a_number
        }
        above_zero = {each.name for each in self.fields.values() if each.above_zero}
        at = next(unproven_in(tree, Known(figures, above_zero)), None)
        if at is not None:
            raise source.error(at, "divisor_unproven", divisor=source.fragment(at))


def _may_be_named(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name) and name not in FUNCTIONS
