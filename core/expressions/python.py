"""The back-end for one applicant: the checked tree as one Python function.

Every node becomes one assignment to a local name, computed once however often it is used. The
source is written here from the checked tree; of the rule's own text only numbers and the names
of catalogue fields enter it, all other values are handed over as objects.
"""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping
from types import CodeType
from typing import Any

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

Value = bool | int | float | str | dt.date | None
Closure = Callable[[Mapping[str, object]], Value]


def compiled(node: Node) -> Closure:
    """The function from a row to the value; None is unknown, and so is a field not in the row."""
    writer = _Writer()
    return writer.function(writer.name(node))


def compiled_together(nodes: Iterable[Node]) -> Callable[[Mapping[str, object]], tuple[Value, ...]]:
    """One function from a row to the values of all nodes: each field is read once."""
    writer = _Writer()
    names = [writer.name(node) for node in nodes]
    return writer.function(f"({', '.join(names)},)" if names else "()")


def half_away(number: float) -> float:
    """The nearest whole float; half goes away from zero (四舍五入)."""
    whole = float(int(number))
    rest = number - whole
    if rest >= 0.5:
        return whole + 1.0
    return whole - 1.0 if rest <= -0.5 else whole


def _day_number(day: dt.date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


class _Writer:
    """Writes the lines of one function; ``objects`` is what the lines may refer to."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.objects: dict[str, object] = {
            "__builtins__": {"float": float, "int": int, "abs": abs, "min": min, "max": max},
            "half_away": half_away,
            "down": math.floor,
            "day_number": _day_number,
        }
        self._names: dict[str | int, str] = {}

    def function(self, result: str) -> Callable[[Mapping[str, object]], Any]:
        """The function of all lines so far, giving ``result``."""
        lines = ["def value(row):", "    get = row.get", *self.lines, f"    return {result}"]
        code: CodeType = compile("\n".join(lines), "<expression>", "exec")
        exec(code, self.objects)  # noqa: S102 - written here, not by the user
        return self.objects["value"]

    def name(self, node: Node) -> str:
        """The local name (or literal) that holds the value of ``node``."""
        key = node.field.name if isinstance(node, Read) else id(node)
        known = self._names.get(key)
        if known is None:
            known = self._const(node) if isinstance(node, Const) else self._assign(node)
            self._names[key] = known
        return known

    def _const(self, node: Const) -> str:
        if node.value is None or isinstance(node.value, bool | int | float):
            return f"({node.value!r})"
        return self._object(node.value)

    def _object(self, value: object) -> str:
        name = f"c{len(self.objects)}"
        self.objects[name] = value
        return name

    def _assign(self, node: Node) -> str:
        said = _WRITTEN[type(node)](self, node)
        name = f"t{len(self.lines)}"
        self.lines.append(f"    {name} = {said}")
        return name

    def _known(self, parts: tuple[Node, ...], said: str, *refused: str) -> str:
        """``said`` unless one of the parts is unknown or one of the refusals holds."""
        names = dict.fromkeys(self.name(part) for part in parts if part.nullable)
        tests = [f"{name} is None" for name in names] + list(refused)
        return f"None if {' or '.join(tests)} else {said}" if tests else said

    def _read(self, node: Read) -> str:
        got = f"get({node.field.name!r})"
        if node.kind is Kind.BOOL:
            return f"None if (v := {got}) is None else not not v"
        if not node.kind.is_calculated:
            return got
        taken = "float(v)" if node.kind is Kind.DECIMAL else "v"
        return f"{taken} if (v := {got}) is not None and -{SAFE} <= v <= {SAFE} else None"

    def _not(self, node: Not) -> str:
        return self._known((node.part,), f"not {self.name(node.part)}")

    def _all(self, node: All) -> str:
        names = [self.name(part) for part in node.parts]
        if not node.nullable:
            return " and ".join(names)
        no = " or ".join(f"{name} is False" for name in names)
        unknown = " or ".join(f"{name} is None" for name in names)
        return f"False if {no} else None if {unknown} else True"

    def _any(self, node: AnyOf) -> str:
        names = [self.name(part) for part in node.parts]
        if not node.nullable:
            return " or ".join(names)
        unknown = " or ".join(f"{name} is None" for name in names)
        return f"True if {' or '.join(names)} else None if {unknown} else False"

    def _compare(self, node: Compare) -> str:
        said = f"{self.name(node.left)} {node.sign} {self.name(node.right)}"
        return self._known((node.left, node.right), said)

    def _member(self, node: Member) -> str:
        values = self._object(frozenset(node.values))
        return self._known((node.part,), f"{self.name(node.part)} in {values}")

    def _is_unknown(self, node: IsUnknown) -> str:
        return f"{self.name(node.part)} is None" if node.part.nullable else "False"

    def _definite(self, node: Definite) -> str:
        return f"{self.name(node.part)} is True"

    def _arith(self, node: Arith) -> str:
        left, right = self.name(node.left), self.name(node.right)
        said = f"{left} {node.sign} {right}"
        refused = []
        if node.sign == "/" and not isinstance(node.right, Const):
            refused.append(f"-{AS_GOOD_AS_ZERO!r} < {right} < {AS_GOOD_AS_ZERO!r}")
        if node.checked:
            refused.append(f"not -{SAFE} <= {left} * 1.0 {node.sign} {right} * 1.0 <= {SAFE}")
        return self._known((node.left, node.right), said, *refused)

    def _negative(self, node: Negative) -> str:
        return self._known((node.part,), f"-{self.name(node.part)}")

    def _absolute(self, node: Absolute) -> str:
        return self._known((node.part,), f"abs({self.name(node.part)})")

    def _to_decimal(self, node: ToDecimal) -> str:
        return self._known((node.part,), f"{self.name(node.part)} * 1.0")

    def _to_whole(self, node: ToWhole) -> str:
        part = self.name(node.part)
        slack = f" + {NEARLY_WHOLE!r}" if node.kind is Kind.MONEY else ""
        said = f"down({part}{slack})" if node.down else f"int(half_away({part}))"
        refused = [f"not -{SAFE} <= {part} <= {SAFE}"] if node.checked else []
        return self._known((node.part,), said, *refused)

    def _to_unit(self, node: ToUnit) -> str:
        part, unit = self.name(node.part), node.unit
        size = f"(abs({part}) + {unit // 2}) // {unit} * {unit}"
        said = f"{part} // {unit} * {unit}" if node.down else f"{size} * (1 if {part} > 0 else -1)"
        return self._known((node.part,), said)

    def _to_digits(self, node: ToDigits) -> str:
        factor = repr(10.0 ** abs(node.digits))
        there, back = ("*", "/") if node.digits >= 0 else ("/", "*")
        function = "float(down" if node.down else "(half_away"
        said = f"{function}({self.name(node.part)} {there} {factor})) {back} {factor}"
        return self._known((node.part,), said)

    def _extreme(self, node: Extreme) -> str:
        names = ", ".join(self.name(part) for part in node.parts)
        return self._known(node.parts, f"{'max' if node.greatest else 'min'}({names})")

    def _coalesce(self, node: Coalesce) -> str:
        *first, last = [self.name(part) for part in node.parts]
        return "".join(f"{name} if {name} is not None else " for name in first) + last

    def _choose(self, node: Choose) -> str:
        condition = self.name(node.condition)
        said = f"{self.name(node.yes)} if {condition} else {self.name(node.no)}"
        return self._known((node.condition,), said)

    def _cases(self, node: Cases) -> str:
        said = [f"{self.name(value)} if {self.name(when)} else " for when, value in node.cases]
        return "".join(said) + "None"

    def _days(self, node: DaysBetween) -> str:
        start, end = self.name(node.start), self.name(node.end)
        return self._known((node.start, node.end), f"({end} - {start}).days")

    def _years(self, node: YearsBetween) -> str:
        start, end = self.name(node.start), self.name(node.end)
        said = f"(day_number({end}) - day_number({start})) // 10000"
        return self._known((node.start, node.end), said)


_WRITTEN: dict[type[Node], Callable[[_Writer, Node], str]] = {
    Read: _Writer._read,
    Not: _Writer._not,
    All: _Writer._all,
    AnyOf: _Writer._any,
    Compare: _Writer._compare,
    Member: _Writer._member,
    IsUnknown: _Writer._is_unknown,
    Definite: _Writer._definite,
    Arith: _Writer._arith,
    Negative: _Writer._negative,
    Absolute: _Writer._absolute,
    ToDecimal: _Writer._to_decimal,
    ToWhole: _Writer._to_whole,
    ToUnit: _Writer._to_unit,
    ToDigits: _Writer._to_digits,
    Extreme: _Writer._extreme,
    Coalesce: _Writer._coalesce,
    Choose: _Writer._choose,
    Cases: _Writer._cases,
    DaysBetween: _Writer._days,
    YearsBetween: _Writer._years,
}
