"""Decision tables as lines that staff write: ``80 .. 90 : 0.9``, ``A / B : 1``, ``? : 0``.

Left of the colon stands a cell for each input, with ``;`` between two; right of it the output. A
band goes from a number (included) to a number (not included), and either may be left out.
"""

import ast
from collections.abc import Mapping

BAND, OR, AND, THEN = "..", " / ", ";", ":"


class LineUnreadable(ValueError):
    """A line of a table that cannot be read; ``row`` is counted from 1."""

    def __init__(self, row: int, line: str) -> None:
        super().__init__(f"Row {row}: {line}")
        self.row, self.line = row, line


def written(table: Mapping[str, object]) -> str:
    """The rows of a table as lines."""
    return "\n".join(
        f"{f' {AND} '.join(_cell(each) for each in row['when'])} {THEN} {row['then'][0]}"
        for row in table["rows"]
    )


def heading(table: Mapping[str, object]) -> str:
    """What the cells left of the colon are compared with."""
    return f" {AND} ".join(str(each["text"]) for each in table["inputs"])


def read(lines: str, table: Mapping[str, object]) -> dict[str, object]:
    """``table`` with the rows that ``lines`` say. Raises LineUnreadable."""
    rows = [
        _row(number, line)
        for number, line in enumerate(filter(None, map(str.strip, lines.splitlines())), start=1)
    ]
    return {**table, "rows": rows}


def _cell(cell: object) -> str:
    if isinstance(cell, Mapping):
        low, high = (cell.get(name) for name in ("from", "to"))
        return f"{'' if low is None else low} {BAND} {'' if high is None else high}".strip()
    return OR.join(str(each) for each in cell) if isinstance(cell, list | tuple) else str(cell)


def _row(number: int, line: str) -> dict[str, object]:
    left, colon, right = line.replace("：", THEN).rpartition(THEN)
    if not colon or not right.strip():
        raise LineUnreadable(number, line)
    try:
        when = [_read_cell(each.strip()) for each in left.split(AND)]
    except ValueError as exc:
        raise LineUnreadable(number, line) from exc
    return {"when": when, "then": [_value(right.strip())]}


def _read_cell(said: str) -> object:
    if said in ("*", "?"):
        return said
    if BAND in said:
        low, _dots, high = (each.strip() for each in said.partition(BAND))
        edges = {"from": _number(low) if low else None, "to": _number(high) if high else None}
        return {name: edge for name, edge in edges.items() if edge is not None}
    if not said:
        raise ValueError("An empty cell.")
    return [each.strip() for each in said.split(OR.strip())]


def _number(said: str) -> int | float:
    number = ast.literal_eval(said)
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise ValueError(f"{said} is not a number.")
    return number


def _value(said: str) -> object:
    """A number as such; anything else is an expression."""
    try:
        return _number(said)
    except (ValueError, SyntaxError):
        return said
