"""Pages of a register without counting a million rows for the sake of a footer."""

from functools import cached_property

from django.core.paginator import Paginator
from django.db import connection

COUNT_UP_TO = 20_000


class EstimatedPaginator(Paginator):
    """Counts what was searched or filtered; of a whole large table takes PostgreSQL's estimate."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, or about how many."""
        if not self.object_list.query.where:
            estimate = _estimate(self.object_list.model._meta.db_table)
            if estimate > COUNT_UP_TO:
                return estimate
        return super().count


def _estimate(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table])
        return cursor.fetchone()[0]
