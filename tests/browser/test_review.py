"""A neighbour of fifty with a cheap phone: from the link on a card to the page that thanks."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.village import neighbourhood
from village.models import Sheet
from village.review_rules.form import STANDARD_FORM
from village.services import campaigns

SMALLEST_TARGET = 44


@pytest.fixture
def reviewer(transactional_db, apart):
    return apart(neighbourhood.opened, 10).reviewers.order_by("pk").first()


@pytest.fixture
def phone(reviewer, open_page, apart):
    """The reviewer's phone on the first page behind their link."""
    page = open_page(width=PHONE)
    token = apart(campaigns.issue_link, reviewer.pk, actor=None)
    page.goto(reverse("village:review", args=[token]))
    return page


def _fits(page):
    return page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def _too_small(page):
    """What a thumb would miss."""
    return page.evaluate(
        "least => [...document.querySelectorAll('a, button, label.choice')]"
        ".filter(each => each.offsetParent && !each.matches('.skip, .skip-link'))"
        ".filter(each => each.getBoundingClientRect().height < least)"
        ".map(each => each.outerHTML.slice(0, 120))",
        SMALLEST_TARGET,
    )


def test_a_reviewer_fills_in_a_sheet_one_question_at_a_time(phone):
    assert _fits(phone)
    phone.get_by_role("link", name="开始评议").click()
    phone.get_by_text("了解", exact=True).click()
    for item in STANDARD_FORM.items:
        phone.get_by_role("button", name="下一题").click()
        expect(phone.locator(".review-step:visible")).to_have_count(1)
        expect(phone.locator("legend:visible")).to_have_text(item.name)
        assert _fits(phone)
        assert _too_small(phone) == []
        phone.locator("label.choice:visible").last.click()
    phone.get_by_role("button", name="下一题").click()
    phone.get_by_role("button", name="下一题").click()
    phone.get_by_role("button", name="5", exact=True).click()
    phone.get_by_role("button", name="下一题").click()
    phone.get_by_role("button", name="核对答案").click()
    expect(phone.locator(".review-answers dt")).to_have_count(1 + len(STANDARD_FORM.items) + 3)
    assert _fits(phone)

    phone.get_by_role("button", name="提交").click()

    expect(phone.get_by_role("heading", name="谢谢，您的评议表已密封。")).to_be_visible()
    expect(phone.get_by_role("link", name="下一户")).to_be_visible()
    assert Sheet.objects.count() == 1
    phone.get_by_role("link", name="全部农户").click()
    expect(phone.locator("progress")).to_have_attribute("value", "1")


def test_nobody_goes_past_a_question_without_an_answer_and_who_does_not_know_is_done(phone):
    phone.get_by_role("link", name="开始评议").click()
    phone.get_by_role("button", name="下一题").click()
    expect(phone.get_by_role("alert")).to_have_text("请选择一项。")

    phone.get_by_text("不了解", exact=True).click()
    phone.get_by_role("button", name="核对答案").click()
    phone.get_by_role("button", name="提交").click()

    expect(phone.get_by_role("heading", name="谢谢，您的评议表已密封。")).to_be_visible()
    assert Sheet.objects.count() == 1
