"""The bar of years, months and days over a register."""

from collections.abc import Iterator
from datetime import date

from django import template
from django.contrib.admin.templatetags import admin_list
from django.contrib.admin.views.main import ChangeList
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.paging import COUNT_UP_TO

register = template.Library()
Bar = dict[str, object]


@register.inclusion_tag("admin/date_hierarchy.html")
def days_of(cl: ChangeList) -> Bar:
    """Django's bar; over a list too long to be counted, all years or months from the first to the
    last. To find those without a row would be to pass a hundred thousand; there is hardly one."""
    name = cl.date_hierarchy
    if not cl.result_count:
        return {"show": False}
    if cl.result_count <= COUNT_UP_TO or f"{name}__month" in cl.params:
        return admin_list.date_hierarchy(cl)
    days = cl.queryset.exclude(**{name: None}).values_list(name, flat=True)
    first, last = (days.order_by(each).first() for each in (name, f"-{name}"))
    if first is None or (first.year, first.month) == (last.year, last.month):
        return admin_list.date_hierarchy(cl)
    if first.year == last.year:
        back = {"link": _link(cl), "title": _("All dates")}
        return {"show": True, "back": back, "choices": list(_months(cl, first, last))}
    return {"show": True, "back": None, "choices": list(_years(cl, first, last))}


def _months(cl: ChangeList, first: date, last: date) -> Iterator[dict[str, str]]:
    for month in range(first.month, last.month + 1):
        title = date_format(date(first.year, month, 1), "YEAR_MONTH_FORMAT")
        yield {"link": _link(cl, year=first.year, month=month), "title": title}


def _years(cl: ChangeList, first: date, last: date) -> Iterator[dict[str, str]]:
    for year in range(first.year, last.year + 1):
        yield {"link": _link(cl, year=year), "title": str(year)}


def _link(cl: ChangeList, **chosen: int) -> str:
    """The same list of a year or month; without one, of all days."""
    name = cl.date_hierarchy
    return cl.get_query_string(
        {f"{name}__{part}": value for part, value in chosen.items()}, [f"{name}__"]
    )
