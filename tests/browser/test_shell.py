"""What every page has: a way in, a bell, keys, and a policy that nothing breaks."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from core import notices
from core.roles import Role
from tests import make
from tests.browser.conftest import DESK, PHONE

WIDTHS = pytest.mark.parametrize("width", [PHONE, DESK])


def _fits(page):
    return page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


@WIDTHS
def test_a_manager_signs_in_and_stands_before_the_own_tasks(open_page, width):
    user = make.staff(full_name="王建国")
    page = open_page(width=width)

    page.goto("/")
    page.get_by_label("用户名").fill(user.username)
    page.get_by_label("密码").fill("secret")
    page.get_by_role("button", name="登录").click()

    expect(page).to_have_url(re.compile(f"{reverse('visits:home')}$"))
    bar = page.get_by_role("navigation", name="栏目")
    expect(bar.get_by_role("link", name="任务")).to_have_attribute("aria-current", "page")
    assert _fits(page)


@WIDTHS
@pytest.mark.parametrize("address", ["/m/me/", "/live/notices/", "/admin/", "/admin/core/run/"])
def test_pages_fit_their_screen_and_break_no_policy(page_as, address, width):
    page = page_as(Role.RISK_OFFICER, width=width)

    answer = page.goto(address, wait_until="networkidle")

    assert answer.status == 200
    assert _fits(page)


def test_the_page_of_the_rest_door_works_under_the_strict_policy(open_page):
    page = open_page(width=DESK)

    page.goto("/api/docs/")

    expect(page.locator(".swagger-ui .info h1, .swagger-ui .info h2").first).to_contain_text("阡陌")


def test_the_bell_moves_nothing_until_the_person_asks_for_it(open_page, apart):
    user = make.staff(Role.AUDITOR)
    apart(notices.send, "第一条", user=user)
    page = open_page(user, width=DESK)
    page.goto("/live/notices/")
    bell = page.locator("live-bell")
    bell.get_by_role("button", name="通知").click()
    titles = bell.locator(".bell-panel .row-body")
    expect(titles).to_have_count(1)

    apart(notices.send, "第二条", user=user)
    bell.evaluate("bell => bell.refresh()")

    expect(bell.locator(".bell-count")).to_have_text("2")
    expect(titles).to_have_count(1)
    bell.get_by_role("button", name="有 2 条新通知").click()
    expect(titles).to_have_count(2)
    bell.get_by_role("button", name="全部标为已读").click()
    expect(bell.locator(".bell-count")).to_be_hidden()


def test_a_bell_that_is_opened_before_it_knows_anything_fills_once_it_does(open_page, apart):
    user = make.staff(Role.AUDITOR)
    apart(notices.send, "第一条", user=user)
    page, held = open_page(user, width=DESK), []
    page.route(lambda address: reverse("core:notices") in address, lambda asked: held.append(asked))
    page.goto(reverse("admin:index"))
    bell = page.locator("live-bell")

    bell.get_by_role("button", name="通知").click()
    expect(bell.locator(".bell-panel")).to_be_visible()
    for each in held:
        each.continue_()

    expect(bell.locator(".bell-panel .row-body")).to_have_count(1)


def test_j_and_enter_open_a_row_of_a_register(page_as):
    branch = make.branch(name="新集支行")
    page = page_as(Role.ADMINISTRATOR, width=DESK)
    page.goto(reverse("admin:core_branch_changelist"))

    page.keyboard.press("j")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(f"/branch/{branch.pk}/"))
