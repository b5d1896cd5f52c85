"""The bank's day at this door: that of its books, which may not be the calendar's."""

from datetime import date, datetime

from django.utils import timezone

from credit.services import business_days


def today() -> date:
    """The day being worked, which is the calendar's where no day was closed yet."""
    return business_days.being_worked(timezone.localdate())


def now_on(day: date) -> datetime:
    """This moment, on the bank's day."""
    now = timezone.localtime()
    return now if now.date() == day else now.replace(year=day.year, month=day.month, day=day.day)
