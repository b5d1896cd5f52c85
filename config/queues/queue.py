"""What a queue is: records that wait for somebody, and since when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet

from core.models import User


@dataclass(frozen=True, eq=False)
class Queue:
    """Records that wait for somebody: ``rows`` picks them for one person on the bank's day, ``age``
    names the column since when, and ``address`` narrows the register to them. Which rows are meant
    depends on the person's number, role and branch and on the day, on nothing else.

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
