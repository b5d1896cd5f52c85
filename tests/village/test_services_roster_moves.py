"""People and households that move: what goes along with them, and what stays behind."""

from datetime import date

import polars as pl
import pytest

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
