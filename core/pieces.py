"""Pieces of every page: an icon, a state as a badge, a list, a figure with who says so.

A file shows hundreds of them: each is put together here rather than by a template of its own,
which would take ten times as long as what it says.
"""

from datetime import date, datetime
from functools import lru_cache

from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core import ages, states

EMPTY = mark_safe("")  # noqa: S308 - nothing at all
LIST_MARKS = {"grey": ("grey-list", "yellow"), "black": ("black", "red")}
"""The lists that warn: their colour on the page, and the icon before the word."""


@lru_cache(maxsize=256)
def icon(name: str) -> SafeString:
    """One drawing of ``static/icons/sprite.svg``; the words beside it say what it means."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("icons/sprite.svg"),
        name,
    )


def badge(word: object, *, state: str = "", level: str = "") -> SafeString:
    """A word in the colour of a level (red orange yellow green blue grey), or of a state."""
    colour = level or states.level_of(state)
    return format_html('<span class="badge badge-{}">{}{}</span>', colour, icon(colour), word)


def list_badge(flag: str, word: object) -> SafeString:
    """Which list somebody is on (white grey black), in words with a mark; nothing for none."""
    if not flag:
        return EMPTY
    colour, mark = LIST_MARKS.get(flag, (flag, "green"))
    return format_html('<span class="badge badge-{}">{}{}</span>', colour, icon(mark), word)


def figure(
    label: object,
    value: object,
    *,
    unit: object = "",
    source: object = "",
    day: date | datetime | None = None,
) -> SafeString:
    """One figure, its value written out already; None is unknown and says so. Beside it who says
    so and how old it is."""
    unknown = value is None
    shown = _("unknown") if unknown else value
    counted = EMPTY
    if unit and not unknown:
        counted = format_html(' <span class="figure-unit">{}</span>', unit)
    return format_html(
        '<div class="figure{}"><span class="figure-label">{}</span> '
        '<span class="figure-value num">{}{}</span> {}</div>',
        " is-unknown" if unknown else "",
        label,
        shown,
        counted,
        said_by(source, day),
    )


def said_by(source: object, day: date | datetime | None) -> SafeString:
    """Who says so, and of which day: stands beside a figure, or under a row that holds one. The day
    is its age in words."""
    if not source:
        return EMPTY
    told = told_on(day) if day else EMPTY
    return format_html('<span class="figure-source">{}{}</span>', source, told)


def told_on(day: date | datetime) -> SafeString:
    """Of which day a figure is: its age in words, and a warning once it is more than a year."""
    local, today = ages.local_day(day), timezone.localdate()
    written = local.isoformat()
    told = format_html(
        ' · <time datetime="{}" title="{}">{}</time>',
        written,
        written,
        ages.in_words(local, as_of=today),
    )
    if not ages.is_old(local, as_of=today):
        return told
    return format_html(
        '{} <span class="figure-old">{}{}</span>', told, icon("yellow"), _("more than a year old")
    )
