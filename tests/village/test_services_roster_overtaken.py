"""Files that come late: what is older than what is registered does not put the past back."""

from datetime import date

import pytest

from core import crypto
from tests import make
from tests.village.roster_files import HEADINGS, faults, row, spouse, table, village
from village.contexts import means
from village.models import Customer, Household, RosterImport
from village.services import declaring, roster_undo, rosters

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
__all__ = ["village"]

NEW, OLD = date(2026, 6, 1), date(2024, 6, 1)
WITH_STATE = [*HEADINGS, "人员状态"]


def bring(content, on, **given):
    return rosters.import_content(content, name="f.csv", actor=None, as_of=on, **given)


def people(head, wife, state):
    rows = (head | {"人员状态": "在村"}, wife | {"人员状态": state})
    return table(*rows, headings=WITH_STATE)


def declared(income, debt="0"):
    said = {"户号": "H1", "年收入": income, "负债": debt}
    return table(said, headings=list(said))


@pytest.fixture
def home(village):
    found = make.household(village, number="H1")
    make.customer(found)
    return found


def test_an_older_roster_brings_nobody_back_to_life(village):
    head, wife = row(), spouse()
    bring(people(head, wife, "在村"), date(2026, 1, 1))
    bring(people(head, wife, "死亡"), NEW)

    tried = bring(people(head, wife, "在村"), OLD, dry_run=True)
    older = bring(people(head, wife, "在村"), OLD)

    assert Customer.objects.get(role="spouse").state == "died"
    assert (tried.changed, tried.refused) == (older.changed, older.refused) == (0, 2)
    lines = {each[0] for each in faults(older)}
    assert lines == {"2", "3"}
    assert all("2026-" in each[2] for each in faults(older))


def test_a_file_of_the_same_day_or_a_later_one_still_corrects(village):
    head, wife = row(), spouse()
    bring(people(head, wife, "死亡"), NEW)

    same = bring(people(head, wife, "在村"), NEW)
    later = bring(people(head | {"手机号码": "13812345678"}, wife, "在村"), date(2026, 6, 2))

    assert (same.changed, same.refused) == (1, 0)
    assert (later.changed, later.refused) == (1, 0)


def test_an_older_roster_takes_no_household_back_to_where_it_lived(village):
    there = make.village(code="320723100999")
    bring(table(row(), spouse()), date(2023, 1, 1))
    head = Customer.objects.get(role="head").id_number
    moved = row(证件号码=head, 村代码=there.code, 组号="")
    bring(table(moved), NEW)

    older = bring(table(moved | {"村代码": village.code}), OLD)

    assert Household.objects.get(number="H1").village == there
    assert older.refused == 1


def test_who_is_named_by_the_older_file_alone_still_comes_in(village):
    bring(table(row()), NEW)
    other = row(户号="H2", 姓名="李四", born=date(1975, 3, 3))

    older = bring(table(other), OLD)

    assert (older.new, older.refused) == (1, 0)


def test_a_newer_file_that_was_undone_overtakes_nothing(village):
    head, wife = row(), spouse()
    bring(people(head, wife, "在村"), date(2024, 1, 1))
    wrong = bring(people(head, wife, "死亡"), NEW)
    roster_undo.undo(wrong.pk, because="导错了", actor=make.staff("administrator"))

    older = bring(people(head | {"手机号码": "13812345678"}, wife, "在村"), OLD)

    assert (older.changed, older.refused) == (1, 0)
    assert RosterImport.objects.filter(status="undone").count() == 1


def test_an_older_declaration_does_not_put_the_old_income_back(home):
    bring(declared("100000", "50000"), NEW)

    older = bring(declared("30000"), OLD)

    home.refresh_from_db()
    assert (home.income_year, home.debt) == (10_000_000, 5_000_000)
    assert home.declared_on == NEW
    assert older.refused == 1
    assert "2026-06-01" in faults(older)[0][2]


def test_an_older_roster_takes_back_nothing_that_was_corrected_since_by_hand(village):
    head, wife = row(), spouse()
    bring(people(head, wife, "在村"), OLD)
    known = Customer.objects.get(role="head")
    known.mobile, known.mobile_index = "13812345678", crypto.blind_index("13812345678")
    known.corrected_on = NEW
    known.save()

    older = bring(people(head | {"姓名": "王君民"}, wife, "在村"), date(2026, 5, 31))
    later = bring(people(head | {"手机号码": ""}, wife | {"姓名": "杨小霞"}, "在村"), NEW)

    known.refresh_from_db()
    assert (known.name, known.mobile) == ("王军民", "13812345678")
    assert faults(older)[0][2] == "What is registered is true on 2026-06-01, later than this file"
    assert (older.changed, later.changed) == (0, 1)


def test_an_older_declaration_takes_back_nothing_that_was_corrected_since_by_hand(home):
    home.land_mu, home.corrected_on = 3, NEW
    home.save()

    older = bring(declared("80000"), OLD)

    home.refresh_from_db()
    assert (older.refused, home.income_year) == (1, None)


def test_a_figure_about_which_a_later_file_is_silent_stays_as_old_as_it_is(home):
    bring(declared("80000", "3000"), OLD)
    bring(declared("", "2000"), date(2025, 6, 1))
    later = bring(declared("", "1000"), NEW)

    home.refresh_from_db()
    shown = {each.label: each.day for each in means.declared(home)}
    assert (home.told_on("income_year"), home.told_on("debt")) == (OLD, NEW)
    assert (shown["income a year"], shown["debt"]) == (OLD, NEW)

    roster_undo.undo(later.pk, because="错用了旧名册", actor=make.staff("administrator"))
    home.refresh_from_db()
    assert (home.told_on("income_year"), home.told_on("debt")) == (OLD, date(2025, 6, 1))


def test_a_proven_house_makes_no_income_newer(home):
    bring(declared("80000", "3000"), OLD)

    declaring.declare_house(home.pk, fen=1_000_000_00, on=NEW, actor=None, proof="paper 1")

    home.refresh_from_db()
    assert (home.told_on("house_value"), home.told_on("income_year")) == (NEW, OLD)


def test_a_later_declaration_counts(home):
    bring(declared("100000"), OLD)

    later = bring(declared("30000"), NEW)

    home.refresh_from_db()
    assert (later.refused, home.income_year, home.declared_on) == (0, 3_000_000, NEW)
