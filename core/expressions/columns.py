"""The back-end for a whole county: the checked tree as one polars expression.

Polars evaluates a part as often as it is mentioned, so a part is mentioned twice only where there
is no other way (``Node.weight`` counts this). ``&`` and ``|`` of nullable columns are Kleene's.
"""

from collections.abc import Callable
from functools import reduce
from operator import add, and_, eq, ge, gt, le, lt, mul, ne, or_, sub, truediv

import polars as pl

from core.expressions.kinds import AS_GOOD_AS_ZERO, NEARLY_WHOLE, SAFE, Kind
from core.expressions.nodes import (
    Absolute,
    All,
    AnyOf,
    Arith,
    Cases,
    Choose,
    Coalesce,
    Compare,
    Const,
    DaysBetween,
    Definite,
    Extreme,
    IsUnknown,
    Member,
    Negative,
    Node,
    Not,
    Read,
    ToDecimal,
    ToDigits,
    ToUnit,
    ToWhole,
    YearsBetween,
)

DTYPES = {
    Kind.BOOL: pl.Boolean,
    Kind.INTEGER: pl.Int64,
    Kind.DECIMAL: pl.Float64,
    Kind.MONEY: pl.Int64,
    Kind.TEXT: pl.String,
    Kind.DATE: pl.Date,
}

_MIRRORED = {"==": eq, "!=": ne, "<": gt, "<=": ge, ">": lt, ">=": le}
_SIGNS = {
    "==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge,
    "+": add, "-": sub, "*": mul, "/": truediv,
}  # fmt: skip


def column(node: Node) -> pl.Expr:
    """The polars expression of a checked tree; null is unknown."""
    return _Columns().of(node)


class _Columns:
    def __init__(self) -> None:
        self._made: dict[int, pl.Expr] = {}

    def of(self, node: Node) -> pl.Expr:
        """The expression of one node, the same object each time."""
        made = self._made.get(id(node))
        if made is None:
            made = self._made[id(node)] = _MADE[type(node)](self, node)
        return made

    def _const(self, node: Const) -> pl.Expr:
        return pl.lit(node.value, dtype=DTYPES[node.kind])

    def _read(self, node: Read) -> pl.Expr:
        read = pl.col(node.field.name).cast(DTYPES[node.kind])
        return _when(read.is_between(-SAFE, SAFE), read) if node.kind.is_calculated else read

    def _not(self, node: Not) -> pl.Expr:
        return ~self.of(node.part)

    def _all(self, node: All) -> pl.Expr:
        return reduce(and_, [self.of(part) for part in node.parts])

    def _any(self, node: AnyOf) -> pl.Expr:
        return reduce(or_, [self.of(part) for part in node.parts])

    def _compare(self, node: Compare) -> pl.Expr:
        if isinstance(node.left, Const):
            # polars answers `literal == column` with one row where the whole column is unknown.
            return _MIRRORED[node.sign](self.of(node.right), self.of(node.left))
        return _SIGNS[node.sign](self.of(node.left), self.of(node.right))

    def _member(self, node: Member) -> pl.Expr:
        part = self.of(node.part)
        if not node.values:
            return _when(part.is_not_null(), pl.lit(False))
        return part.is_in(list(node.values))

    def _is_unknown(self, node: IsUnknown) -> pl.Expr:
        return self.of(node.part).is_null()

    def _definite(self, node: Definite) -> pl.Expr:
        return self.of(node.part).fill_null(False)

    def _arith(self, node: Arith) -> pl.Expr:
        left, right = self.of(node.left), self.of(node.right)
        if node.sign == "/" and not isinstance(node.right, Const):
            right = _when(right.abs() >= AS_GOOD_AS_ZERO, right)
        if node.sign == "/":
            right = _spread(right, node.left)
        result = _SIGNS[node.sign](left, right)
        if not node.checked:
            return result
        size = _SIGNS[node.sign](left.cast(pl.Float64), right.cast(pl.Float64))
        return _when(size.is_between(-float(SAFE), float(SAFE)), result)

    def _negative(self, node: Negative) -> pl.Expr:
        return -self.of(node.part)

    def _absolute(self, node: Absolute) -> pl.Expr:
        return self.of(node.part).abs()

    def _to_decimal(self, node: ToDecimal) -> pl.Expr:
        return self.of(node.part).cast(pl.Float64)

    def _to_whole(self, node: ToWhole) -> pl.Expr:
        part = self.of(node.part)
        if node.checked:
            part = _when(part.is_between(-float(SAFE), float(SAFE)), part)
        if node.down and node.kind is Kind.MONEY:
            part = part + NEARLY_WHOLE
        return _rounded(part, down=node.down).cast(pl.Int64)

    def _to_unit(self, node: ToUnit) -> pl.Expr:
        part = self.of(node.part)
        unit = pl.lit(node.unit, dtype=pl.Int64)
        if node.down:
            return part // unit * unit
        return (part.abs() + node.unit // 2) // unit * unit * part.sign()

    def _to_digits(self, node: ToDigits) -> pl.Expr:
        part, factor = self.of(node.part), 10.0 ** abs(node.digits)
        if node.digits >= 0:
            whole = _rounded(part * factor, down=node.down)
            return whole / _spread(pl.lit(factor), node.part)
        return _rounded(part / _spread(pl.lit(factor), node.part), down=node.down) * factor

    def _extreme(self, node: Extreme) -> pl.Expr:
        if len(node.parts) == 2 and node.kind.is_calculated:
            for value, bound in (node.parts, node.parts[::-1]):
                if isinstance(bound, Const) and bound.value is not None:
                    limit = {"lower_bound" if node.greatest else "upper_bound": self.of(bound)}
                    return self.of(value).clip(**limit)
        parts = [self.of(part) for part in node.parts]
        found = pl.max_horizontal(parts) if node.greatest else pl.min_horizontal(parts)
        nullable = [self.of(part) for part in node.parts if part.nullable]
        known = [part.is_not_null() for part in nullable]
        return _when(reduce(and_, known), found) if known else found

    def _coalesce(self, node: Coalesce) -> pl.Expr:
        return pl.coalesce([self.of(part) for part in node.parts])

    def _choose(self, node: Choose) -> pl.Expr:
        condition = self.of(node.condition)
        chosen = pl.when(condition).then(self.of(node.yes))
        if not node.condition.nullable:
            return chosen.otherwise(self.of(node.no))
        return chosen.when(~condition).then(self.of(node.no)).otherwise(None)

    def _cases(self, node: Cases) -> pl.Expr:
        (when, value), *others = node.cases
        chosen = pl.when(self.of(when)).then(self.of(value))
        for when, value in others:
            chosen = chosen.when(self.of(when)).then(self.of(value))
        return chosen.otherwise(None)

    def _days(self, node: DaysBetween) -> pl.Expr:
        return (self.of(node.end) - self.of(node.start)).dt.total_days()

    def _years(self, node: YearsBetween) -> pl.Expr:
        return (_day_number(self.of(node.end)) - _day_number(self.of(node.start))) // 10_000


def _when(condition: pl.Expr, value: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(value).otherwise(None)


def _spread(divisor: pl.Expr, dividend: Node) -> pl.Expr:
    """The divisor as a full column, even where it is the same in every row.

    Polars divides by a constant by multiplying with 1/constant, and then 49/49 is less than 1.
    Passing through a struct beside what the dividend reads makes it divide row by row.
    """
    if not dividend.reads:
        return divisor
    beside = [pl.col(name) for name in sorted(dividend.reads)]
    return pl.struct(*beside, divisor.alias("/")).struct.field("/")


def _rounded(part: pl.Expr, *, down: bool) -> pl.Expr:
    return part.floor() if down else part.round(0, mode="half_away_from_zero")


def _day_number(day: pl.Expr) -> pl.Expr:
    year, month, number = (
        each.cast(pl.Int64) for each in (day.dt.year(), day.dt.month(), day.dt.day())
    )
    return year * 10_000 + month * 100 + number


_MADE: dict[type[Node], Callable[[_Columns, Node], pl.Expr]] = {
    Const: _Columns._const,
    Read: _Columns._read,
    Not: _Columns._not,
    All: _Columns._all,
    AnyOf: _Columns._any,
    Compare: _Columns._compare,
    Member: _Columns._member,
    IsUnknown: _Columns._is_unknown,
    Definite: _Columns._definite,
    Arith: _Columns._arith,
    Negative: _Columns._negative,
    Absolute: _Columns._absolute,
    ToDecimal: _Columns._to_decimal,
    ToWhole: _Columns._to_whole,
    ToUnit: _Columns._to_unit,
    ToDigits: _Columns._to_digits,
    Extreme: _Columns._extreme,
    Coalesce: _Columns._coalesce,
    Choose: _Columns._choose,
    Cases: _Columns._cases,
    DaysBetween: _Columns._days,
    YearsBetween: _Columns._years,
}
