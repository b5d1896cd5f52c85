"""A manager at the kitchen table writes what is said, and has the sheet filled in from it."""

import os

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.visits.test_services import _task

pytestmark = pytest.mark.django_db(transaction=True)
NOTES = (
    "年收入12万元，化肥种子投入3万元，日常开支2万元。房子值20万元。"
    "欠款1万元，每月还500元。想贷8万元，用一年。"
)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_notes_fill_the_sheet_beside_their_words(open_page, width):
    task = _task()
    page = open_page(task.manager, width=width)
    page.goto(f"/m/tasks/{task.pk}/")

    page.get_by_label("备注").fill(NOTES)
    page.get_by_role("button", name="从记录填表").click()

    expect(page.get_by_text("从记录中填入 8 项")).to_be_visible()
    expect(page.get_by_label("年收入")).to_have_value("120000.00")
    expect(page.get_by_text("识别自：“想贷8万元”")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    if pictures := os.environ.get("QIANMO_SCREENSHOTS"):
        page.screenshot(path=f"{pictures}/notes-{width}.png", full_page=True)
    assert task.surveys.count() == 0
