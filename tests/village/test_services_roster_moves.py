"""People and households that move: what goes along with them, and what stays behind."""

from datetime import date

import polars as pl
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from tests import make
from tests.village.roster_files import DAY, bring, row, spouse, table, village
from village.models import Campaign, Customer, Household, Outcome
from village.services import roster_undo, rosters, watch_lists

pytestmark = pytest.mark.django_db
__all__ = ["village"]


@pytest.fixture
def clerk():
    return make.staff(role="administrator")


@pytest.fixture
def neighbour():
    return row(户号="H2", 姓名="李四", born=date(1975, 3, 3))


@pytest.fixture
def son(village, neighbour):
    """The grown son of a household beside another one."""
    one = row(与户主关系="子", 姓名="王小", born=date(2001, 1, 1))
    bring(table(row(), spouse(), one, neighbour))
    return one


def put_on_the_list(of):
    named = {"证件号码": of["证件号码"], "名单": "黑名单", "原因": "欠贷"}
    return rosters.import_content(
        table(named, headings=list(named)), name="lists.csv", actor=None, as_of=DAY
    )


def black():
    return set(Household.objects.filter(list_flag="black").values_list("number", flat=True))


def test_the_black_list_follows_somebody_into_another_household(son, neighbour):
    put_on_the_list(son)
    assert black() == {"H1"}
    at = Household.objects.get(number="H2")
    campaign = Campaign.objects.create(village=at.village, seed=1, business_day=DAY)
    Outcome.objects.create(
        campaign=campaign, household=at, sheets=5, valid_sheets=5, reviewed_limit=5_000_000
    )

    bring(table(neighbour, son | {"户号": "H2"}))

    assert black() == {"H2"}
    assert Outcome.objects.get().stage == "voided"


def test_who_is_on_others_lists_founds_a_black_household(son):
    person = Customer.objects.get(name="王小")
    watch_lists.take_over(pl.DataFrame({"customer_id": [person.pk], "flag": ["black"]}), actor=None)
    assert black() == {"H1"}

    bring(table(son | {"户号": "H9", "与户主关系": "户主"}))

    assert black() == {"H9"}


def test_a_move_that_is_undone_takes_the_black_list_back(son, neighbour, clerk):
    lists = put_on_the_list(son)
    elsewhere = neighbour | {"村代码": make.village(code="320723100999").code, "组号": ""}
    place = {each: elsewhere[each] for each in ("户号", "村代码", "组号")}
    moved = bring(table(elsewhere, son | place))
    assert black() == {"H2"}

    roster_undo.undo(moved.pk, because="导错了", actor=clerk)

    assert black() == {"H1"}
    roster_undo.undo(lists.pk, because="误列", actor=clerk)
    assert black() == set()


def test_somebody_listed_after_the_move_takes_the_list_back_with_them(son, neighbour, clerk):
    moved = bring(table(neighbour, son | {"户号": "H2"}))
    person = Customer.objects.get(name="王小")
    watch_lists.take_over(pl.DataFrame({"customer_id": [person.pk], "flag": ["black"]}), actor=None)
    assert black() == {"H2"}

    roster_undo.undo(moved.pk, because="导错了", actor=clerk)

    assert black() == {"H1"}


def test_who_moves_to_another_village_leaves_the_group_behind(son, neighbour):
    there = make.village(code="320723100999")

    bring(table(neighbour | {"村代码": there.code, "组号": ""}))

    home = Household.objects.get(number="H2")
    assert (home.village, home.group) == (there, None)


def test_who_stays_keeps_the_group_that_the_file_does_not_name(son, neighbour):
    bring(table(neighbour | {"组号": "", "姓名": "李四四"}))

    assert Household.objects.get(number="H2").group.name == "一组"


def test_nobody_puts_a_household_into_another_villages_group(client, village, clerk):
    home = make.household(village)
    make.customer(home)
    own, other = make.group(village, "二组"), make.group(make.village(), "外村组")
    client.force_login(make.staff("branch_president", branch=village.grid.branch))
    page = reverse("admin:village_household_change", args=[home.pk])
    said = dict.fromkeys(
        ["address", "land_mu", "rented_land_mu", "income_kind", "main_business"], ""
    ) | {"members-TOTAL_FORMS": 0, "members-INITIAL_FORMS": 0}

    refused = client.post(page, said | {"group": other.pk})
    home.refresh_from_db()
    before = home.group
    taken = client.post(page, said | {"group": own.pk})
    home.refresh_from_db()

    assert (refused.status_code, before) == (200, None)
    assert other.village.name in refused.content.decode()
    assert (taken.status_code, home.group) == (302, own)


def test_the_database_itself_keeps_households_in_groups_of_their_village(village):
    home = make.household(village, group=make.group(village, "二组"))

    with pytest.raises(IntegrityError, match="own village"), transaction.atomic():
        Household.objects.filter(pk=home.pk).update(village=make.village())
    Household.objects.filter(pk=home.pk).update(village=make.village(), group=None)

    home.refresh_from_db()
    assert home.group is None
