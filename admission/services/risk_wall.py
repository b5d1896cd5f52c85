"""The figures of the risk wall: counted once for everybody who looks, and told when they move."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from admission import selectors_wall
from admission.selectors_wall import Drift, Requests, RuleCount, SourceHealth
from admission.sources.lending import ProductCount, by_product
from core import notices

log = logging.getLogger("qianmo.admission")

SECONDS_BETWEEN = 2.0
"""No sooner are the figures of a day counted again, whoever asks."""
TIMES_AS_LONG = 10
"""And no sooner than so many times as long as counting took: a tenth of one core at most."""
KEPT = 120
"""Seconds for which figures are kept; older ones are not shown, not even while others count."""
COUNTING = 20
"""Seconds after which whoever was counting is taken to be dead."""
DAYS_SHOWN = 14
SOURCES_WITHIN = timedelta(hours=24)
OLD_DAYS_KEPT = 600
_STIRRED = "riskwall:stirred"


@dataclass(frozen=True)
class Wall:
    """The figures of one day of the bank. ``days`` are those before it; ``overridden`` are the
    overrides agreed to on this day, of whichever day the refusal was."""

    day: date
    counted_at: datetime
    requests: Sequence[Requests]
    rules: Sequence[RuleCount]
    products: Sequence[ProductCount]
    sources: Sequence[SourceHealth]
    drifts: Sequence[Drift]
    overrides_waiting: int
    overridden: int
    days: Sequence[tuple[date, str, int]]


@dataclass(frozen=True)
class _Kept:
    wall: Wall
    counted: float
    took: float

    @property
    def is_fresh(self) -> bool:
        return time.time() - self.counted < max(SECONDS_BETWEEN, TIMES_AS_LONG * self.took)


def figures(day: date, *, at: datetime) -> Wall:
    """The figures of a day, at most some seconds old.

    One viewer counts, all others take what was counted: also while it is being counted anew.
    """
    key = f"riskwall:{day}"
    kept: _Kept | None = cache.get(key)
    if kept is not None and (kept.is_fresh or not cache.add(f"{key}:counting", 1, COUNTING)):
        return kept.wall
    began = time.monotonic()
    wall = _counted(day, at)
    cache.set(key, _Kept(wall, time.time(), time.monotonic() - began), KEPT)
    cache.delete(f"{key}:counting")
    return wall


def last_busy_day(*, before: date) -> date | None:
    """The newest day before this one on which anything was decided."""
    return selectors_wall.last_day(before=before)


def _counted(day: date, at: datetime) -> Wall:
    return Wall(
        day=day,
        counted_at=at,
        requests=selectors_wall.requests(day, zone=settings.TIME_ZONE),
        rules=selectors_wall.rules(day),
        products=by_product(day),
        sources=selectors_wall.sources(at - SOURCES_WITHIN),
        drifts=selectors_wall.drifts(),
        overrides_waiting=selectors_wall.overrides_waiting(),
        overridden=selectors_wall.overrides_approved(day),
        days=_days_before(day),
    )


def _days_before(day: date) -> Sequence[tuple[date, str, int]]:
    """Days that are over hardly move; they are counted every ten minutes."""
    key = f"riskwall:before:{day}"
    kept = cache.get(key)
    if kept is None:
        kept = selectors_wall.days(day - timedelta(days=DAYS_SHOWN - 1), day - timedelta(days=1))
        cache.set(key, kept, OLD_DAYS_KEPT)
    return kept


def stir() -> None:
    """Tell open walls that something was decided; once for all that is decided within a moment,
    since each of them looks once more a little later."""
    try:
        if cache.add(_STIRRED, 1, SECONDS_BETWEEN):
            notices.nudge(notices.EVERYBODY, wall=1)
    except (RedisError, OSError):
        log.warning("The cache is away; walls look again by themselves.")
