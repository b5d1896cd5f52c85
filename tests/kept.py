"""Rows that many tests begin with: made once by the services, and written again for each test."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

STANDING = {
    "auth_group", "auth_group_permissions", "auth_permission", "django_content_type",
    "django_migrations",
}  # fmt: skip
"""Tables that migrating fills and no test changes."""


def filled_tables() -> list[str]:
    """The tables that hold anything, but for those that migrating fills."""
    with connection.cursor() as cursor:
        cursor.execute(_is_filled())
        return [name for (name,) in cursor.fetchall()]


@cache
def _is_filled() -> str:
    tables = set(connection.introspection.django_table_names(only_existing=True)) - STANDING
    return " UNION ALL ".join(
        f"SELECT '{each}' WHERE EXISTS (SELECT FROM {each})"  # noqa: S608 - our own tables
        for each in sorted(tables)
    )


@dataclass(frozen=True)
class Kept:
    """What ``build`` returned and, of every table that it wrote to, the rows."""

    made: Any
    rows: dict[str, bytes]

    @classmethod
    def of(cls, build: Callable[[], Any]) -> "Kept":
        """Build in an empty database, look at what was written, and take it back.

        In the installation's language, whatever a test speaks. What is to happen once the rows are
        committed could not be kept.
        """
        with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
            already = filled_tables()
            assert not already, f"Rows were left in {', '.join(already)}; try --create-db."
            made = build()
            assert not connection.run_on_commit, "Something waits for these rows to be committed."
            rows = {table: _read(table) for table in filled_tables()}
            transaction.set_rollback(True)
        return cls(made, rows)

    def again(self) -> Any:
        """Write the rows for this test; what was made, as its own."""
        with transaction.atomic(), connection.cursor() as cursor:
            for table, rows in self.rows.items():
                with cursor.copy(f"COPY {table} FROM STDIN") as writing:
                    writing.write(rows)
        return copy.deepcopy(self.made)


def _read(table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT") as reading:
        return b"".join(bytes(each) for each in reading)
