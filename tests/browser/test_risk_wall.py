"""The risk wall before people: it moves by itself, leads on, and fits every screen."""

import os

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from admission import services
from admission.models import Decision, SourceRecord
from admission.services import risk_wall
from core import publishing
from core.roles import Role
from tests import make
from tests.browser.conftest import DESK, PHONE

WIDE = 1920
SHOTS = os.environ.get("QIANMO_SHOTS")
HITS = [
    {"code": "H05", "name": "失信被执行人", "level": "high"},
    {"code": "M03", "name": "近6月硬查询过多", "level": "medium"},
]


@pytest.fixture
def rules(db):
    cache.clear()
    author, publisher = make.staff(Role.RISK_OFFICER), make.staff(Role.RISK_OFFICER)
    made = publishing.submit(services.draft_rule_set(author), actor=author)
    return publishing.publish(made, actor=publisher)


def decide(rules, outcome, hits=()):
    """A decision of today, as a worker would take it, and the wall told of it."""
    Decision.objects.create(
        customer=make.customer(), purpose="granting", as_of=timezone.localdate(), rule_set=rules,
        rule_set_hash="x", outcome=outcome, inputs={}, hits=list(hits),
    )  # fmt: skip
    risk_wall.stir()


def filled(rules):
    for outcome, count in (("admit", 9), ("notice", 3), ("manual", 4), ("wait", 2), ("refuse", 3)):
        for at in range(count):
            decide(rules, outcome, HITS[at % 2 :] if outcome in ("manual", "refuse") else ())
    customer = make.customer()
    for source, status, took in (("courts", "answered", 140), ("pboc", "failed", 5_000)) * 6:
        SourceRecord.objects.create(
            customer=customer, source=source, as_of=timezone.localdate(), status=status,
            asked_at=timezone.now(), took_ms=took, error="" if status == "answered" else "timeout",
        )  # fmt: skip


def later(page):
    """Ten seconds later, by which the figures kept for a moment are counted anew."""
    cache.clear()
    page.clock.run_for(10_000)


def test_a_decision_raises_the_figure_without_a_reload(page_as, apart, rules):
    """Ten seconds later at most, since no socket leads to this server."""
    apart(filled, rules)
    page = page_as(Role.RISK_OFFICER, width=PHONE)
    page.clock.install()
    page.goto("/admin/admission/riskwall/")
    refused = page.locator(".wall-cards .is-red .wall-value")
    expect(refused).to_have_text("3")
    page.evaluate("() => { window.stays = true; }")

    apart(decide, rules, "refuse", HITS)
    later(page)

    expect(refused).to_have_text("4")
    assert page.evaluate("() => window.stays")


@pytest.mark.parametrize("width", [PHONE, DESK, WIDE])
def test_the_wall_fits_its_screen(page_as, apart, rules, width):
    apart(filled, rules)
    page = page_as(Role.RISK_OFFICER, width=width)
    page.goto("/admin/admission/riskwall/")

    expect(page.locator(".wall-canvas svg").first).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    if SHOTS:
        page.set_viewport_size({"width": width, "height": 1080 if width == WIDE else 844})
        page.screenshot(path=f"{SHOTS}/wall-{width}.png", full_page=width != WIDE)
        if width != PHONE:
            page.get_by_role("link", name="深色").click()
            expect(page.locator(".wall-canvas svg").first).to_be_visible()
            page.screenshot(path=f"{SHOTS}/wall-dark-{width}.png", full_page=width != WIDE)


def test_the_keyboard_stays_where_it_was_and_leads_to_the_decisions(page_as, apart, rules):
    apart(filled, rules)
    page = page_as(Role.RISK_OFFICER, width=DESK)
    page.clock.install()
    page.goto("/admin/admission/riskwall/")
    card = page.locator(".wall-cards .is-red a")
    card.focus()

    apart(decide, rules, "refuse", HITS)
    later(page)
    expect(card.locator(".wall-value")).to_have_text("4")

    expect(card).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#result_list tbody tr")).to_have_count(4)


def test_every_chart_is_a_table_too(page_as, apart, rules):
    apart(filled, rules)
    page = page_as(Role.RISK_OFFICER, width=DESK)
    page.goto("/admin/admission/riskwall/")
    page.set_default_timeout(6_000)
    part = page.locator("[data-part=rules]")
    expect(part.locator("svg").first).to_be_visible()

    part.get_by_role("button", name="表格").click()

    expect(part.get_by_role("link", name="M03 近6月硬查询过多")).to_be_visible()
    expect(part.locator(".wall-canvas")).to_be_hidden()
