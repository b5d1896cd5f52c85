"""The bank's own calendar: which day was closed last, and on which one something is booked."""

from datetime import date, timedelta

from django.db.models import Max
from django.utils.translation import gettext as _

from credit.errors import TooFarAhead
from credit.models import BusinessDay

MOST_DAYS_AHEAD = 400


def last_closed() -> date | None:
    """The newest day that close of business has worked."""
    closed = BusinessDay.objects.filter(status=BusinessDay.Status.CLOSED)
    return closed.aggregate(newest=Max("day"))["newest"]


def being_worked(calendar: date) -> date:
    """The day being worked: the one after the day closed last, or ``calendar`` before any was.

    The books may stand in another month than the calendar; what is booked bears this day.
    """
    closed = last_closed()
    return calendar if closed is None else closed + timedelta(days=1)


def booking_day(day: date) -> date:
    """The day on which something of ``day`` is booked: itself, or the first day still open."""
    closed = last_closed()
    return day if closed is None or day > closed else closed + timedelta(days=1)


def refuse_far_ahead(day: date, *, worked: date | None) -> None:
    """A wrong year would charge interest for all the days between. Raises TooFarAhead.

    ``worked`` is the day up to which something stands; before anything stands, any day will do.
    """
    if worked is not None and day > worked + timedelta(days=MOST_DAYS_AHEAD):
        raise TooFarAhead(
            _("%(day)s lies more than %(days)d days after %(worked)s, the last day worked.")
            % {"day": day, "days": MOST_DAYS_AHEAD, "worked": worked}
        )
