"""Filling figures into what a rule says, as people read them."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from string import Formatter

from core.expressions import Catalogue, Kind

UNKNOWN = "未知"
_YES_NO = {True: "是", False: "否"}


def placeholders(text: str) -> set[str]:
    """The names in braces. Raises ValueError for braces that are not a plain name."""
    found = set()
    for _, name, spec, conversion in Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or conversion or "{" in (spec or ""):
            raise ValueError(f"{{{name}}}")
        found.add(name)
    return found


def said(
    text: str, row: Mapping[str, object], params: Mapping[str, object], catalogue: Catalogue
) -> str:
    """``text`` with fields and thresholds filled in: money in yuan, a share as ``{x:.0%}``."""
    parts = []
    for literal, name, spec in _pieces(text):
        parts.append(literal)
        if name is not None:
            field = catalogue.fields.get(name)
            value = params[name] if field is None else row.get(name)
            parts.append(readable(value, field and field.kind, spec or ""))
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
