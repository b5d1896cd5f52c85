"""How many records of a queue wait for somebody, and since when.

The first page asks some twenty queues. Putting one into SQL takes longer than its answer, and the
words depend on the reader and the day alone: they are found once and kept.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from config.queues.queue import Queue
from core.models import Branch, User

KEPT = 2_000
"""Questions kept in a process: some twenty of each of a hundred people at work."""


@dataclass(frozen=True)
class Reader:
    """What a queue may know of who asks: who it is, in what role, and where."""

    pk: int
    role: str
    is_superuser: bool
    branch_path: str

    @classmethod
    def of(cls, user: User) -> "Reader":
        """The reader that ``user`` is at the moment."""
        path = user.branch.path if user.branch_id and not user.sees_everything else ""
        return cls(user.pk, user.role, user.is_superuser, path)

    def as_user(self) -> User:
        """Somebody with these properties and no other: what else a queue asked of its reader would
        not be kept apart."""
        branch = Branch(pk=0, path=self.branch_path) if self.branch_path else None
        return User(pk=self.pk, role=self.role, is_superuser=self.is_superuser, branch=branch)


def waiting(queue: Queue, user: User, today: date) -> tuple[int, date | datetime | None]:
    """How many records of a queue wait for somebody, and since when the oldest does."""
    question = question_of(queue, Reader.of(user), today)
    if question is None:
        return 0, None
    with connection.cursor() as cursor:
        cursor.execute(*question)
        return cursor.fetchone()


@lru_cache(maxsize=KEPT)
def question_of(queue: Queue, reader: Reader, today: date) -> tuple[str, tuple[Any, ...]] | None:
    """A queue as SQL with its parameters; None where no record can ever match."""
    rows = queue.rows(reader.as_user(), today).order_by()
    columns = ["pk", queue.age] if queue.age else ["pk"]
    try:
        sql, params = rows.values_list(*columns).query.sql_with_params()
    except EmptyResultSet:
        return None
    # The inner text is Django's own; only its parameters come from outside.
    if not queue.age:
        return f"SELECT count(*), NULL FROM ({sql}) AS waiting(number)", params  # noqa: S608
    return f"SELECT count(*), min(since) FROM ({sql}) AS waiting(number, since)", params  # noqa: S608
