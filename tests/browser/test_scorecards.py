"""A risk officer before a scorecard: charts, tables behind them, a step with its evidence."""

import pytest
from playwright.sync_api import expect

from admission.models import Scorecard
from core.roles import Role
from tests import make
from tests.admission.test_scorecards_services import at
from tests.browser.conftest import DESK, PHONE


@pytest.fixture
def tested(transactional_db):
    author, other = make.staff(Role.RISK_OFFICER), make.staff(Role.RISK_OFFICER)
    return at(Scorecard.Status.TESTED, author, other), other


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_card_is_read_and_approved_by_a_second_person(open_page, tested, width):
    card, other = tested
    page = open_page(other, width=width)

    page.goto(f"/admin/admission/scorecard/{card.pk}/change/")
    expect(page.get_by_text("AUC", exact=True)).to_be_visible()
    expect(page.locator(".chart-canvas svg")).to_have_count(4)
    table = page.locator("data-chart table").first
    expect(table).to_be_hidden()
    page.locator(".chart-toggle").first.click()
    expect(table).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")

    page.get_by_role("link", name="同意", exact=True).click()
    page.get_by_label("依据").fill("在 2025 年样本上复核")
    page.get_by_role("button", name="同意", exact=True).click()

    expect(page.get_by_text("在 2025 年样本上复核")).to_be_visible()
    card.refresh_from_db()
    assert (card.status, card.approver) == (Scorecard.Status.APPROVED, other)
