"""Amounts in 元 and in 万元: what a file says of its unit is believed, and nothing else is."""

from datetime import date

import pytest

from core import documents
from tests import make
from tests.village.roster_files import village
from village.models import RosterImport
from village.roster import units
from village.services import roster_shapes, rosters

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
__all__ = ["village"]

DAY = date(2026, 6, 1)


@pytest.fixture
def home(village):
    return make.household(village, number="H1")


def means(headings, cells, above=""):
    return (above + ",".join(headings) + "\n" + ",".join(cells) + "\n").encode()


def bring(content, on=DAY):
    return rosters.import_content(content, name="means.csv", actor=None, as_of=on)


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("年收入", ""),
        ("年收入(元)", "元"),
        ("年收入（元/年）", "元"),
        ("年收入（万元）", "万元"),
        ("年收入(万)", "万元"),
        ("全年收入万元", "万元"),
        ("年收入（千元）", "千元"),
        ("贷款余额(百万元)", "百万元"),
        ("存款（亿）", "亿元"),
        ("年收入（美元）", "美元"),
        ("日均(近12月)", ""),
    ],
)
def test_a_heading_names_its_unit_or_none(heading, unit):
    assert units.named(heading) == unit


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("农户家庭经济情况表 单位：万元", "万元"),
        ("（单位: 元）", "元"),
        ("金额单位：人民币千元", "千元"),
        ("填报单位：云台村", ""),
        ("农户家庭经济情况表", ""),
    ],
)
def test_a_title_names_the_unit_of_all_amounts_or_none(title, unit):
    assert units.named_above(title) == unit


def test_the_unit_above_the_table_is_that_of_every_amount_that_names_none(home):
    content = means(
        ["户号", "年收入", "家庭负债（元）"], ["H1", "8.5", "3000"], "经济情况表,,单位：万元\n"
    )

    bring(content)

    home.refresh_from_db()
    assert (home.income_year, home.debt) == (8_500_000, 300_000)


def test_rows_to_correct_keep_the_unit_that_stood_above_them(home):
    brought = bring(means(["户号", "年收入", "负债"], ["H1", "八万", "2"], "单位：万元,,\n"))

    back = documents.content(brought.refusals).replace("八万".encode(), b"8.5")
    again = bring(back)

    home.refresh_from_db()
    assert (again.refused, home.income_year, home.debt) == (0, 8_500_000, 2_000_000)


def test_amounts_in_another_unit_are_left_out_and_named(home):
    brought = bring(means(["户号", "年收入（千元）", "负债", "承包地"], ["H1", "85", "0", "3"]))

    home.refresh_from_db()
    assert (home.income_year, home.debt) == (None, 0)
    assert brought.ignored == ["年收入（千元）"]


def test_files_of_one_explained_shape_come_each_in_its_own_unit(home):
    clerk = make.staff(role="administrator")
    content = means(["户的编号", "全年收入（万元）", "欠款"], ["H1", "8.5", "0"])
    made = rosters.receive(content, name="means.csv", actor=clerk, as_of=DAY)
    roster_shapes.explain(
        made.pk,
        headings=["户的编号", "全年收入（万元）", "欠款"],
        kind_name="households",
        chosen={0: "household_number", 1: "income_year", 2: "debt"},
        actor=clerk,
    )
    rosters.try_out(made.pk)
    rosters.order(made.pk, actor=clerk)
    rosters.bring_in(made.pk)
    home.refresh_from_db()
    assert home.income_year == 8_500_000

    bring(means(["户的编号", "全年收入（元）", "欠款"], ["H1", "90000", "0"]), date(2026, 7, 1))

    home.refresh_from_db()
    assert home.income_year == 9_000_000


def test_an_explained_amount_in_another_unit_is_left_out_and_named(home):
    clerk = make.staff(role="administrator")
    known = {"headings": ["户的编号", "全年收入", "欠款"], "kind_name": "households"}
    made = rosters.receive(
        means(known["headings"], ["H1", "1", "0"]), name="a.csv", actor=clerk, as_of=DAY
    )
    roster_shapes.explain(
        made.pk, **known, chosen={0: "household_number", 1: "income_year", 2: "debt"}, actor=clerk
    )

    brought = bring(means(["户的编号", "全年收入（千元）", "欠款"], ["H1", "85", "0"]))

    home.refresh_from_db()
    assert (home.income_year, brought.ignored) == (None, ["全年收入（千元）"])
    assert brought.status == RosterImport.Status.BROUGHT
