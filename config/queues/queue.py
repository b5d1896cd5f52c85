"""What a queue is: records that wait for somebody, and since when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet

from core.models import User


@dataclass(frozen=True)
class Queue:
    """Records that wait for somebody: ``rows`` picks them for one person on the bank's day, ``age``
    names the column since when, and ``address`` narrows the register to them.

    After ``slow`` days the oldest is yellow, after ``late`` days red.
    """

    title: str
    model: type[Model]
    rows: Callable[[User, date], QuerySet[Any]]
    age: str
    address: str
    roles: frozenset[str]
    slow: int = 1
    late: int = 3
