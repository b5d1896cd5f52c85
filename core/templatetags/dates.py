"""Days as people read them."""

from datetime import date, datetime

from django import template
from django.utils import timezone

from core import ages

register = template.Library()


@register.filter
def age(moment: date | datetime | None) -> str:
    """How long ago something was, in words; nothing where no day is known."""
    return ages.in_words(ages.local_day(moment), as_of=timezone.localdate()) if moment else ""


@register.filter
def is_old(moment: date | datetime | None) -> bool:
    """Whether a figure of that day is too old to rely on."""
    return bool(moment) and ages.is_old(ages.local_day(moment), as_of=timezone.localdate())
