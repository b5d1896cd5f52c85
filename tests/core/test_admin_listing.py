"""Finding the rows of a register: the same rows, whichever way they are found."""

import pytest
from django.contrib import admin
from django.test import RequestFactory

from core.admin import listing, paging
from tests import make
from village.models import Customer

pytestmark = pytest.mark.django_db


def _shown(user, address="/"):
    request = RequestFactory().get(address)
    request.user = user
    return admin.site._registry[Customer].get_changelist_instance(request)


def test_a_manager_sees_their_page_in_the_order_of_the_register():
    manager = make.staff()
    village = make.village(manager)
    mine = [make.customer(make.household(village)) for _ in range(3)]
    make.customer()

    shown = _shown(manager, "/?o=-1")

    assert [each.pk for each in shown.result_list] == [
        each.pk for each in sorted(mine, key=lambda each: each.name, reverse=True)
    ]
    assert shown.result_count == 3


def test_pages_of_gathered_rows_follow_one_another(monkeypatch):
    manager = make.staff()
    village = make.village(manager)
    people = [make.customer(make.household(village)).pk for _ in range(5)]
    monkeypatch.setattr(admin.site._registry[Customer], "list_per_page", 2)

    pages = [_shown(manager, f"/?p={number}").result_list for number in (1, 2, 3)]

    assert [[each.pk for each in page] for page in pages] == [people[:2], people[2:4], people[4:]]


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
