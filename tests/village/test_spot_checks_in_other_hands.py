"""Spot checks of somebody who left go to somebody who may make them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import notices
from core.errors import MoveNotAllowed
from core.models import AuditEntry
from tests import make
from tests.village import neighbourhood
from tests.village.test_services_spot_checks import draw, finish
from village.errors import CheckRefused
from village.models import SpotCheck
from village.services import spot_checks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
REGISTER = "admin:village_spotcheck_changelist"


@pytest.fixture
def manager():
    return make.staff()


@pytest.fixture
def campaign(manager):
    return neighbourhood.concluded(village=neighbourhood.settled(15, manager=manager))


@pytest.fixture
def leaver(manager):
    return make.staff(branch=manager.branch)


@pytest.fixture
def checks(campaign, leaver):
    return list(draw(campaign).checks.order_by("pk"))


@pytest.fixture
def colleague(manager, checks):
    return make.staff(branch=manager.branch)


@pytest.fixture
def president(manager):
    return make.staff("branch_president", branch=manager.branch)


def hand_over(checks, to, actor, because="客户经理离职"):
    ids = [each.pk for each in checks]
    return spot_checks.hand_over(ids, to=to, because=because, actor=actor)


def holders():
    return list(SpotCheck.objects.order_by("pk").values_list("assigned_to", flat=True))


def test_open_checks_go_to_a_colleague_who_is_told_once_and_makes_them(
    checks, leaver, colleague, president
):
    assert hand_over(checks, colleague, president) == 3

    assert holders() == [colleague.pk] * 3
    assert len(notices.unread(colleague)) == 1
    deeds = AuditEntry.objects.filter(action="village.check.handed_over")
    said = {"before": leaver.pk, "to": colleague.pk, "because": "客户经理离职"}
    assert [(each.actor, each.detail) for each in deeds] == [(president, said)] * 3
    one = SpotCheck.objects.get(pk=checks[0].pk)
    with pytest.raises(CheckRefused):
        finish(one, actor=leaver)
    assert finish(one, actor=colleague).status == "done"


def test_a_check_that_was_made_stays_with_who_made_it(checks, leaver, colleague, president):
    finish(checks[0])

    assert hand_over(checks, colleague, president) == 2

    assert holders() == [leaver.pk, colleague.pk, colleague.pk]


def test_nobody_gets_a_check_who_would_not_have_been_drawn_for_it(
    checks, manager, leaver, president
):
    gone = make.staff(branch=manager.branch, is_active=False)

    for nobody in (manager, president, make.staff(), gone):
        with pytest.raises(CheckRefused) as caught:
            hand_over(checks, nobody, president)
        assert caught.value.code == "may_not_check"
    assert holders() == [leaver.pk] * 3


def test_the_villages_own_manager_gets_it_once_the_branch_has_no_other(
    checks, manager, leaver, president
):
    leaver.is_active = False
    leaver.save(update_fields=["is_active"])

    assert hand_over(checks, manager, president) == 3


def test_handing_over_wants_a_reason(checks, colleague, president):
    with pytest.raises(CheckRefused):
        hand_over(checks, colleague, president, because=" ")


def test_more_checks_are_given_with_no_more_queries(checks, colleague, president):
    counts = []
    for some in (checks[:1], checks[1:]):
        with CaptureQueriesContext(connection) as captured:
            hand_over(some, colleague, president)
        counts.append(len(captured))

    assert counts[0] == counts[1]


def act(client, checks, **given):
    said = {"action": "hand_over", "_selected_action": [each.pk for each in checks]}
    return client.post(reverse(REGISTER), said | given)


def test_the_president_says_to_whom_and_why(client, checks, leaver, colleague, president):
    client.force_login(president)

    asked = act(client, checks)
    offered = set(asked.context["form"].fields["to"].queryset)
    wrong = act(client, checks, to=make.staff().pk, because="客户经理离职")
    assert (asked.status_code, wrong.status_code) == (200, 422)
    assert offered >= {leaver, colleague}
    assert holders() == [leaver.pk] * 3
    act(client, checks, to=colleague.pk, because="客户经理离职")

    assert holders() == [colleague.pk] * 3


def test_what_the_service_refuses_is_said_on_the_page(client, checks, leaver, manager, president):
    client.force_login(president)

    answer = act(client, checks, to=manager.pk, because="客户经理离职")

    assert (answer.status_code, holders()) == (422, [leaver.pk] * 3)


@pytest.mark.parametrize("role", ["customer_manager", "auditor", "branch_president"])
def test_nobody_else_hands_checks_over(client, checks, leaver, colleague, role):
    client.force_login(make.staff(role))

    act(client, checks, to=colleague.pk, because="客户经理离职")

    assert holders() == [leaver.pk] * 3


def called_off(checks, actor, because="全家迁出"):
    return spot_checks.call_off([each.pk for each in checks], because=because, actor=actor)


def test_checks_that_cannot_be_made_are_called_off_and_who_had_them_is_told_once(
    client, checks, leaver, president
):
    finish(checks[0])

    assert called_off(checks, president) == 2

    states = list(SpotCheck.objects.order_by("pk").values_list("status", "note"))
    assert states[1:] == [("called_off", "全家迁出")] * 2
    assert states[0][0] == "done"
    told = [each for each in notices.unread(leaver) if "全家迁出" in each.title]
    assert len(told) == 1
    deeds = AuditEntry.objects.filter(action="village.check.called_off")
    assert [(each.actor, each.detail) for each in deeds] == [
        (president, {"because": "全家迁出"})
    ] * 2
    client.force_login(leaver)
    assert client.get(reverse("village:checks")).context["page"].waiting == []
    assert client.get(reverse("village:check", args=[checks[1].pk])).status_code == 200
    with pytest.raises(MoveNotAllowed):
        finish(SpotCheck.objects.get(pk=checks[1].pk), actor=leaver)


def test_without_a_reason_no_check_is_called_off(client, checks, president):
    with pytest.raises(CheckRefused):
        called_off(checks, president, because=" ")
    client.force_login(president)
    pressed = {"action": "call_off", "_selected_action": [each.pk for each in checks]}

    asked = client.post(reverse(REGISTER), pressed)
    silent = client.post(reverse(REGISTER), pressed | {"reason": " "})
    assert (asked.status_code, silent.status_code) == (200, 422)
    assert SpotCheck.objects.waiting().count() == 3

    client.post(reverse(REGISTER), pressed | {"reason": "全家迁出"})
    assert SpotCheck.objects.waiting().count() == 0


def test_who_checks_calls_nothing_off(client, checks, leaver):
    client.force_login(leaver)

    client.post(
        reverse(REGISTER),
        {"action": "call_off", "_selected_action": [checks[0].pk], "reason": "不想去"},
    )

    assert SpotCheck.objects.waiting().count() == 3
