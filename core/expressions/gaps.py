"""Whether a decision table leaves something out, or answers something twice, and where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, islice, product
from math import prod

from core.expressions.cells import Anything, Band, Cell, OneOf, UnknownOnly
from core.expressions.errors import TableError, sentence
from core.expressions.expression import Expression
from core.expressions.kinds import Kind
from core.expressions.nodes import Read

MAX_COMBINATIONS = 50_000
MAX_PROBLEMS = 50

_UNKNOWN, _OTHERS = UnknownOnly(), Anything()
Segment = Band | OneOf | UnknownOnly | Anything
Box = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Axis:
    """One input of a table; outside ``domain`` nothing needs to fit."""

    expression: Expression
    domain: Band = Band(None, None)

    def segments(self, cells: Sequence[Cell]) -> list[Segment]:
        """The pieces into which the cells cut the input; the last one is "unknown"."""
        if self.expression.kind.is_ordered:
            pieces = self._bands([cell for cell in cells if isinstance(cell, Band)])
        else:
            pieces = self._values([cell for cell in cells if isinstance(cell, OneOf)])
        return [*pieces, _UNKNOWN]

    def _bands(self, bands: Sequence[Band]) -> list[Segment]:
        low, high = self.domain.low, self.domain.high
        inside = {
            edge
            for band in bands
            for edge in (band.low, band.high)
            if edge is not None and (low is None or edge > low) and (high is None or edge < high)
        }
        edges = [low, *sorted(inside), high]
        return [Band(*pair) for pair in zip(edges, edges[1:], strict=False)]

    def _values(self, cells: Sequence[OneOf]) -> list[Segment]:
        named = list(dict.fromkeys(value for cell in cells for value in cell.values))
        if self.expression.kind is Kind.BOOL:
            return [OneOf((True,)), OneOf((False,))]
        node = self.expression.node
        choices = node.field.choices if isinstance(node, Read) else ()
        pieces: list[Segment] = [OneOf((value,)) for value in dict.fromkeys([*choices, *named])]
        return pieces if choices else [*pieces, _OTHERS]

    def words(self, segments: Sequence[Segment], chosen: Sequence[int]) -> str:
        """The chosen pieces in words, or nothing if they are all there is."""
        name, known = self.expression.text, len(segments) - 1
        if set(chosen) >= set(range(known)):
            return ""
        pieces = [segments[index] for index in chosen]
        if pieces == [_UNKNOWN]:
            return f"{name} is unknown"
        if isinstance(pieces[0], Band):
            return self._band_words(name, pieces[0].low, pieces[-1].high)
        said = ["any other" if piece == _OTHERS else str(piece.values[0]) for piece in pieces]
        return f"{name} = {' / '.join(said)}"

    def _band_words(self, name: str, low: object, high: object) -> str:
        if low is None:
            return f"{name} < {self._shown(high)}"
        if high is None:
            return f"{name} ≥ {self._shown(low)}"
        return f"{self._shown(low)} ≤ {name} < {self._shown(high)}"

    def _shown(self, edge: object) -> str:
        if self.expression.kind is Kind.MONEY:
            return f"{(Decimal(edge) / 100).normalize():f}"
        return str(edge)


@dataclass(frozen=True)
class TableProblem:
    """A gap (no row fits) or an overlap (two rows fit); rows are counted from 1."""

    code: str
    rows: tuple[int, ...]
    place: str

    @property
    def params(self) -> dict[str, object]:
        """What the message is made of."""
        numbered = dict(zip(("first", "second"), self.rows, strict=False))
        return {"place": self.place, **numbered}

    def __str__(self) -> str:
        return sentence(self.code, self.params)


def problems(axes: Sequence[Axis], rows: Sequence[Sequence[Cell]]) -> list[TableProblem]:
    """The gaps, then the overlaps, at most MAX_PROBLEMS; raises TableError if too large."""
    pieces = [axis.segments([row[place] for row in rows]) for place, axis in enumerate(axes)]
    known = [range(len(segments) - 1) for segments in pieces]
    count = prod(len(each) for each in known)
    if count > MAX_COMBINATIONS:
        raise TableError(
            "table_too_large", count=count, what="combinations", limit=MAX_COMBINATIONS
        )
    covers = [_covered(row, pieces) for row in rows]
    found = [TableProblem("gap", (), _place(axes, pieces, box)) for box in _gaps(known, covers)]
    for (first, one), (second, two) in combinations(enumerate(covers, start=1), 2):
        both = tuple(tuple(sorted({*a} & {*b})) for a, b in zip(one, two, strict=True))
        if all(both):
            found.append(TableProblem("overlap", (first, second), _place(axes, pieces, both)))
    return found[:MAX_PROBLEMS]


def _covered(row: Sequence[Cell], pieces: Sequence[Sequence[Segment]]) -> Box:
    return tuple(
        tuple(index for index, segment in enumerate(segments) if _fits(cell, segment))
        for cell, segments in zip(row, pieces, strict=True)
    )


def _fits(cell: Cell, segment: Segment) -> bool:
    if isinstance(cell, Anything):
        return True
    if isinstance(cell, Band) and isinstance(segment, Band):
        starts = cell.low is None or (segment.low is not None and cell.low <= segment.low)
        ends = cell.high is None or (segment.high is not None and segment.high <= cell.high)
        return starts and ends
    if isinstance(cell, OneOf) and isinstance(segment, OneOf):
        return segment.values[0] in cell.values
    return isinstance(cell, UnknownOnly) and isinstance(segment, UnknownOnly)


def _gaps(known: Sequence[range], covers: Sequence[Box]) -> Iterator[Box]:
    """The combinations of known pieces which no row covers, gathered into boxes."""
    left = set(product(*known))
    for box in covers:
        left.difference_update(product(*box))
    return islice(_boxes(left, known), MAX_PROBLEMS)


def _boxes(left: set[tuple[int, ...]], known: Sequence[range]) -> Iterator[Box]:
    while left:
        box = [(index,) for index in min(left)]
        for place in reversed(range(len(known))):
            for index in range(box[place][-1] + 1, len(known[place])):
                slab = set(product(*box[:place], (index,), *box[place + 1 :]))
                if not slab <= left:
                    break
                box[place] += (index,)
        left.difference_update(product(*box))
        yield tuple(box)


def _place(axes: Sequence[Axis], pieces: Sequence[Sequence[Segment]], box: Box) -> str:
    words = [
        axis.words(segments, chosen)
        for axis, segments, chosen in zip(axes, pieces, box, strict=True)
    ]
    return "; ".join(filter(None, words)) or "anything is given"
