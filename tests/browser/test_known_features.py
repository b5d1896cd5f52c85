"""What the county's run knows of one customer, read at the desk and on a phone."""

import os
from datetime import date

import pytest
from playwright.sync_api import expect

from admission.models import Deposit
from admission.services import draft_rule_set, portfolio, tag_sets
from core import publishing, runs
from core.roles import Role
from tests import make
from tests.browser.conftest import DESK, PHONE

DAY = date(2026, 6, 30)
SHOTS = os.environ.get("QIANMO_SHOTS")


@pytest.fixture
def customer(apart):
    author, other = make.staff(Role.RISK_OFFICER), make.staff(Role.RISK_OFFICER)
    for drafted in (draft_rule_set(author), tag_sets.draft_tag_set(author)):
        publishing.publish(publishing.submit(drafted, actor=author), actor=other)
    home = make.household(make.village(make.staff()), land_mu=12, house_value=20_000_000)
    made = make.customer(home, name="王有余", marital="未婚", occupation="务农")
    Deposit.objects.create(
        customer=made, as_of=DAY, balance=800_000, average_1m=800_000, average_3m=790_000,
        average_3m_before=760_000, average_12m=750_000, paid_in_12m=3_000_000,
        payroll_months_12m=0, months_open=60, transactions_3m=30,
    )  # fmt: skip
    apart(_hear_the_county)
    return made


def _hear_the_county():
    opened = portfolio.open_portfolio(business_day=DAY, actor=None)
    for shard in runs.waiting(opened):
        portfolio.work_shard(shard)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_an_officer_reads_what_is_known_by_source_and_how_much_is_not(open_page, customer, width):
    page = open_page(make.staff(Role.RISK_OFFICER), width=width)

    page.goto(f"/admin/admission/standing/{customer.pk}/change/")

    known = page.locator("section", has=page.get_by_role("heading", name="已知特征"))
    expect(known.get_by_role("heading", name="存款")).to_be_visible()
    expect(known.get_by_text("行内名单")).to_be_visible()
    expect(known.get_by_text("项未知").first).to_be_visible()
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/known-{width}.png", full_page=True)
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
