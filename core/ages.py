"""How old a figure is, in words."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

DAYS_A_MONTH, DAYS_A_YEAR = 30, 365
OLD_AFTER_DAYS = 365


def in_words(day: date, *, as_of: date) -> str:
    """How long before ``as_of`` a day was: today, days, months, years; rounded down."""
    days = (as_of - day).days
    if days < 0:
        return _("dated ahead")
    if days == 0:
        return _("today")
    if days < 2 * DAYS_A_MONTH:
        return ngettext("%(count)d day ago", "%(count)d days ago", days) % {"count": days}
    if days < 2 * DAYS_A_YEAR:
        months = days // DAYS_A_MONTH
        return ngettext("%(count)d month ago", "%(count)d months ago", months) % {"count": months}
    years = days // DAYS_A_YEAR
    return ngettext("%(count)d year ago", "%(count)d years ago", years) % {"count": years}


def is_old(day: date, *, as_of: date) -> bool:
    """Whether a figure is more than a year old: a file is renewed every twelve months."""
    return (as_of - day).days > OLD_AFTER_DAYS


def local_day(moment: date | datetime) -> date:
    """The bank's day on which something was."""
    if isinstance(moment, datetime):
        return timezone.localtime(moment).date() if timezone.is_aware(moment) else moment.date()
    return moment
