"""Which rows a register shows, found without walking past a million others."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, Q, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest

from core.paging import COUNT_UP_TO, orders_by_figure, without_index

FOUND_AT_MOST = 1_000


class Register(ChangeList):
    """A list that finds the keys of its page first and reads those rows alone.

    PostgreSQL takes matching rows to lie evenly. One branch's rows lie together, so walking the
    table in the order of the list until a page is full may pass all others first. Where somebody
    sees a part of the table, or few rows match, the keys are gathered and then sorted instead.
    Figures beside the rows are worked out for the page alone, not for the pages passed over.
    """

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        # Django would look the address of each row up again to see whether it may bear them.
        self._came_by, self.preserved_filters = self.preserved_filters, ""

    def url_for_result(self, result: Model) -> str:
        """Where a row leads; from there one comes back to the list as it was narrowed."""
        address = super().url_for_result(result)
        return f"{address}?{self._came_by}" if self._came_by else address

    def get_results(self, request: HttpRequest) -> None:
        """The rows of the page."""
        super().get_results(request)
        if not self.result_count:
            self.result_list = self.queryset.none()
            return
        page = self.result_list.query
        sees_part = not request.user.sees_everything
        gathers = page.where and (sees_part or self.result_count <= COUNT_UP_TO)
        is_cut = page.is_sliced and (gathers or page.annotations)
        is_whole = not self.multi_page and page.annotations
        if not (is_cut or is_whole) or orders_by_figure(self.queryset):
            return
        order = [without_index(each) if gathers else each for each in page.order_by]
        gathered = self.queryset.order_by(*order)
        keys = gathered.values_list("pk", flat=True)[page.low_mark : page.high_mark]
        self.result_list = self.queryset.filter(pk__in=list(keys))


def found_by(queryset: QuerySet[Model], lookups: Iterable[str], term: str) -> QuerySet[Model]:
    """Rows that a term finds by any of the lookups, such as ``customer__name__startswith``.

    What stands behind a reference is looked up first, by its own index; the rows then follow from a
    list of keys. Only where that list would be long is the reference joined.
    """
    condition = Q()
    for lookup in lookups:
        *references, field, how = lookup.split(LOOKUP_SEP)
        if references:
            condition |= _behind(queryset.model, references, f"{field}{LOOKUP_SEP}{how}", term)
        else:
            condition |= Q(**{lookup: term})
    return queryset.filter(condition)


def _behind(model: type[Model], references: list[str], lookup: str, term: str) -> Q:
    for each in references:
        model = model._meta.get_field(each).related_model
    found = model._base_manager.filter(**{lookup: term}).values_list("pk", flat=True)
    keys = list(found[: FOUND_AT_MOST + 1])
    path = LOOKUP_SEP.join(references)
    if len(keys) > FOUND_AT_MOST:
        return Q(**{f"{path}{LOOKUP_SEP}{lookup}": term})
    return Q(**{f"{path}{LOOKUP_SEP}in": keys})
