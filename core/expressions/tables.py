"""Decision tables: limits and prices by band, compiled to the same thing as a rule.

A table has inputs (expressions), outputs, and rows. A row holds one cell for each input: a band
("from" included, "to" excluded, either may be left out), a list of values, ``"*"`` for anything
(also unknown) or ``"?"`` for unknown alone. The first row that fits gives the outputs; where an
input is unknown only ``"*"`` and ``"?"`` fit, and where no row fits the outputs are unknown.

    {"inputs": [{"text": "score", "from": 300, "to": 900}, {"text": "grade"}],
     "outputs": [{"name": "limit", "kind": "money"}],
     "rows": [{"when": [{"from": 300, "to": 600}, "*"], "then": [0]},
              {"when": [{"from": 600}, ["A", "B"]], "then": ["min(50000, 2 * yearly_income)"]}]}

An output cell is a value; for outputs other than text a written text is an expression.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import polars as pl

from core.expressions.catalogue import Catalogue
from core.expressions.errors import TableError
from core.expressions.expression import Expression
from core.expressions.gaps import Axis, TableProblem, problems
from core.expressions.kinds import Kind
from core.expressions.nodes import All, Cases, Const, Definite, Node
from core.expressions.python import Value
from core.expressions.table_reading import Row, TableReader, part

MAX_INPUTS = 6
MAX_OUTPUTS = 20
MAX_ROWS = 200


class DecisionTable:
    """A checked table.

    ``values(row)`` and ``columns()`` give all outputs by name; a table with one output can also
    be used like an Expression, by ``value(row)`` and ``column()``. ``fitting`` is the Expression
    that tells which row (from 1) decides, for the explanation.
    """

    def __init__(
        self, inputs: Sequence[Axis], outputs: Mapping[str, Kind], rows: Sequence[Row]
    ) -> None:
        self.inputs = tuple(inputs)
        self.outputs = dict(outputs)
        self.rows = tuple(rows)
        conditions = [self._condition(row) for row in rows]
        self._expressions = {
            name: self._expression(name, conditions, [row.outputs[place].node for row in rows])
            for place, name in enumerate(outputs)
        }
        numbers = [Const(Kind.INTEGER, number) for number in range(1, len(rows) + 1)]
        self.fitting = self._expression("row", conditions, numbers)

    @classmethod
    def read(
        cls,
        catalogue: Catalogue,
        spec: Mapping[str, object],
        *,
        params: Mapping[str, object] | None = None,
    ) -> "DecisionTable":
        """Read a table as staff keep it (see the module); raises TableError with the cell."""
        reader = TableReader(catalogue, params or {})
        inputs = reader.inputs(part(spec, "inputs", MAX_INPUTS))
        outputs = reader.outputs(part(spec, "outputs", MAX_OUTPUTS), after=len(inputs))
        rows = [
            reader.row(number, each, inputs, outputs)
            for number, each in enumerate(part(spec, "rows", MAX_ROWS), start=1)
        ]
        return cls(inputs, outputs, rows)

    @classmethod
    def of_bands(
        cls,
        catalogue: Catalogue,
        text: str,
        bands: Iterable[tuple[object, object, object]],
        *,
        kind: Kind,
        params: Mapping[str, object] | None = None,
    ) -> "DecisionTable":
        """The common table with one input and one output, of (from, to, output)."""
        rows = [
            {"when": [{"from": low, "to": high}], "then": [value]} for low, high, value in bands
        ]
        outputs = [{"name": "value", "kind": kind}]
        spec = {"inputs": [{"text": text}], "outputs": outputs, "rows": rows}
        return cls.read(catalogue, spec, params=params)

    @property
    def kind(self) -> Kind:
        """The kind of the only output."""
        return self._only.kind

    @cached_property
    def fields(self) -> frozenset[str]:
        """All the fields the table looks at."""
        outputs = [each.fields for row in self.rows for each in row.outputs]
        return frozenset().union(*[axis.expression.fields for axis in self.inputs], *outputs)

    def expression(self, name: str) -> Expression:
        """One output as an Expression; raises TableError for a name that is not there."""
        if name not in self._expressions:
            raise TableError("unknown_output", name=name)
        return self._expressions[name]

    def values(self, row: Mapping[str, object]) -> dict[str, Value]:
        """All outputs for one applicant."""
        return {name: each.value(row) for name, each in self._expressions.items()}

    def columns(self) -> dict[str, pl.Expr]:
        """All outputs for a county."""
        return {name: each.column() for name, each in self._expressions.items()}

    def value(self, row: Mapping[str, object]) -> Value:
        """The only output for one applicant."""
        return self._only.value(row)

    def column(self) -> pl.Expr:
        """The only output for a county."""
        return self._only.column()

    def check(self) -> list[TableProblem]:
        """The gaps and overlaps, each with its exact place; an empty list is a sound table."""
        return problems(self.inputs, [row.cells for row in self.rows])

    @property
    def _only(self) -> Expression:
        (only,) = self._expressions.values()
        return only

    def _condition(self, row: Row) -> Node:
        """Whether a row fits, where an unknown input fits no band and no value."""
        cells = zip(self.inputs, row.cells, strict=True)
        fits = tuple(cell.condition(axis.expression.node) for axis, cell in cells)
        return Definite(Kind.BOOL, All(Kind.BOOL, fits))

    def _expression(self, name: str, conditions: list[Node], values: list[Node]) -> Expression:
        node = Cases(values[0].kind, tuple(zip(conditions, values, strict=True)))
        return Expression(name, node, self.fields)
