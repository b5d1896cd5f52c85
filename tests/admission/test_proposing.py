"""Groups that models propose: readable, counted by their own condition, and never acting alone."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from django.urls import reverse
from django.utils import timezone

from admission.errors import NoTagsInForce, ProposalRefused
from admission.features import CATALOGUE
from admission.models import Exploration, Proposal, TagDefinition, TagSet
from admission.proposing import propose_by_risk, propose_clusters
from admission.proposing.conditions import Side, together
from admission.scorecard_words import NEVER_WORKED
from admission.scorecards import Unusable
from admission.services import proposing
from admission.tasks import fit_waiting_scorecards
from core.expressions import Kind
from core.models import PublishingState
from core.roles import Role
from tests import make

DAY = date(2026, 6, 30)


def county(rows=1200, seed=3):
    """Old people with land, people who went away, and a few with large deposits."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(3, rows, p=[0.5, 0.3, 0.2])
    frame = pl.DataFrame(
        {
            "age": np.where(kind == 0, rng.integers(50, 70, rows), rng.integers(25, 45, rows)),
            "dep_avg_12m": (np.where(kind == 2, 5e7, 5e5) * rng.lognormal(0, 0.5, rows)).astype(
                int
            ),
            "land_mu_declared": np.where(kind == 0, rng.uniform(5, 20, rows), 0.0),
            "ch_mobile_bank": np.where(kind == 0, rng.random(rows) < 0.1, rng.random(rows) < 0.9),
            "living_state": np.where(kind == 1, "外出", "常住"),
            "hv_hh_size": rng.integers(1, 7, rows),
            "sex": rng.choice(["男", "女"], rows),
        }
    )
    bad = (rng.random(rows) < np.where(kind == 1, 0.3, 0.02)).astype(int)
    return frame, pl.Series("bad", bad)


def named(frame, condition):
    column = CATALOGUE.parse(condition, want=Kind.BOOL).column()
    return frame.select(column.fill_null(value=False).alias("holds"))["holds"].sum()


@pytest.fixture(scope="module")
def clusters():
    return propose_clusters(county()[0])


def test_groups_that_are_there_are_found_and_said_in_the_rule_language(clusters):
    frame, _bad = county()

    assert clusters.figures["groups"] == 3
    assert len(clusters.proposals) == 3
    assert any("living_state == '外出'" in each.condition for each in clusters.proposals)
    for each in clusters.proposals:
        assert each.size == named(frame, each.condition)
        assert each.purity > 0.9


def test_a_group_is_told_by_the_features_in_which_it_differs(clusters):
    (away,) = [each for each in clusters.proposals if "外出" in each.condition]

    assert away.traits[0].feature == "living_state"
    assert abs(away.traits[0].group - away.traits[0].everybody) > 0.5


def test_a_question_whose_both_answers_are_meant_is_not_asked():
    old, rich, away = Side(0, 50, below=False), Side(1, 9e5, below=False), Side(2, 1, below=True)
    poor = Side(1, 9e5, below=True)

    assert together([(old, rich), (old, poor)]) == [(old,)]
    assert together([(old, rich), (away, poor)]) == [(old, rich), (away, poor)]
    assert together([(rich,), (poor,)]) == [(rich,), (poor,)]  # that would ask nothing at all


def test_the_same_people_give_the_same_groups(clusters):
    assert propose_clusters(county()[0]) == clusters


def test_a_persons_sex_is_never_asked(clusters):
    assert not any("sex" in each.condition for each in clusters.proposals)


def test_leaves_that_go_bad_often_or_hardly_are_proposed_and_no_others():
    frame, bad = county()

    found = propose_by_risk(frame, bad)

    overall = bad.mean()
    assert found.proposals[0].bad_rate > 1.5 * overall
    assert "外出" in found.proposals[0].condition
    for each in found.proposals:
        assert not 0.5 * overall < each.bad_rate < 1.5 * overall
        assert each.size == named(frame, each.condition)


def test_of_more_people_than_are_looked_at_the_newest_decisions_teach():
    days = [date(2026, 3, 1), date(2021, 5, 1), date(2026, 3, 1), date(2024, 1, 1)]
    people = pl.DataFrame({"decision": [7, 1, 5, 9], "as_of": days})

    assert proposing.newest(people, most=3)["decision"].to_list() == [9, 5, 7]
    assert proposing.newest(people).height == 4


@pytest.mark.parametrize("bads", [0, 69])
def test_too_few_bad_are_said_and_nothing_is_proposed(bads):
    frame, _bad = county()
    bad = pl.Series("bad", [1] * bads + [0] * (frame.height - bads))

    with pytest.raises(Unusable, match=str(bads)):
        propose_by_risk(frame, bad)


def test_a_handful_of_people_is_no_county():
    with pytest.raises(Unusable, match="12 people"):
        propose_clusters(county(12)[0])


@pytest.fixture
def officer(db):
    return make.staff(Role.RISK_OFFICER)


@pytest.fixture
def tags(tag_set):
    return tag_set


def proposal(officer, condition="age >= 50"):
    found = Exploration.objects.create(
        kind="clusters", as_of=DAY, asked_by=officer, asked_at=timezone.now(),
        done_at=timezone.now(), people=1200,
        figures={"columns": 6, "groups": 3, "silhouette": 0.4},
    )  # fmt: skip
    return Proposal.objects.create(
        exploration=found, place=1, condition=condition, size=600, share=0.5, purity=0.9,
        reach=0.8, traits=[{"feature": "age", "word": "", "group": 60.0, "everybody": 45.0}],
    )  # fmt: skip


def test_a_proposal_names_nobody_until_two_people_have_agreed(officer, tags):
    made = proposing.draft_tag(proposal(officer).pk, code="CP01", name="年长户", actor=officer)

    assert made.tag_set.status == PublishingState.DRAFT
    assert made.tag_set.author == officer
    in_force = TagSet.objects.get(status=PublishingState.PUBLISHED)
    assert not in_force.definitions.filter(code="CP01").exists()
    assert made.tag_set.faults() == []


def test_two_proposals_go_into_one_draft(officer, tags):
    first = proposing.draft_tag(proposal(officer).pk, code="CP01", name="甲", actor=officer)
    second = proposing.draft_tag(proposal(officer).pk, code="CP02", name="乙", actor=officer)

    assert first.tag_set_id == second.tag_set_id
    assert second.place == first.place + 1


@pytest.mark.parametrize(("code", "says"), [("CT03", "CT03"), ("1 2", "1 2")])
def test_a_code_that_is_taken_or_none_is_refused_and_the_proposal_stays_open(
    officer, tags, code, says
):
    open_one = proposal(officer)

    with pytest.raises(ProposalRefused, match=says):
        proposing.draft_tag(open_one.pk, code=code, name="甲", actor=officer)

    assert Proposal.objects.get().status == "open"
    assert TagDefinition.objects.filter(expression="age >= 50").count() == 0


def test_a_proposal_is_settled_once(officer, tags):
    one = proposal(officer)
    proposing.dismiss(one.pk, reason="已有类似标签", actor=officer)

    with pytest.raises(ProposalRefused):
        proposing.draft_tag(one.pk, code="CP01", name="甲", actor=officer)


def test_without_tags_in_force_there_is_nothing_to_add_to(officer):
    with pytest.raises(NoTagsInForce):
        proposing.draft_tag(proposal(officer).pk, code="CP01", name="甲", actor=officer)


@pytest.mark.parametrize("kind", ["clusters", "risk"])
def test_a_look_at_too_small_a_county_keeps_its_reason(officer, kind):
    asked = proposing.ask(kind, as_of=DAY, actor=officer)

    proposing.explore(asked.pk, at=timezone.now())
    proposing.explore(asked.pk, at=timezone.now())

    asked.refresh_from_db()
    assert asked.fault
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(("hours", "is_looked"), [(1, True), (50, False)])
def test_a_look_that_was_lost_is_taken_up_again_and_given_up_in_the_end(officer, hours, is_looked):
    asked = proposing.ask("clusters", as_of=DAY, actor=officer)
    Exploration.objects.update(asked_at=timezone.now() - timedelta(hours=hours))

    fit_waiting_scorecards()

    asked.refresh_from_db()
    assert asked.done_at
    assert (asked.fault["template"] != NEVER_WORKED) is is_looked


def test_the_pages_lead_from_a_look_to_a_draft(client, officer, tags):
    client.force_login(officer)
    one = proposal(officer)

    listed = client.get(reverse("admin:admission_exploration_changelist"))
    look = client.get(reverse("admin:admission_exploration_change", args=[one.exploration_id]))
    page = client.get(reverse("admin:admission_proposal_change", args=[one.pk]))
    draft = reverse("admin:admission_proposal_deed", args=[one.pk, "draft"])
    answer = client.post(draft, {"draft-code": "CP01", "draft-name": "年长户"})

    assert listed.status_code == look.status_code == page.status_code == 200
    assert "age &gt;= 50" in look.content.decode()
    made = TagDefinition.objects.get(code="CP01")
    assert answer.url == reverse("admin:admission_tagset_change", args=[made.tag_set_id])


def test_who_may_not_write_tags_looks_and_does_nothing(client, officer, tags):
    client.force_login(make.staff(Role.AUDITOR))
    one = proposal(officer)

    page = client.get(reverse("admin:admission_proposal_change", args=[one.pk]))

    assert page.status_code == 200
    assert page.context["deeds"] == []
    look = reverse("admin:admission_exploration_look")
    assert client.post(look, {"kind": "clusters"}).status_code == 403


def test_looking_is_handed_to_a_worker(client, officer):
    client.force_login(officer)

    client.post(reverse("admin:admission_exploration_look"), {"kind": "clusters"})

    asked = Exploration.objects.get()
    assert asked.asked_by == officer
    step = reverse("admin:admission_exploration_step", args=[asked.pk])
    page = client.get(reverse("admin:admission_exploration_change", args=[asked.pk]))
    assert f'<wait-for src="{step}"' in page.content.decode()
    assert client.get(step).json()["over"] is False
    proposing.explore(asked.pk, at=timezone.now())
    assert client.get(step).json()["over"] is True
