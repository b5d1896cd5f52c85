"""The bank's day at this door: that of its books, which may not be the calendar's."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from credit.services import business_days


def today() -> date:
    """The day after the one closed last, or the calendar's where none was closed yet."""
    closed = business_days.last_closed()
    return timezone.localdate() if closed is None else closed + timedelta(days=1)


def now_on(day: date) -> datetime:
    """This moment, on the bank's day."""
    now = timezone.localtime()
    return now if now.date() == day else now.replace(year=day.year, month=day.month, day=day.day)
