"""A rule is changed, checked, simulated, submitted, published by another, and rolled back."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from admission import services
from admission.models import RuleSet
from core import publishing
from core.roles import Role
from tests import make
from tests.admission.heard import heard
from tests.browser.conftest import DESK, PHONE


@pytest.fixture
def in_force(transactional_db):
    """The 38 rules in force, and two people decided about: one sound, one often asked about."""
    draft = services.draft_rule_set(make.staff(Role.RISK_OFFICER))
    publishing.submit(draft, actor=draft.author)
    rules = publishing.publish(draft, actor=make.staff(Role.RISK_OFFICER))
    today = timezone.localdate()
    heard(as_of=today)
    heard(as_of=today, pb_q_hard_6m=11)
    return rules


def version(rule_set, name="change"):
    return reverse(f"admin:admission_ruleset_{name}", args=[rule_set.pk])


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_a_rule_is_changed_simulated_published_by_another_and_rolled_back(
    open_page, apart, in_force
):
    author, second = make.staff(Role.RISK_OFFICER), make.staff(Role.RISK_OFFICER)
    writing, other = open_page(author, width=DESK), open_page(second, width=DESK)
    writing.goto(version(in_force))
    press(writing, "以此版本起草新版本")
    draft = apart(RuleSet.objects.get, version=2)
    expect(writing).to_have_url(f"{writing.url.split('/admin/')[0]}{version(draft)}")
    rules = writing.locator(f"#rules-{apart(_place, draft, 'M03')}")
    condition, level = (
        rules.locator("textarea[name$=expression]"),
        rules.locator("select[name$=level]"),
    )

    condition.fill("pb_q_hard_6mm >= n6")
    condition.blur()
    expect(rules.locator(".rule-said.is-wrong").first).to_contain_text("第 1 行")
    condition.fill(" >= n6 or pb_q_hard_3m >= n3")
    condition.press("Home")
    writing.get_by_text("规则可用的字段").click()
    writing.get_by_placeholder("按字段名").fill("近6月硬查询")
    writing.locator("button[data-field=pb_q_hard_6m]").click()
    condition.blur()
    expect(condition).to_have_value("pb_q_hard_6m >= n6 or pb_q_hard_3m >= n3")
    expect(rules.locator(".rule-said.is-sound")).to_contain_text("命中")
    level.select_option("high")
    writing.locator("input[name=_save]").first.click()
    expect(writing.locator(".messagelist .success")).to_be_visible()

    writing.goto(version(draft, "diff"))
    expect(writing.locator(".side-after").first).to_have_text("高")
    writing.goto(version(draft))
    press(writing, "提交复核")
    expect(writing.locator(".messagelist .success")).to_be_visible()
    other.goto(version(draft))
    press(other, "发布生效")
    expect(other.locator(".messagelist .error")).to_contain_text("测算")
    press(other, "测算")
    expect(other.locator(".said").first).to_contain_text("将多拒绝 1 位")
    other.goto(version(draft))
    press(other, "发布生效")
    expect(other.locator(".messagelist .success")).to_be_visible()
    assert apart(_in_force) == draft

    other.goto(version(in_force))
    other.locator("[name=roll_back-reason]").fill("拒得太多")
    press(other, "退回本版本")
    expect(other.locator(".messagelist .success")).to_be_visible()
    back = apart(RuleSet.objects.get, version=3)
    assert back.status == "in_review"
    writing.goto(version(back))
    press(writing, "发布生效")
    expect(writing.locator(".messagelist .success")).to_be_visible()
    assert apart(_in_force) == back
    assert back.fingerprint == in_force.fingerprint


def _place(draft, code):
    """Which of the page's rules it is, counted from 0."""
    return list(draft.rules.order_by("id").values_list("code", flat=True)).index(code)


def _in_force():
    return publishing.in_force(RuleSet, "admission")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_pages_of_the_workbench_fit_their_screen(page_as, in_force, width):
    draft = services.revise(in_force.pk, actor=in_force.author)
    page = page_as(Role.RISK_OFFICER, width=width)

    for address in (
        version(draft),
        version(draft, "diff"),
        version(draft, "try"),
        reverse("admin:admission_ruleset_shadow"),
        reverse("admin:admission_override_changelist"),
        reverse("admin:admission_appeal_changelist"),
    ):
        assert page.goto(address, wait_until="networkidle").status == 200
        assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"), (
            address
        )
