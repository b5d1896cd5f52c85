"""Where data come from, a credit report opened with a reason, and a source that was silent."""

import os

import pytest
from playwright.sync_api import expect

from admission import services
from core import publishing
from core.models import Reading
from core.roles import Role
from sandbox.server import pboc
from tests import make
from tests.admission.conftest import AS_OF
from tests.admission.heard import heard
from tests.admission.test_admin_sources import record
from tests.admission.test_sources_pboc import person
from tests.browser.conftest import DESK, PHONE

SHOTS = os.environ.get("QIANMO_SHOTS")


@pytest.fixture
def about():
    """Somebody of whom the bureau has a good deal to tell."""
    return person(
        name="测试甲", pb_loan_bal=46_000, pb_card_limit=20_000, pb_card_util_6m=0.5,
        pb_card_status="正常", pb_lender_open=3, pb_nonbank_open=1, pb_guar_bal=90_000,
        pb_od_max_24=2, pb_od_months_24=3, gov_suit_def_24m=1, pf_scope="city", pf_status="正常",
        pf_cont_months=30, pf_base=6_000, pf_rate=0.08, phone_online_months=60, village="云台",
        gov_marital="已婚", pb_q_hard_6m=4, pb_q_hard_3m=2,
    )  # fmt: skip


@pytest.fixture
def bureau(about):
    customer = make.customer(id_number=about["id_number"], name=about["name"])
    raw = pboc.report(about, about["id_number"], about["name"], "02", AS_OF, doubled=False)
    record(customer, "courts", "failed")
    return record(customer, raw=raw.decode())


def _fits(page, name):
    if SHOTS:
        width = page.viewport_size["width"]
        page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)
    return page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_an_officer_reads_the_register_and_opens_a_report(page_as, bureau, width):
    page = page_as(Role.RISK_OFFICER, width=width)

    page.goto("/admin/admission/sourcekind/")
    expect(page.get_by_role("heading", name="共 28 类数据")).to_be_visible()
    assert _fits(page, "sources")
    page.get_by_role("link", name="人行征信").click()
    expect(page.get_by_text("征信业管理条例第十八条")).to_be_visible()
    assert _fits(page, "source")

    page.goto(f"/admin/admission/sourcerecord/{bureau.pk}/change/")
    page.get_by_label("查看用途").fill("核对对外担保")
    assert _fits(page, "record")
    page.get_by_role("button", name="查看信用报告").click()

    expect(page.get_by_role("heading", name="借贷账户明细")).to_be_visible()
    expect(page.get_by_text("核对对外担保")).to_be_visible()
    assert _fits(page, "report")
    assert Reading.objects.get().reason == "核对对外担保"


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_decision_names_the_source_that_was_silent(page_as, width):
    author, publisher = make.staff(Role.RISK_OFFICER), make.staff(Role.RISK_OFFICER)
    made = publishing.submit(services.draft_rule_set(author), actor=author)
    publishing.publish(made, actor=publisher)
    customer = make.customer()
    silent = record(customer, "phone", "failed")
    decision = heard(customer, phone_name_match=None, phone_online_months=None, sources_silent=1)
    decision.records = [
        {"source": "phone", "record": silent.pk, "status": "failed", "as_of": "2026-06-30"}
    ]
    decision.save(update_fields=["records"])
    page = page_as(Role.RISK_OFFICER, width=width)

    page.goto(f"/admin/admission/decision/{decision.pk}/change/")

    assert decision.outcome == "manual"
    expect(page.get_by_text("未知：以下来源没有给出可用的回答")).to_be_visible()
    expect(page.get_by_text("无法判断的规则：L04")).to_be_visible()
    assert _fits(page, "silent")
