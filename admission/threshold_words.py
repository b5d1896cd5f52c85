"""Thresholds of a rule in words: what is measured against them, as the rule's own text says.

``{"m": 6}`` of ``phone_online_months < m`` reads 在网月数 ＜ 6 月. Nobody has to name thresholds a
second time, so that those of a bank's own rules speak as well as those we wrote.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.features import DESCRIBED
from admission.judgement.wording import readable

RATIO = "ratio"
HOLE = "…"
"""Keeps the place of the threshold where it is not alone on its side."""
SIGNS: dict[type[ast.cmpop], str | Promise] = {
    ast.Gt: "＞",
    ast.GtE: "≥",
    ast.Lt: "＜",
    ast.LtE: "≤",
    ast.Eq: "＝",
    ast.NotEq: "≠",
    ast.In: gettext_lazy("is one of"),
    ast.NotIn: gettext_lazy("is none of"),
}
MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
}
BETWEEN: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "−",
    ast.Mult: "×",
    ast.Div: "÷",
}
CALLS: dict[str, str | Promise] = {
    "max": gettext_lazy("the greater of"),
    "min": gettext_lazy("the lesser of"),
    "abs": gettext_lazy("the size of"),
    "coalesce": gettext_lazy("the first known of"),
}


@dataclass(frozen=True)
class Threshold:
    """One threshold: its name in the formula, what it is held against, how much, in what unit.

    Where it is not alone on its side, the formula holds its value, and nothing stands apart.
    """

    name: str
    label: str
    value: str
    unit: str


def in_words(expression: str, params: Mapping[str, object]) -> list[Threshold]:
    """The thresholds of a rule; one whose use cannot be read keeps its name."""
    try:
        tree: ast.AST | None = ast.parse(" ".join(expression.split()), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = None
    return [_threshold(name, value, tree) for name, value in params.items()]


def _threshold(name: str, value: object, tree: ast.AST | None) -> Threshold:
    uses = list(_uses(tree, name)) if tree else []
    labels = list(dict.fromkeys(label for label, _unit in uses))
    unit = next((each for _label, each in uses if each), "")
    is_share = unit == RATIO and isinstance(value, int | float) and not isinstance(value, bool)
    is_part = isinstance(value, float) and 0 < value < 1 and any(map(_multiplies, labels))
    written = readable(value, None, ".1%" if is_share or is_part else "")
    if any(HOLE in label for label in labels):
        told = (_filled(label, written) for label in labels)
        return Threshold(name, "；".join(told), "", "")
    return Threshold(name, "；".join(labels) or name, written, "" if unit == RATIO else unit)


def _multiplies(label: str) -> bool:
    """Whether a threshold is so many times something."""
    times = BETWEEN[ast.Mult]
    return f"{HOLE} {times}" in label or f"{times} {HOLE}" in label


def _filled(label: str, written: str) -> str:
    """What is held against a threshold, with its value where it stands."""
    return label.replace(HOLE, written) if HOLE in label else f"{label} {written}"


def _uses(node: ast.AST, name: str) -> Iterator[tuple[str, str]]:
    """What is held against a threshold, in words, and its unit, wherever the rule names it."""
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        for left, sign, right in zip(sides, node.ops, sides[1:], strict=False):
            yield from _held_against(left, type(sign), right, name)
    elif isinstance(node, ast.IfExp) and _is(node.test, name):
        both = {"one": _said(node.body, name), "other": _said(node.orelse, name)}
        yield _("%(one)s counts, not %(other)s") % both, ""
    elif isinstance(node, ast.IfExp) and isinstance(node.test, ast.Name):
        case = _said(node.test, name)
        for label, unit in _uses(node.body, name):
            yield _("%(case)s: %(label)s") % {"case": case, "label": label}, unit
        for label, unit in _uses(node.orelse, name):
            yield _("not %(case)s: %(label)s") % {"case": case, "label": label}, unit
        return
    for each in ast.iter_child_nodes(node):
        yield from _uses(each, name)


def _held_against(
    left: ast.expr, sign: type[ast.cmpop], right: ast.expr, name: str
) -> Iterator[tuple[str, str]]:
    if _is(right, name):
        yield f"{_said(left, name)} {SIGNS.get(sign, '')}".strip(), _unit(left)
    elif _is(left, name):
        mirrored = MIRRORED.get(sign, sign)
        yield f"{_said(right, name)} {SIGNS.get(mirrored, '')}".strip(), _unit(right)
    elif inside := next((side for side in (left, right) if _counts_in(side, name)), None):
        words = f"{_said(left, name)} {SIGNS.get(sign, '')} {_said(right, name)}"
        yield words, _unit(inside)


def _counts_in(node: ast.AST, name: str) -> bool:
    """Whether a side is worked out with the threshold; one that chooses between two does not."""
    if isinstance(node, ast.IfExp):
        return _counts_in(node.body, name) or _counts_in(node.orelse, name)
    return _is(node, name) or any(_counts_in(each, name) for each in ast.iter_child_nodes(node))


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _said(node: ast.expr, hole: str) -> str:
    """One side of a comparison, with fields by their labels."""
    match node:
        case ast.Name(id=name):
            field = DESCRIBED.fields.get(name)
            return HOLE if name == hole else field.label if field else name
        case ast.Call(func=ast.Name(id=name), args=args):
            return f"{CALLS.get(name, name)}（{'、'.join(_said(each, hole) for each in args)}）"
        case ast.BinOp(left=left, op=op, right=right):
            return f"{_part(left, hole)} {BETWEEN.get(type(op), '?')} {_part(right, hole)}"
        case ast.IfExp(body=body, orelse=other):
            return _("%(one)s or %(other)s") % {
                "one": _said(body, hole),
                "other": _said(other, hole),
            }
        case _:
            return ast.unparse(node)


def _part(node: ast.expr, hole: str) -> str:
    said = _said(node, hole)
    return f"（{said}）" if isinstance(node, ast.BinOp) else said


def _unit(node: ast.expr) -> str:
    """What one side is counted in; empty where it is nothing that has a name."""
    match node:
        case ast.Name(id=name):
            field = DESCRIBED.fields.get(name)
            return field.unit if field else ""
        case ast.Call(args=args):
            return _common(args)
        case ast.IfExp(body=body, orelse=other):
            return _common([body, other])
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
            return _common([left, right])
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return RATIO if _unit(left) and _unit(left) == _unit(right) else ""
        case _:
            return ""


def _common(nodes: list[ast.expr]) -> str:
    units = {unit for each in nodes if (unit := _unit(each))}
    return units.pop() if len(units) == 1 else ""
