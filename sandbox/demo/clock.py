"""The simulated county's time: what takes months there takes a minute here."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from unittest import mock

from django.utils import timezone


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    @classmethod
    def on_the_morning_of(cls, day: date) -> "Clock":
        """Nine o'clock on ``day``."""
        return cls(_morning(day))

    @property
    def at(self) -> datetime:
        """The simulated instant."""
        return self._at

    @property
    def today(self) -> date:
        """The simulated day in the county."""
        return timezone.localdate(self._at)

    def go_on(self, **by: int) -> datetime:
        """Let time pass: ``seconds=``, ``minutes=``, ``days=`` …"""
        self._at += timedelta(**by)
        return self._at

    def next_day(self) -> date:
        """Nine o'clock the next morning."""
        self._at = _morning(self.today + timedelta(days=1))
        return self.today

    @contextmanager
    def ticking(self) -> Iterator["Clock"]:
        """Let the whole system believe this clock."""
        with mock.patch.object(timezone, "now", new=lambda: self._at):  # noqa: PT008 - it moves
            yield self


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(9)))
