"""Pages of a register without counting a million rows for the sake of a footer."""

import json
from functools import cached_property

from django.core.paginator import Paginator
from django.db import connection
from django.db.models import QuerySet

COUNT_UP_TO = 10_000


class EstimatedPaginator(Paginator):
    """Counts as far as anybody leafs; of what is longer it takes PostgreSQL's estimate.

    A whole table's estimate is kept by the database. For a filter or a search it is the planner's,
    asked only after counting has come to the end of what is counted.
    """

    @cached_property
    def count(self) -> int:
        """How many rows there are, or about how many."""
        rows = self.object_list
        if not rows.query.where:
            estimate = _size(rows.model._meta.db_table)
            if estimate > COUNT_UP_TO:
                return estimate
        counted = rows.order_by()[: COUNT_UP_TO + 1].count()
        return counted if counted <= COUNT_UP_TO else max(counted, _planned(rows))


def _size(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table])
        return cursor.fetchone()[0]


def _planned(rows: QuerySet) -> int:
    """How many rows the planner expects."""
    return json.loads(rows.order_by().values("pk").explain(format="json"))[0]["Plan"]["Plan Rows"]
