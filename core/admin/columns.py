"""Columns of registers: states as badges, money and counts as right-aligned figures.

Each function returns a callable for ``list_display`` or ``readonly_fields``:
``list_display = ["number", columns.yuan("amount", _("amount")), columns.state()]``. A field may be
a path (``"loan.principal_left"``).
"""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core import money
from core.pieces import badge

NOTHING = "—"
Column = Callable[[Model], SafeString | str]


def state(field: str = "status", title: str = _("status")) -> Column:
    """A state as a badge: its word, its colour, its mark."""

    def column(record: Model) -> SafeString | str:
        return _badge_of(type(record), field, getattr(record, field), get_language())

    return _named(column, f"{field}_badge", title, order=field)


SOON = 5
"""Days before its last day when something to be answered turns yellow."""


def days_left(due_on: date, *, today: date) -> SafeString:
    """How long something may still wait for its answer; red once it is late."""
    days = (due_on - today).days
    if days < 0:
        return badge(_("%(days)s days late") % {"days": -days}, level="red")
    return badge(
        _("%(days)s days left") % {"days": days}, level="yellow" if days <= SOON else "green"
    )


def yuan(field: str, title: str) -> Column:
    """An amount kept in fen, in yuan with two decimals."""
    return _figures(
        f"{field}_yuan",
        format_lazy("{} ({})", title, _("yuan")),
        field,
        lambda fen: f"{money.yuan(fen):,.2f}",
    )


def wan(field: str, title: str) -> Column:
    """A limit kept in fen, in 万元 with two decimals."""
    return _figures(
        f"{field}_wan",
        format_lazy("{} ({})", title, _("10,000 yuan")),
        field,
        lambda fen: f"{money.wan(fen):,.2f}",
    )


def percent(field: str, title: str) -> Column:
    """A yearly fraction as per cent with two decimals."""
    return _figures(
        f"{field}_percent", title, field, lambda fraction: f"{Decimal(fraction) * 100:.2f}%"
    )


def count(field: str, title: str) -> Column:
    """A whole number, thousands separated; of an annotation too."""
    return _figures(f"{field}_count", title, field, lambda number: f"{number:,}")


def readable(field: str, title: str) -> Column:
    """A JSON value set out line by line, for a record's page."""

    def column(record: Model) -> SafeString:
        text = json.dumps(getattr(record, field), ensure_ascii=False, indent=1, default=str)
        return format_html('<pre class="json">{}</pre>', text)

    return _named(column, f"{field}_readable", title, order=field)


@lru_cache(maxsize=2048)
def _badge_of(model: type[Model], field: str, value: str, language: str) -> SafeString | str:
    """The badge of a state in one language: looking its word up takes longer than drawing it."""
    word = dict(model._meta.get_field(field).flatchoices).get(value, value)
    return badge(word, state=value) if word else NOTHING


def _figures(name: str, title: str, field: str, written: Callable[[Any], str]) -> Column:
    value_of = attrgetter(field)

    def column(record: Model) -> SafeString:
        value = value_of(record)
        return format_html(
            '<span class="num">{}</span>', NOTHING if value is None else written(value)
        )

    return _named(column, name, title, order=field)


def _named(column: Column, name: str, title: str, *, order: str) -> Column:
    """Give a column the name, heading and order by which Django's admin knows it."""
    column.__name__ = name.replace(".", "_")
    column.short_description = title
    column.admin_order_field = order.replace(".", "__")
    return column
