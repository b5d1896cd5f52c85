"""What the lending room tells of requests, by registration: the bank's day, and products."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class ProductCount:
    """How many decisions of a day were asked for a product, by outcome."""

    product: int
    name: str
    outcome: str
    count: int


@dataclass(frozen=True)
class Lending:
    """``day`` is the bank's day on a calendar day; ``by_product`` counts the decisions of a day;
    ``of_product`` narrows decisions to those that were asked for a product."""

    day: Callable[[date], date]
    by_product: Callable[[date], Sequence[ProductCount]]
    of_product: Callable[[Any, int], Any]


_known: list[Lending] = []


def register_lending(lending: Lending) -> None:
    """Say who knows; the last one to say so is asked."""
    _known[:] = [lending]


def bank_day(calendar: date) -> date:
    """The day being worked at the bank; the calendar's where nobody keeps another."""
    return _known[0].day(calendar) if _known else calendar


def bank_moment(now: datetime) -> datetime:
    """A moment of the local clock, on the day being worked at the bank: with that day it counts."""
    day = bank_day(now.date())
    return now.replace(year=day.year, month=day.month, day=day.day)


def by_product(day: date) -> Sequence[ProductCount]:
    """The decisions of a day that were asked for a product."""
    return _known[0].by_product(day) if _known else ()


def of_product(decisions: Any, product: int) -> Any:
    """Decisions that were asked for a product; none where nobody knows products."""
    return _known[0].of_product(decisions, product) if _known else decisions.none()
