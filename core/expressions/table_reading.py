"""Reading a decision table as staff keep it (a mapping fit for JSON)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from core.expressions.catalogue import Catalogue
from core.expressions.cells import Cell, read_band, read_cell, read_value
from core.expressions.errors import ExpressionError, TableError
from core.expressions.expression import Expression
from core.expressions.gaps import Axis
from core.expressions.kinds import Kind
from core.expressions.nodes import Const

_LITERAL = (Kind.TEXT, Kind.DATE)


@dataclass(frozen=True)
class Row:
    """One row: a cell for each input, an expression for each output."""

    cells: tuple[Cell, ...]
    outputs: tuple[Expression, ...]


@dataclass(frozen=True)
class TableReader:
    """Reads the parts of one table; every refusal is a TableError with its place."""

    catalogue: Catalogue
    params: Mapping[str, object]

    def inputs(self, raw: Sequence[object]) -> list[Axis]:
        """The heading's inputs: ``{"text": expression, "from": …, "to": …}``."""
        axes = []
        for column, each in enumerate(raw, start=1):
            with _place(0, column):
                axes.append(self._axis(each))
        return axes

    def _axis(self, raw: object) -> Axis:
        if not isinstance(raw, Mapping) or not isinstance(raw.get("text"), str):
            raise TableError("table_shape", detail="an input needs a 'text'")
        expression = self.catalogue.parse(raw["text"], params=self.params)
        edges = {name: edge for name, edge in raw.items() if name != "text"}
        if not edges:
            return Axis(expression)
        if not expression.kind.is_ordered:
            raise TableError("no_bands", kind=expression.kind)
        return Axis(expression, read_band(edges, expression.kind))

    def outputs(self, raw: Sequence[object], *, after: int) -> dict[str, Kind]:
        """The heading's outputs, which stand ``after`` so many inputs: name and kind."""
        named: dict[str, Kind] = {}
        for column, each in enumerate(raw, start=after + 1):
            shape = isinstance(each, Mapping) and isinstance(each.get("name"), str)
            if not shape or each.get("kind") not in list(Kind):
                detail = "an output needs a 'name' and a 'kind'"
                raise TableError("table_shape", column=column, detail=detail)
            if each["name"] in named:
                raise TableError("output_twice", column=column, name=each["name"])
            named[each["name"]] = Kind(each["kind"])
        return named

    def row(
        self, number: int, raw: object, inputs: Sequence[Axis], outputs: Mapping[str, Kind]
    ) -> Row:
        """One row: ``{"when": [cell, …], "then": [value, …]}``."""
        when, then = _sides(number, raw, len(inputs), len(outputs))
        cells, results = [], []
        for column, (cell, axis) in enumerate(zip(when, inputs, strict=True), start=1):
            with _place(number, column):
                cells.append(read_cell(cell, axis.expression.node))
        for column, (cell, kind) in enumerate(zip(then, outputs.values(), strict=True), start=1):
            with _place(number, len(inputs) + column):
                results.append(self._output(cell, kind))
        return Row(tuple(cells), tuple(results))

    def _output(self, raw: object, kind: Kind) -> Expression:
        if isinstance(raw, str) and kind not in _LITERAL:
            return self.catalogue.parse(raw, params=self.params, want=kind)
        value = None if raw is None else read_value(raw, kind)
        return Expression(str(raw), Const(kind, value), frozenset())


def part(spec: Mapping[str, object], name: str, limit: int) -> Sequence[object]:
    """One part of the table, refused if it is missing, empty or too long."""
    found = spec.get(name)
    if not isinstance(found, list | tuple):
        raise TableError("table_shape", detail=f"'{name}' is not a list")
    if not found:
        raise TableError("table_empty", what=name)
    if len(found) > limit:
        raise TableError("table_too_large", count=len(found), what=name, limit=limit)
    return found


def _sides(number: int, raw: object, inputs: int, outputs: int) -> tuple[Sequence, Sequence]:
    sides = []
    for name, what, expected in (("when", "inputs", inputs), ("then", "outputs", outputs)):
        side = raw.get(name) if isinstance(raw, Mapping) else None
        if not isinstance(side, list | tuple):
            raise TableError("table_shape", row=number, detail=f"'{name}' is not a list")
        if len(side) != expected:
            raise TableError(
                "table_width", row=number, given=len(side), what=what, expected=expected
            )
        sides.append(side)
    return sides[0], sides[1]


@contextmanager
def _place(row: int, column: int) -> Iterator[None]:
    try:
        yield
    except (ExpressionError, TableError) as exc:
        raise TableError(exc.code, row=row, column=column, **exc.params) from exc
