"""The bar of years, months and days over a register: short lists by what is in them, long ones by
their first and last day."""

from datetime import date

import pytest
from django.contrib import admin
from django.test import RequestFactory

from core.roles import Role
from core.templatetags import registers
from tests import make
from visits.models import VisitTask

pytestmark = pytest.mark.django_db


@pytest.fixture
def long(monkeypatch):
    """Any list is too long to be counted."""
    monkeypatch.setattr(registers, "COUNT_UP_TO", 0)


def bar(*days, address="/"):
    manager = make.staff()
    for each in days:
        VisitTask.objects.create(
            household=make.household(), manager=manager, due_on=each, status="assigned"
        )
    request = RequestFactory().get(address)
    request.user = make.staff(Role.AUDITOR)
    return registers.days_of(admin.site._registry[VisitTask].get_changelist_instance(request))


def titles(shown):
    return [each["title"] for each in shown["choices"]]


MARCH, JUNE = date(2026, 3, 2), date(2026, 6, 30)


def test_of_a_short_list_only_months_with_a_row_are_named():
    assert titles(bar(MARCH, JUNE)) == ["2026-03", "2026-06"]


@pytest.mark.usefixtures("long")
class TestLong:
    def test_all_months_from_the_first_to_the_last_are_named(self):
        shown = bar(MARCH, JUNE)

        assert titles(shown) == ["2026-03", "2026-04", "2026-05", "2026-06"]
        assert shown["choices"][3]["link"] == "?due_on__month=6&due_on__year=2026"
        assert shown["back"]["link"] == "?"

    def test_over_several_years_the_years_are_named(self):
        shown = bar(date(2024, 12, 31), JUNE)

        assert titles(shown) == ["2024", "2025", "2026"]
        assert shown["choices"][0]["link"] == "?due_on__year=2024"

    def test_within_a_chosen_year_its_months_are(self):
        shown = bar(date(2025, 12, 31), MARCH, JUNE, address="/?due_on__year=2026")

        assert titles(shown)[0] == "2026-03"
        assert shown["back"]["link"] == "?"

    def test_within_a_month_its_days_with_a_row_are(self):
        shown = bar(MARCH, JUNE, address="/?due_on__year=2026&due_on__month=6")

        assert titles(shown) == ["6月30日"]

    def test_one_month_alone_shows_its_days(self):
        assert titles(bar(JUNE, date(2026, 6, 1))) == ["6月1日", "6月30日"]


def test_where_nothing_is_found_there_is_no_bar():
    assert not bar()["show"]
