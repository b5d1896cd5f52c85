"""Whom to visit: customers chosen by tags, why they are called so, and the dictionary behind it."""

import os
from datetime import date

import pytest
from playwright.sync_api import expect

from admission.models import Deposit
from admission.services import measuring, tag_sets, tagging
from core import publishing, runs
from core.roles import Role
from tests import make
from tests.browser.conftest import DESK, PHONE

DAY = date(2026, 6, 30)
SHOTS = os.environ.get("QIANMO_SHOTS")


@pytest.fixture
def manager(apart):
    author, publisher = make.staff(Role.RISK_OFFICER), make.staff(Role.RISK_OFFICER)
    made = publishing.submit(tag_sets.draft_tag_set(author), actor=author)
    publishing.publish(made, actor=publisher)
    manager = make.staff()
    village = make.village(manager)
    for name, average in (("王有余", 30_000_000), ("李平常", 500_000), ("赵小本", 90_000)):
        one = make.customer(make.household(village, land_mu=12, house_value=20_000_000), name=name)
        Deposit.objects.create(
            customer=one, as_of=DAY, balance=average, average_1m=average, average_3m=average,
            average_3m_before=average, average_12m=average, paid_in_12m=0, payroll_months_12m=0,
            months_open=60, transactions_3m=30,
        )  # fmt: skip
    apart(_tag_and_measure)
    return manager


def _tag_and_measure():
    for opened, work in (
        (tagging.open_tagging(business_day=DAY, actor=None), tagging.work_shard),
        (measuring.open_measuring(business_day=DAY, actor=None), measuring.work_shard),
    ):
        for shard in runs.waiting(opened):
            work(shard)


def _fits(page, name):
    if SHOTS:
        width = page.viewport_size["width"]
        page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)
    return page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_manager_chooses_customers_keeps_the_list_and_reads_why(open_page, manager, width):
    page = open_page(manager, width=width)

    page.goto("/admin/admission/segment/add/")
    assert _fits(page, "pick")
    page.get_by_text("客户标签", exact=True).first.click()
    page.get_by_role("group", name="高净值储户").get_by_role("checkbox").check()
    page.get_by_role("button", name="查询客户").click()
    expect(page.get_by_role("heading", name="1 人")).to_be_visible()
    assert _fits(page, "picked")
    page.get_by_role("link", name="再加一组").click()
    page.get_by_label("具备其中任意一个").check()
    for each in page.locator(".tag-pick details").first.get_by_role("checkbox").all():
        each.check()
    page.get_by_role("button", name="查询客户").click()
    expect(page.get_by_text("高净值储户，且（")).to_be_visible()
    assert _fits(page, "picked-two")
    page.get_by_label("客群名称").fill("大额储户")
    page.get_by_role("button", name="存为客群").click()
    expect(page.get_by_role("link", name="王有余")).to_be_visible()
    assert _fits(page, "segment")
    with page.expect_download() as download:
        page.get_by_label("用途（留痕）").fill("春节前上门走访")
        page.get_by_role("button", name="导出").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    page.get_by_role("link", name="王有余").click()

    expect(page.get_by_text("高净值储户：是")).to_be_visible()
    assert _fits(page, "why")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_household_file_names_portrait_and_tags(open_page, manager, width):
    page = open_page(manager, width=width)
    household = manager.grids.first().villages.first().households.first()

    page.goto(f"/m/households/{household.pk}/")

    expect(page.get_by_role("heading", name="标签与画像")).to_be_visible()
    assert _fits(page, "file")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_dictionary_and_the_set_are_read_on_any_screen(open_page, manager, width):
    page = open_page(make.staff(Role.RISK_OFFICER), width=width)

    page.goto("/admin/admission/featurefigures/?source=deposits")
    expect(page.get_by_text("dep_avg_12m")).to_be_visible()
    assert _fits(page, "dictionary")
    page.goto("/admin/admission/featurefigures/feature/dep_avg_12m/")
    assert _fits(page, "feature")
    page.goto("/admin/admission/tagset/")
    page.get_by_role("link", name="标签与画像").last.click()
    expect(page.get_by_text("contribution_p95").first).to_be_visible()
    assert _fits(page, "tag-set")
