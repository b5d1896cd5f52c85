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
    """What is waited for: data true on ``awaited_on``, here by ``due_on`` at the latest."""

    standing: Standing
    awaited_on: date
    due_on: date

    def days_late(self, today: date) -> int:
        """Days since the data should have been here; 0 while they are not late."""
        return max((today - self.due_on).days, 0) if self.standing == Standing.LATE else 0


def due(
    every: str, grace_days: int, newest: date | None, today: date, *, since: date | None = None
) -> Due:
    """How a class stands whose newest data are of the day ``newest``.

    What is waited for is the end of the first period that those data do not cover; once it is
    over, its data may come during the grace days, and are late from then on. Where no data ever
    came, it is the period on whose day ``since`` the class was planned.
    """
    if newest is not None:
        awaited = period_end(every, newest + ONE_DAY)
    else:
        awaited = period_end(every, since) if since else last_end(every, today)
    deadline = awaited + timedelta(days=grace_days)
    is_over = today > deadline
    if newest is None:
        standing = Standing.LATE if since and is_over else Standing.NEVER
    elif awaited >= today:
        standing = Standing.FRESH
    else:
        standing = Standing.LATE if is_over else Standing.DUE
    return Due(standing, awaited, deadline)


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
