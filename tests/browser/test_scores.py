"""Scores before the eye: a decision, the policy, the county's history, proposed groups."""

import os
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from admission import services
from admission.models import Decision, Exploration, Proposal, TagDefinition
from admission.services import scorecards_training_runs as trainings
from admission.services import scoring
from admission.services.score_policies import draft_score_policy
from admission.services.stored_inputs import frame_of
from admission.services.tag_sets import draft_tag_set
from core import publishing
from core.models import Run
from core.roles import Role
from tests import make
from tests.admission.heard import heard
from tests.admission.test_services_scoring import card_in
from tests.browser.conftest import DESK, PHONE

PICTURES = os.environ.get("QIANMO_PICTURES", "")


def published(draft):
    publishing.submit(draft, actor=draft.author)
    return publishing.publish(draft, actor=make.staff(Role.RISK_OFFICER))


@pytest.fixture
def scored(transactional_db):
    """A decision about a farmer, scored by the card in force, and heard by one in shadow."""
    published(services.draft_rule_set(make.staff(Role.RISK_OFFICER)))
    policy = published(draft_score_policy(make.staff(Role.RISK_OFFICER)))
    card_in("champion")
    card_in("shadow")
    decision = heard(pb_q_hard_6m=5, dep_avg_12m=None, biz_role="无", biz_live=False)
    used = scoring.in_force()
    (said,) = scoring.score(used, frame_of([decision.inputs]))
    for name, value in said.items():
        setattr(decision, name, value)
    decision.save()
    scoring.keep_shadows([decision], scoring.hear_shadows(used, frame_of([decision.inputs])))
    return Decision.objects.get(pk=decision.pk), policy


def looked_at(page, name, width):
    """Nothing runs off the side; a picture is kept where somebody wants to look at it."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_decisions_page_shows_what_took_points_and_what_added_them(open_page, scored, width):
    decision, _policy = scored
    page = open_page(make.staff(Role.RISK_OFFICER), width=width)

    page.goto(reverse("admin:admission_decision_change", args=[decision.pk]))

    expect(page.get_by_text("扣分项", exact=True)).to_be_visible()
    expect(page.locator(".score")).to_have_text(str(decision.score))
    looked_at(page, "decision", width)
    page.goto(reverse("admin:admission_decision_replay", args=[decision.pk]))
    expect(page.get_by_text("结论一致")).to_be_visible()
    looked_at(page, "replay", width)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_policy_is_written_and_a_mistake_stands_under_its_part(open_page, apart, scored, width):
    _decision, policy = scored
    page = open_page(make.staff(Role.RISK_OFFICER), width=width)

    page.goto(reverse("admin:admission_scorepolicy_change", args=[policy.pk]))
    page.get_by_role("button", name="以此版本起草新版本", exact=True).click()
    page.locator("#id_bands_farmer").fill("640, 600, 610, 520")
    page.locator("input[name=_save]").click()

    expect(page.locator(".errorlist").last).to_contain_text("A 高于 B")
    looked_at(page, "policy", width)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_training_is_followed_and_says_what_is_missing(open_page, apart, scored, width):
    page = open_page(make.staff(Role.RISK_OFFICER), width=width)

    page.goto(reverse("admin:admission_scorecard_changelist"))
    page.get_by_role("link", name="用本县历史训练").click()
    page.locator("#id_segment").select_option("farmer")
    page.get_by_role("button", name="训练", exact=True).click()
    expect(page.locator("wait-for")).to_be_visible()
    apart(trainings.work, Run.objects.get(kind=trainings.KIND).pk)

    expect(page.locator(".errornote")).to_contain_text("样本太少")
    expect(page.locator(".facts")).to_contain_text("农户")
    looked_at(page, "training", width)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_proposed_group_becomes_a_draft_tag(open_page, apart, transactional_db, width):
    published(draft_tag_set(make.staff(Role.RISK_OFFICER)))
    officer, now = make.staff(Role.RISK_OFFICER), timezone.now()
    look = Exploration.objects.create(
        kind="clusters", as_of=now.date(), asked_by=officer, asked_at=now, done_at=now,
        people=2400, figures={"columns": 31, "groups": 4, "silhouette": 0.31},
    )  # fmt: skip
    traits = [
        {"feature": "dep_avg_12m", "word": "", "group": 812_345_00.0, "everybody": 9_100_00.0},
        {"feature": "living_state", "word": "外出", "group": 0.72, "everybody": 0.21},
        {"feature": "ch_mobile_bank", "word": "", "group": 0.93, "everybody": 0.41},
    ]
    Proposal.objects.create(
        exploration=look, place=1, size=412, share=0.17, purity=0.91, reach=0.84, traits=traits,
        condition="(dep_avg_12m >= 74000 and ch_mobile_bank) or (age < 45 and dep_avg_3m >= 9000)",
    )  # fmt: skip
    page = open_page(officer, width=width)

    page.goto(reverse("admin:admission_exploration_changelist"))
    looked_at(page, "looks", width)
    page.goto(reverse("admin:admission_exploration_change", args=[look.pk]))
    looked_at(page, "look", width)
    page.get_by_role("link", name="dep_avg_12m").click()
    looked_at(page, "proposal", width)
    page.locator("#id_draft-code").fill("CP01")
    page.locator("#id_draft-name").fill("年轻储户")
    page.get_by_role("button", name="生成标签草稿").click()

    expect(page.get_by_text("已生成标签草稿")).to_be_visible()
    assert apart(TagDefinition.objects.get, code="CP01").name == "年轻储户"
