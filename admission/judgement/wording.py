"""Filling figures into what a rule says, as people read them."""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from string import Formatter

from core.expressions import Catalogue, Kind

UNKNOWN = "未知"
_YES_NO = {True: "是", False: "否"}
_FORMAT = re.compile(r"(.?[<>=^])?\+?[0-9]{0,2},?(\.[0-9])?[dfs%]?")
"""How a figure may be written: aligned, with its sign, two digits of width, thousands, decimals."""

UNPAIRED = "The text cannot be filled in: a brace in it has no partner."
NO_NAME = "The text cannot be filled in: %(what)s."
NO_FORMAT = (
    "The text cannot be filled in: the format in %(what)s is none of figures, such as {x:,}, "
    "{x:.1f} or {x:.0%%}, or does not fit its value."
)


class Unsayable(ValueError):
    """A text that cannot be filled in: ``template`` says why, with ``what`` stands in braces."""

    def __init__(self, template: str, what: str = "") -> None:
        super().__init__(template % {"what": what})
        self.template, self.params = template, {"what": what}


def placeholders(text: str) -> set[str]:
    """The names in braces. Raises Unsayable for braces that are not a plain name, and for formats
    that are none of figures: of any width, a text might be of any length."""
    try:
        pieces = list(Formatter().parse(text))
    except ValueError as exc:
        raise Unsayable(UNPAIRED) from exc
    found = set()
    for _, name, spec, conversion in pieces:
        if name is None:
            continue
        if not name.isidentifier() or conversion or "{" in (spec or ""):
            raise Unsayable(NO_NAME, f"{{{name}}}")
        if not _FORMAT.fullmatch(spec or ""):
            raise Unsayable(NO_FORMAT, f"{{{name}:{spec}}}")
        found.add(name)
    return found


def said(
    text: str, row: Mapping[str, object], params: Mapping[str, object], catalogue: Catalogue
) -> str:
    """``text`` with fields and thresholds filled in: money in yuan, a share as ``{x:.0%}``.

    Raises Unsayable for a format that does not fit its value.
    """
    parts = []
    for literal, name, spec in _pieces(text):
        parts.append(literal)
        if name is not None:
            field = catalogue.fields.get(name)
            value = params[name] if field is None else row.get(name)
            try:
                parts.append(readable(value, field and field.kind, spec or ""))
            except ValueError as exc:
                raise Unsayable(NO_FORMAT, f"{{{name}:{spec}}}") from exc
    return "".join(parts)


@lru_cache(maxsize=4_096)
def _pieces(text: str) -> tuple[tuple[str, str | None, str | None], ...]:
    """A wording taken apart: what stands between the braces, and what is to be filled in."""
    return tuple((literal, name, spec) for literal, name, spec, _ in Formatter().parse(text))


def readable(value: object, kind: Kind | None, spec: str = "") -> str:
    """One value as people read it; ``kind`` is None for a threshold, which is written in yuan."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return _YES_NO[value]
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(str(each) for each in value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if kind is Kind.MONEY:
        return f"{Decimal(int(value)).scaleb(-2):,.2f}"
    if spec:
        return format(value, spec)
    return f"{value:,}" if isinstance(value, int) and kind is None else str(value)
