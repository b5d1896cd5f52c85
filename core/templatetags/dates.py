"""Days as people read them."""

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import ages
from core.templatetags.shell import icon

register = template.Library()


@register.filter
def age(moment: date | datetime | None) -> str:
    """How long ago something was, in words; nothing where no day is known."""
    return ages.in_words(ages.local_day(moment), as_of=timezone.localdate()) if moment else ""


@register.filter
def is_old(moment: date | datetime | None) -> bool:
    """Whether a figure of that day is too old to rely on."""
    return bool(moment) and ages.is_old(ages.local_day(moment), as_of=timezone.localdate())


@register.simple_tag
def said_by(source: str, day: date | datetime | None) -> SafeString | str:
    """Who says so, and of which day: stands beside a figure, or under a row that holds one. The day
    is its age in words. A file has a hundred of them, and a template for each would take longer
    than what it says."""
    if not source:
        return ""
    return format_html('<span class="figure-source">{}{}</span>', source, _told_on(day))


def _told_on(day: date | datetime | None) -> SafeString | str:
    if not day:
        return ""
    written = ages.local_day(day).isoformat()
    told = format_html(' · <time datetime="{}" title="{}">{}</time>', written, written, age(day))
    if not is_old(day):
        return told
    return format_html(
        '{} <span class="figure-old">{}{}</span>', told, icon("yellow"), _("more than a year old")
    )
