"""What waits for whom: the queues of the back office."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.figures import Chart, Figure, charts_for, of_today
from config.queues import QUEUES
from config.queues.asking import waiting
from config.queues.queue import Queue
from core.models import User


@dataclass(frozen=True)
class Waiting:
    """One queue as its owner sees it."""

    title: str
    count: int
    oldest: str
    level: str
    url: str


@dataclass(frozen=True)
class MyWork:
    """The first page of the back office."""

    today: date
    queues: list[Waiting]
    quiet: list[Waiting]
    figures: list[Figure] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)

    @classmethod
    def build(
        cls,
        user: User,
        *,
        today: date,
        now: datetime,
        registers: Callable[[type[Model]], bool],
    ) -> "MyWork":
        """What waits for ``user`` on ``today``, the bank's day; ``now`` is the calendar's moment.

        ``registers`` says which models have a page to lead to.

        One query per queue, figure and chart of the role, however much waits.
        """
        mine = [
            _waiting(queue, user, today, now)
            for queue in QUEUES
            if (user.is_superuser or user.role in queue.roles) and registers(queue.model)
        ]
        sees_loans = user.has_perm("credit.view_loan")
        return cls(
            today=today,
            queues=[each for each in mine if each.count],
            quiet=[each for each in mine if not each.count],
            figures=of_today(user, today) if sees_loans else [],
            charts=charts_for(user, today) if sees_loans else [],
        )


def _waiting(queue: Queue, user: User, today: date, now: datetime) -> Waiting:
    count, since = waiting(queue, user, today)
    age = _age(since, today, now)
    options = queue.model._meta
    register = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    return Waiting(
        title=queue.title,
        count=count,
        oldest=in_words(age) if age is not None else "",
        level=_level(queue, age),
        url=f"{register}?{queue.address}",
    )


def _age(since: date | datetime | None, today: date, now: datetime) -> timedelta | None:
    """How long ago: a day is counted on the bank's calendar, a moment by the clock."""
    if since is None:
        return None
    age = now - since if isinstance(since, datetime) else today - since
    return max(age, timedelta(0))


def _level(queue: Queue, age: timedelta | None) -> str:
    """How the oldest item stands against what was promised: green, yellow, red."""
    if age is None:
        return "blue"
    if age > timedelta(days=queue.late):
        return "red"
    return "yellow" if age > timedelta(days=queue.slow) else "green"


def in_words(age: timedelta) -> str:
    """A duration as people say it: days, or hours within the first day."""
    if age.days:
        return ngettext("%(n)d day", "%(n)d days", age.days) % {"n": age.days}
    hours = age.seconds // 3600
    if hours:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return _("less than an hour")
