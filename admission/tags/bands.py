"""Whether the bands of a tag leave something out between them."""

from collections.abc import Iterator, Sequence
from math import ceil, floor

from core.expressions import Expression, Kind
from core.expressions.nodes import All, AnyOf, Choose, Compare, Const, Node, Not


def left_out(expression: Expression, kind: Kind) -> float | None:
    """A figure that falls between the bands which a tag cuts one field into: it gets no word, and
    smaller ones and larger ones do. None where there is none such; a None that has a condition of
    its own is meant. ``kind`` is the field's."""
    conditions, last = [], expression.node
    while isinstance(last, Choose):
        conditions.append(last.condition)
        last = last.no
    if not (conditions and isinstance(last, Const) and last.value is None):
        return None
    (name,) = expression.fields
    fits = Expression(expression.text, AnyOf(Kind.BOOL, tuple(conditions)), expression.fields).value
    edges = sorted({edge for each in conditions for edge in _edges(each)})
    tried = _between(edges, is_whole=kind is not Kind.DECIMAL)
    told = [(each, fits({name: each})) for each in tried]
    inside = [place for place, (_figure, fit) in enumerate(told) if fit]
    between = told[inside[0] : inside[-1]] if inside else []
    return next((figure for figure, fit in between if fit is False), None)


def _edges(node: Node) -> Iterator[float]:
    match node:
        case All(parts=parts) | AnyOf(parts=parts):
            for each in parts:
                yield from _edges(each)
        case Not(part=part):
            yield from _edges(part)
        case Compare(left=left, right=right):
            for each in (left, right):
                if isinstance(each, Const) and isinstance(each.value, int | float):
                    yield each.value


def _between(edges: Sequence[float], *, is_whole: bool) -> list[float]:
    """Each edge, and one figure on either side of it: nothing changes but at an edge."""
    middles = [(low + high) / 2 for low, high in zip(edges, edges[1:], strict=False)]
    outside = [edges[0] - 1, edges[-1] + 1] if edges else []
    figures = [*edges, *middles, *outside]
    if is_whole:
        figures = [whole(each) for each in figures for whole in (floor, ceil)]
    return sorted(set(figures))
