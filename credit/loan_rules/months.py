"""Calendar months as loans count them: a month from 31 January, and fixed repayment days."""

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum


class MonthEnd(StrEnum):
    """What a due day becomes in a month that is too short for it."""

    CLAMP = "clamp"  # 31 Jan + 1 month = 28 Feb
    ROLL = "roll"  # 31 Jan + 1 month = 1 Mar


def day_in_month(year: int, month: int, day: int, month_end: MonthEnd = MonthEnd.CLAMP) -> date:
    """The given day of a month, or what stands for it where the month is shorter."""
    last = monthrange(year, month)[1]
    if day <= last:
        return date(year, month, day)
    end = date(year, month, last)
    return end if month_end is MonthEnd.CLAMP else end + timedelta(days=1)


def add_months(
    start: date, months: int, *, day: int | None = None, month_end: MonthEnd = MonthEnd.CLAMP
) -> date:
    """``start`` moved by whole months, on ``day`` of the month or on its own day.

    Always count from the first day and not from the day before, or one February would move the
    31st to the 28th for good.
    """
    index = start.year * 12 + start.month - 1 + months
    return day_in_month(index // 12, index % 12 + 1, day or start.day, month_end)


def whole_months(start: date, end: date) -> int:
    """How many whole months fit between two days, month ends clamped."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1
