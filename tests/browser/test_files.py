"""A manager before a door: the household's file on the phone, from a photo to paper."""

import pytest
from playwright.sync_api import expect

from tests import make
from tests.browser.conftest import DESK, PHONE
from tests.village.test_services_photos import picture
from village.models import Relation


@pytest.fixture
def home():
    manager = make.staff()
    household = make.household(make.village(manager))
    one = make.customer(household, name="王守田")
    other = make.customer(make.household(household.village), name="李长河")
    Relation.objects.create(one=one, other=other, kind="guarantor")
    return household


def _fits(page):
    return page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_manager_follows_a_tie_photographs_the_head_and_comes_back(open_page, home, width):
    page = open_page(home.village.grid.manager, width=width)

    page.goto(f"/m/households/{home.pk}/")
    expect(page.get_by_role("img", name="与本户相关的农户")).to_be_visible()
    assert _fits(page)
    page.get_by_role("link", name="李长河户").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("李长河户")
    page.get_by_role("link", name="王守田户").first.click()
    page.get_by_role("link", name="王守田", exact=True).click()
    page.get_by_text("拍摄照片").click()
    page.get_by_label("照片").set_input_files(
        {"name": "head.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )
    page.get_by_role("button", name="保存照片").click()

    photo = page.get_by_role("img", name="王守田的照片")
    expect(photo).to_be_visible()
    expect(photo).to_have_js_property("naturalWidth", 640)
    assert _fits(page)
