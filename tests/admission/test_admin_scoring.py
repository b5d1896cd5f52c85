"""The back office's pages of the scoring policy, and of a decision's score."""

import pytest
from django.urls import reverse

from admission.models import ScorePolicy
from admission.services.score_policies import draft_score_policy
from core.models import PublishingState
from core.roles import Role
from tests import make
from tests.admission.conftest import decided, published
from tests.admission.test_services_scoring import card_in, farmer

pytestmark = pytest.mark.django_db

ADD = reverse("admin:admission_scorepolicy_add")
LIST = reverse("admin:admission_scorepolicy_changelist")


def page_of(policy):
    return reverse("admin:admission_scorepolicy_change", args=[policy.pk])


def deed_of(policy, name):
    return reverse("admin:admission_scorepolicy_deed", args=[policy.pk, name])


@pytest.fixture
def officer(client):
    user = make.staff(Role.RISK_OFFICER)
    client.force_login(user)
    return user


def written(policy, **changed):
    text = policy.text()
    sent = {"name": policy.name, "note": "", "kept": ", ".join(text.kept)}
    sent |= {f"conditions_{name}": each for name, each in text.conditions.items()}
    sent |= {f"bands_{name}": ", ".join(map(str, each)) for name, each in text.bands.items()}
    return sent | changed


def test_who_changed_anothers_policy_does_not_put_it_into_force(client, officer):
    policy = draft_score_policy(make.staff(Role.RISK_OFFICER))
    client.post(page_of(policy), written(policy, bands_farmer="700, 650, 600, 550"))
    client.post(deed_of(policy, "submit"))

    assert client.post(deed_of(policy, "publish")).status_code == 403
    client.force_login(make.staff(Role.RISK_OFFICER))
    client.post(deed_of(policy, "publish"))

    assert ScorePolicy.objects.get().status == PublishingState.PUBLISHED


def test_a_policy_is_drafted_changed_and_put_into_force_by_somebody_else(client, officer):
    client.post(ADD, {"note": "first"})
    policy = ScorePolicy.objects.get()
    assert policy.author == officer

    page = client.post(page_of(policy), written(policy, bands_farmer="700, 650, 600, 550"))
    assert page.status_code == 302, page.context["errors"]
    policy = ScorePolicy.objects.get()
    assert policy.settings["bands"]["farmer"] == [700, 650, 600, 550]

    client.post(deed_of(policy, "submit"))
    assert client.post(deed_of(policy, "publish")).status_code == 403
    client.force_login(make.staff(Role.RISK_OFFICER))
    client.post(deed_of(policy, "publish"))
    policy = ScorePolicy.objects.get()
    assert policy.status == PublishingState.PUBLISHED


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("bands_farmer", "640, 600, 560"),
        ("bands_farmer", "640, 600, 610, 520"),
        ("bands_farmer", "high, 600, 560, 520"),
        ("bands_resident", "99999, 600, 560, 520"),
        ("conditions_farmer", "no_such_field == 1"),
        ("conditions_business", "biz_role =="),
        ("conditions_business", "loan_bal / hv_net_asset > 2"),
        ("conditions_business", "sex == '女'"),
        ("kept", "age, no_such_feature"),
        ("kept", "sex"),
    ],
)
def test_what_is_wrong_is_said_under_the_part_and_nothing_is_stored(client, officer, part, text):
    policy = draft_score_policy(officer)

    page = client.post(page_of(policy), written(policy, **{part: text}))

    assert list(page.context["adminform"].form.errors) == [part]
    assert ScorePolicy.objects.get().settings == policy.settings


def test_a_version_in_force_is_read_and_not_written(client, officer):
    policy = published(draft_score_policy(officer))

    page = client.get(page_of(policy))

    assert page.status_code == 200
    assert "bands_farmer" not in page.context["adminform"].form.fields
    assert client.get(LIST).status_code == 200


def test_who_may_not_write_policies_sees_none(client):
    client.force_login(make.staff(Role.CUSTOMER_MANAGER))

    assert client.get(LIST).status_code == 403


def test_a_decisions_page_says_what_added_points_and_what_took_them(client, world, rules, officer):
    published(draft_score_policy(make.staff(Role.RISK_OFFICER)))
    card_in("champion")
    card_in("shadow")
    decision = decided(farmer(world))

    page = client.get(reverse("admin:admission_decision_change", args=[decision.pk]))

    text = page.content.decode()
    assert str(decision.score) in text
    for reason in decision.scored["reasons"]:
        assert reason["code"] in text
        assert f"{reason['points']:+d}" in text
    again = client.get(reverse("admin:admission_decision_replay", args=[decision.pk]))
    assert again.context["page"].replay.is_same


def test_a_decisions_page_says_why_there_is_no_score(client, world, rules, officer):
    without_policy = decided(farmer(world))
    published(draft_score_policy(make.staff(Role.RISK_OFFICER)))
    without_card = decided(farmer(world))

    for decision, why in (
        (without_policy, "没有生效的评分政策"),
        (without_card, "没有在用的评分卡"),
    ):
        page = client.get(reverse("admin:admission_decision_change", args=[decision.pk]))
        assert why in page.content.decode()
