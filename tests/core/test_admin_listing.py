"""Finding the rows of a register: the same rows, whichever way they are found."""

import html

import pytest
from django.contrib import admin
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import paging
from core.admin import listing
from core.roles import Role
from tests import make
from village.models import Customer
from visits.models import VisitTask

pytestmark = pytest.mark.django_db


def _shown(user, address="/", model=Customer):
    request = RequestFactory().get(address)
    request.user = user
    return admin.site._registry[model].get_changelist_instance(request)


def test_a_manager_sees_their_page_in_the_order_of_the_register():
    manager = make.staff()
    village = make.village(manager)
    mine = [make.customer(make.household(village), name=name) for name in ("甲1", "甲3", "甲2")]
    make.customer()

    by_name = _shown(manager).list_display.index("name")
    shown = _shown(manager, f"/?o=-{by_name}")

    assert [each.pk for each in shown.result_list] == [
        each.pk for each in sorted(mine, key=lambda each: each.name, reverse=True)
    ]
    assert shown.result_count == 3


def test_where_nothing_is_counted_nothing_is_read():
    make.customer()

    shown = _shown(make.staff())

    assert shown.result_count == 0
    assert shown.result_list.query.is_empty()


def test_pages_of_gathered_rows_follow_one_another(monkeypatch):
    manager = make.staff()
    village = make.village(manager)
    people = [make.customer(make.household(village)).pk for _ in range(5)]
    monkeypatch.setattr(admin.site._registry[Customer], "list_per_page", 2)

    pages = [_shown(manager, f"/?p={number}").result_list for number in (1, 2, 3)]

    assert [[each.pk for each in page] for page in pages] == [people[:2], people[2:4], people[4:]]


def test_pages_with_figures_beside_their_rows_follow_one_another(monkeypatch):
    manager = make.staff()
    village = make.village(manager)
    visits = [
        VisitTask.objects.create(
            household=make.household(village), manager=manager, due_on=make.DAY, status="assigned"
        ).pk
        for _ in range(5)
    ]
    monkeypatch.setattr(admin.site._registry[VisitTask], "list_per_page", 2)

    pages = [_shown(manager, f"/?p={number}", VisitTask).result_list for number in (1, 2, 3)]

    assert [len(page) for page in pages] == [2, 2, 1]
    assert sorted(each.pk for page in pages for each in page) == visits


def test_what_somebody_sees_of_a_table_is_gathered_in_one_query_and_read_in_another(monkeypatch):
    manager = make.staff()
    village = make.village(manager)
    people = [make.customer(make.household(village)).pk for _ in range(5)]
    monkeypatch.setattr(admin.site._registry[Customer], "list_per_page", 2)

    with CaptureQueriesContext(connection) as queries:
        shown = _shown(manager, "/?p=2")
        rows = [each.pk for each in shown.result_list]

    asked = [each["sql"] for each in queries.captured_queries]
    assert sum('FROM "village_customer"' in each for each in asked) == 2
    assert (rows, shown.result_count) == (people[2:4], 5)


def test_behind_what_is_gathered_one_leafs_on(monkeypatch):
    monkeypatch.setattr(paging, "COUNT_UP_TO", 3)
    monkeypatch.setattr(admin.site._registry[Customer], "list_per_page", 2)
    monkeypatch.setattr(paging, "_planned", lambda rows: 5)
    manager = make.staff()
    village = make.village(manager)
    people = [make.customer(make.household(village)).pk for _ in range(5)]

    pages = [_shown(manager, f"/?p={number}").result_list for number in (1, 2, 3)]

    assert [[each.pk for each in page] for page in pages] == [people[:2], people[2:4], people[4:]]


def test_from_a_record_one_comes_back_to_the_list_as_it_was_narrowed(client):
    client.force_login(make.staff(Role.AUDITOR))
    person = make.customer(name="张三")
    narrowed = f"{reverse('admin:village_customer_changelist')}?state__exact=living"

    page = client.get(narrowed)
    shown = page.context["cl"]
    address = shown.url_for_result(person)
    record = client.get(address)

    assert address in html.unescape(page.content.decode())
    assert record.context["preserved_filters"] == "_changelist_filters=state__exact%3Dliving"


def test_what_is_longer_than_anybody_leafs_is_estimated_and_never_fewer_than_was_counted(
    monkeypatch,
):
    monkeypatch.setattr(paging, "COUNT_UP_TO", 2)
    village = make.village(make.staff())
    for _ in range(4):
        make.customer(make.household(village))

    found = Customer.objects.filter(household__village=village)

    assert paging.EstimatedPaginator(found, 50).count >= 3
    assert paging.EstimatedPaginator(found.filter(name="nobody"), 50).count == 0


@pytest.mark.parametrize("most", [0, 1_000])
def test_a_search_behind_a_reference_finds_the_same_by_keys_and_by_joining(monkeypatch, most):
    monkeypatch.setattr(listing, "FOUND_AT_MOST", most)
    person = make.customer()
    make.customer()

    found = listing.found_by(
        Customer.objects.all(),
        ["household__number__exact", "name__exact"],
        person.household.number,
    )

    assert list(found) == [person]
