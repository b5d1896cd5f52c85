"""Pages of a long list without counting a million rows for the sake of a footer."""

import json
from functools import cached_property
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from core.models import User

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
        counted = self._counted()
        return counted if counted <= COUNT_UP_TO else max(counted, _planned(rows))

    def _counted(self) -> int:
        return self.object_list.order_by()[: COUNT_UP_TO + 1].count()


class GatheredPaginator(EstimatedPaginator):
    """Of the part of a table that somebody sees: gathered once, it is counted and leafed through.

    One branch's rows lie together. To count them and to look for one page in the order of the
    list would be to pass them twice.
    """

    @cached_property
    def _keys(self) -> list[int]:
        order = [without_index(each) for each in self.object_list.query.order_by]
        rows = self.object_list.order_by(*order).values_list("pk", flat=True)
        return _in_one_row(rows[: COUNT_UP_TO + 1])

    def _counted(self) -> int:
        return len(self._keys)

    def page(self, number: int | str) -> Page:
        """The rows of a page by their keys; far behind, where nobody leafs, as they are found."""
        number = self.validate_number(number)
        end = number * self.per_page
        if end > COUNT_UP_TO:
            return super().page(number)
        keys = self._keys[end - self.per_page : end]
        return self._get_page(self.object_list.filter(pk__in=keys), number, self)


def paginator_for(user: User, rows: QuerySet, per_page: int) -> EstimatedPaginator:
    """How somebody leafs through a list: a part of a table is gathered, all of it estimated."""
    sees_part = rows.query.where and not user.sees_everything
    gathers = sees_part and not orders_by_figure(rows)
    return (GatheredPaginator if gathers else EstimatedPaginator)(rows, per_page)


def orders_by_figure(rows: QuerySet) -> bool:
    """Whether a list stands in the order of something worked out for each row."""
    return any(_name(each) in rows.query.annotations for each in rows.query.order_by)


def without_index(ordering: Any) -> Any:
    """The same order in a form that no index answers, so that rows are sorted once gathered."""
    if not isinstance(ordering, str):
        return ordering
    field = F(_name(ordering))
    same = Coalesce(field, field)
    return same.desc() if ordering.startswith("-") else same.asc()


def _name(ordering: Any) -> str:
    return ordering.removeprefix("-") if isinstance(ordering, str) else ""


def _in_one_row(keys: QuerySet) -> list[int]:
    """Keys in their order, handed over together: ten thousand rows take longer than what is in
    them. None of a query that Django knows to find nothing."""
    try:
        statement, params = keys.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ARRAY({statement})", params)
        return cursor.fetchone()[0]


def _size(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table])
        return cursor.fetchone()[0]


def _planned(rows: QuerySet) -> int:
    """How many rows the planner expects."""
    return json.loads(rows.order_by().values("pk").explain(format="json"))[0]["Plan"]["Plan Rows"]
