"""Which share of a year lies between two days: the day counts of loan contracts."""

from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from credit.loan_rules.months import add_months, whole_months


class DayCount(StrEnum):
    """How days become a share of a year."""

    ACTUAL_360 = "actual/360"  # renminbi loans: day rate = annual / 360
    ACTUAL_365 = "actual/365"
    ACTUAL_ACTUAL = "actual/actual"  # days in leap years over 366, other days over 365
    THIRTY_360 = "30/360"
    MONTH_SHARE = "month share"  # whole months as 1/12, the rest as its share of that month


class Ends(StrEnum):
    """Which end of a stretch of days earns interest."""

    FIRST_IN = "first in, last out"  # 算头不算尾, the custom of renminbi loans
    LAST_IN = "first out, last in"  # 算尾不算头
    BOTH_IN = "both in"  # 头尾都算


def days_between(start: date, end: date, ends: Ends = Ends.FIRST_IN) -> int:
    """Interest days from ``start`` to ``end``."""
    first, last = _stretch(start, end, ends)
    return (last - first).days


def year_fraction(
    start: date,
    end: date,
    day_count: DayCount = DayCount.ACTUAL_360,
    ends: Ends = Ends.FIRST_IN,
) -> Fraction:
    """The share of a year, exact, for which money lent on ``start`` and back on ``end`` earns.

    ValueError when ``end`` lies before ``start``.
    """
    first, last = _stretch(start, end, ends)
    match day_count:
        case DayCount.ACTUAL_360:
            return Fraction((last - first).days, 360)
        case DayCount.ACTUAL_365:
            return Fraction((last - first).days, 365)
        case DayCount.ACTUAL_ACTUAL:
            return _years_apart(first, last)
        case DayCount.THIRTY_360:
            return Fraction(_thirty_day_months(first, last), 360)
        case DayCount.MONTH_SHARE:
            return _months_and_share(first, last)


def _stretch(start: date, end: date, ends: Ends) -> tuple[date, date]:
    """The same days as a stretch whose first day counts and whose last does not."""
    if end < start:
        raise ValueError(f"Interest cannot run backwards, from {start} to {end}.")
    one = timedelta(days=1)
    match ends:
        case Ends.FIRST_IN:
            return start, end
        case Ends.LAST_IN:
            return start + one, end + one
        case Ends.BOTH_IN:
            return start, end + one


def _years_apart(first: date, last: date) -> Fraction:
    share = Fraction(0)
    while first < last:
        new_year = date(first.year + 1, 1, 1)
        upto = min(last, new_year)
        share += Fraction((upto - first).days, (new_year - date(first.year, 1, 1)).days)
        first = upto
    return share


def _thirty_day_months(first: date, last: date) -> int:
    first_day = min(first.day, 30)
    last_day = 30 if last.day == 31 and first_day == 30 else last.day
    return (last.year - first.year) * 360 + (last.month - first.month) * 30 + last_day - first_day


def _months_and_share(first: date, last: date) -> Fraction:
    months = whole_months(first, last)
    reached, following = add_months(first, months), add_months(first, months + 1)
    return (months + Fraction((last - reached).days, (following - reached).days)) / 12
