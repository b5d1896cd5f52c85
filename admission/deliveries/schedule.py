"""When data of a class should be here 更新计划, and how a class stands against that."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

ONE_DAY = timedelta(days=1)


class Standing(StrEnum):
    """How a class stands on a day."""

    NEVER = "never"
    FRESH = "fresh"
    DUE = "due"
    LATE = "late"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Due:
    """What should be here: data true on ``expected_on`` or later, by ``due_on``.

    ``next_on`` is the end of the period that runs now: the next data that will be expected.
    """

    standing: Standing
    expected_on: date
    due_on: date
    next_on: date

    def days_late(self, today: date) -> int:
        """Days since the data should have been here; 0 while they are not late."""
        if self.standing not in {Standing.LATE, Standing.NEVER}:
            return 0
        return max((today - self.due_on).days, 0)


def due(every: str, grace_days: int, newest: date | None, today: date) -> Due:
    """How a class stands whose newest data are of the day ``newest``.

    A period's data may come during the grace days after its end; until they are over, data of the
    period before will do. A class that never delivered is due at once.
    """
    ended = last_end(every, today)
    expected, deadline = ended, ended + timedelta(days=grace_days)
    if newest is None:
        standing = Standing.NEVER
    elif newest >= expected:
        standing = Standing.FRESH
    elif today > deadline:
        standing = Standing.LATE
    elif newest >= last_end(every, ended):
        standing = Standing.DUE
    else:
        standing = Standing.LATE
        deadline = last_end(every, ended) + timedelta(days=grace_days)
    return Due(standing, expected, deadline, period_end(every, today))


def last_end(every: str, day: date) -> date:
    """The last day of the newest period that was over before ``day``."""
    begins = {
        "day": day,
        "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1),
        "quarter": day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
        "year": day.replace(month=1, day=1),
    }[every]
    return begins - ONE_DAY


def period_end(every: str, day: date) -> date:
    """The last day of the period that holds ``day``."""
    if every == "day":
        return day
    if every == "week":
        return day + timedelta(days=6 - day.weekday())
    month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 3, "year": 12}[every]
    return date(day.year, month, monthrange(day.year, month)[1])
