"""A rule is changed, checked, simulated, submitted, published by another, and rolled back."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from admission import services
from admission.models import RuleSet
from admission.services import tag_sets
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


@pytest.fixture
def draft(in_force):
    return services.revise(in_force.pk, actor=in_force.author)


class TestPickingFields:
    """A name is written at the cursor of whichever expression was last worked on."""

    @pytest.fixture
    def writing(self, page_as, draft):
        page = page_as(Role.RISK_OFFICER, width=DESK)
        page.goto(version(draft))
        page.get_by_text("规则可用的字段").click()
        return page

    def pick(self, page, name):
        page.locator(f"button[data-field={name}]").click()

    def test_into_two_rules_one_after_the_other_and_into_a_treatment(self, writing):
        first, second = (
            writing.locator(f"#rules-{place} textarea[name$=expression]") for place in (0, 1)
        )
        for entry in (first, second):
            entry.fill("age > 1 and  > 2")
            for _ in range(4):
                entry.press("ArrowLeft")
            self.pick(writing, "re_cnt")
            expect(entry).to_have_value("age > 1 and re_cnt > 2")
            expect(entry).to_be_focused()
        treatment = writing.locator("#rules-0 textarea[name$=treatment]")
        treatment.fill("")
        self.pick(writing, "re_area")
        expect(treatment).to_have_value("re_area")
        expect(first).to_have_value("age > 1 and re_cnt > 2")

    def test_into_a_rule_that_was_just_added(self, writing):
        writing.locator("#rules-group .add-row a").click()
        added = writing.locator("#rules-38 textarea[name$=expression]")
        added.fill("> 18")
        added.press("Home")

        self.pick(writing, "age")

        expect(added).to_have_value("age> 18")

    def test_how_the_outcome_is_found_takes_counts_alone(self, writing):
        outcome = writing.locator("textarea[name=outcome]")
        outcome.fill("")

        expect(writing.locator("button[data-field=age]")).to_be_hidden()
        self.pick(writing, "high_hits")

        expect(outcome).to_have_value("high_hits")
        writing.locator("#rules-0 textarea[name$=expression]").focus()
        expect(writing.locator("button[data-field=high_hits]")).to_be_hidden()

    def test_with_the_keyboard_alone(self, writing):
        entry = writing.locator("#rules-0 textarea[name$=expression]")
        entry.fill(" > 2")
        entry.press("Home")
        search = writing.get_by_placeholder("按字段名")
        search.focus()

        search.type("re_cnt")
        search.press("Enter")
        expect(entry).to_have_value("re_cnt > 2")
        expect(entry).to_be_focused()

        search.focus()
        search.press("ArrowDown")
        expect(writing.locator("button[data-field=re_cnt]")).to_be_focused()
        writing.keyboard.press("ArrowDown")
        writing.keyboard.press("Enter")
        expect(entry).to_have_value("re_cntre_cnt_res > 2")
        search.focus()
        search.press("Escape")
        expect(entry).to_be_focused()


def test_a_tag_takes_fields_into_both_of_its_expressions(page_as, transactional_db):
    tags = tag_sets.draft_tag_set(make.staff(Role.RISK_OFFICER))
    figure = tags.definitions.get(code="net_contribution")
    page = page_as(Role.RISK_OFFICER, width=DESK)
    page.goto(reverse("admin:admission_tagdefinition_change", args=[figure.pk]))
    page.get_by_text("规则可用的字段").click()

    for name, field in (("expression", "dep_avg_12m"), ("among", "loan_bal")):
        entry = page.locator(f"textarea[name={name}]")
        entry.fill("")
        page.locator(f"button[data-field={field}]").click()
        expect(entry).to_have_value(field)


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
