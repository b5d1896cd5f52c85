"""Days as people read them."""

from datetime import date, datetime

from django import template
from django.utils import timezone

from core import ages, pieces

register = template.Library()
register.simple_tag(pieces.said_by)


@register.filter
def age(moment: date | datetime | None) -> str:
    """How long ago something was, in words; nothing where no day is known."""
    return ages.in_words(ages.local_day(moment), as_of=timezone.localdate()) if moment else ""


@register.filter
def is_old(moment: date | datetime | None) -> bool:
    """Whether a figure of that day is too old to rely on."""
    return bool(moment) and ages.is_old(ages.local_day(moment), as_of=timezone.localdate())


@register.filter
def iso(moment: date | datetime | None) -> str:
    """The bank's day as 2026-03-01; nothing where none is known. A file shows hundreds of days, and
    Django's own ``date`` takes its format apart for each."""
    return ages.local_day(moment).isoformat() if moment else ""
