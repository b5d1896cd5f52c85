"""Visits in the back office: accepted, sent back, given to whoever walks the grid."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import notices
from core.models import AuditEntry
from tests import make
from tests.visits.test_findings import FOUND
from tests.visits.test_services import _again, _submit, _task
from visits import services
from visits.contexts import household_section
from visits.models import VisitTask

pytestmark = pytest.mark.django_db
REGISTER = "admin:visits_visittask_changelist"


def _act(client, action, *tasks, **given):
    chosen = [each.pk for each in tasks]
    return client.post(reverse(REGISTER), {"action": action, "_selected_action": chosen} | given)


def _president(task):
    return make.staff("branch_president", branch=task.household.village.grid.branch)


def _unwalked(number=2):
    """Visits of a village whose grid has no manager."""
    village = make.village()
    village.grid.manager = None
    village.grid.save(update_fields=["manager"])
    homes = [make.household(village) for _ in range(number)]
    return [_task(household=home, manager=None, status="planned") for home in homes]


def test_findings_are_sent_back_with_a_reason_once_that_was_confirmed(client):
    task = _task()
    _submit(task)
    president = _president(task)
    client.force_login(president)

    asked = _act(client, "send_back", task)
    assert (asked.status_code, _again(task).status) == (200, "submitted")
    empty = _act(client, "send_back", task, reason=" ")
    assert (empty.status_code, _again(task).status) == (200, "submitted")
    _act(client, "send_back", task, reason="缺大棚照片")

    assert (_again(task).status, _again(task).returned_because) == ("returned", "缺大棚照片")
    assert len(notices.unread(task.manager)) == 1
    assert AuditEntry.objects.get(action="visits.visit.sent_back").actor == president


@pytest.mark.parametrize("action", ["send_back", "give_to_managers", "call_off"])
@pytest.mark.parametrize("reason", [" ", "缺" * 201])
def test_a_reason_that_is_none_or_too_long_is_asked_for_again(client, action, reason):
    submitted = _task()
    _submit(submitted)
    planned = _task(manager=None, status="planned", household=submitted.household)
    client.force_login(_president(submitted))

    asked = _act(client, action, submitted, planned, reason=reason)

    assert asked.status_code == 200
    assert asked.context["form"].errors
    assert (_again(submitted).status, _again(planned).status) == ("submitted", "planned")


def test_the_longest_reason_is_taken(client):
    task, planned = _task(), _task()
    planned.household.village.grid = task.household.village.grid
    planned.household.village.save()
    _submit(task)
    client.force_login(_president(task))

    _act(client, "send_back", task, reason="缺" * 200)
    _act(client, "call_off", planned, reason="缺" * 200)

    assert (_again(task).status, _again(planned).status) == ("returned", "expired")


def test_planned_visits_go_to_the_manager_whom_the_grid_got_since(client):
    tasks = _unwalked()
    elsewhere = _unwalked(1)[0]
    client.force_login(make.staff("administrator", is_superuser=True))
    grid = tasks[0].household.village.grid
    manager = make.staff(branch=grid.branch)
    grid.manager = manager
    grid.save(update_fields=["manager"])

    asked = _act(client, "give_to_managers", *tasks, elsewhere)
    assert [value for _name, value in asked.context["facts"]] == [3, 1, 0]
    assert _again(tasks[0]).status == "planned"
    _act(client, "give_to_managers", *tasks, elsewhere, reason="新任客户经理")

    assert [(_again(each).status, _again(each).manager) for each in tasks] == [
        ("assigned", manager)
    ] * 2
    assert _again(elsewhere).status == "planned"
    assert len(notices.unread(manager)) == 1
    deeds = AuditEntry.objects.filter(action="visits.visit.assigned")
    assert [each.detail["because"] for each in deeds] == ["新任客户经理"] * 2
    assert client.get(reverse("visits:task", args=[tasks[0].pk])).status_code == 200


def test_a_visit_that_somebody_has_is_left_alone_and_a_reason_is_needed(client):
    task = _task()
    president = _president(task)
    client.force_login(president)

    _act(client, "give_to_managers", task, reason="换人")
    _act(client, "give_to_managers", task, reason=" ")

    assert (_again(task).status, _again(task).manager) == ("assigned", task.manager)
    assert not AuditEntry.objects.filter(action="visits.visit.assigned").exists()


def test_visits_that_nobody_needs_are_called_off_with_a_reason(client):
    task, made = _task(), _task()
    made.household.village.grid = task.household.village.grid
    made.household.village.save()
    _submit(made)
    client.force_login(_president(task))

    asked = _act(client, "call_off", task, made)
    assert [value for _name, value in asked.context["facts"]] == [1, 1]
    assert _again(task).status == "assigned"
    _act(client, "call_off", task, made, reason=" ")
    assert _again(task).status == "assigned"
    _act(client, "call_off", task, made, reason="申请已撤回")

    assert (_again(task).status, _again(made).status) == ("expired", "submitted")
    assert "申请已撤回" in notices.unread(task.manager)[0].title
    assert AuditEntry.objects.get(action="visits.visit.called_off").detail["reason"] == "申请已撤回"
    client.force_login(task.manager)
    assert client.get(reverse("visits:home")).context["page"].rows == []


def test_a_second_look_after_a_spot_check_is_not_called_off(client):
    task = _task(reason=VisitTask.Reason.SPOT_CHECK)
    client.force_login(_president(task))

    _act(client, "call_off", task, reason="不想去")

    assert _again(task).status == "assigned"


@pytest.mark.parametrize("action", ["send_back", "give_to_managers", "call_off"])
def test_managers_and_other_branches_neither_send_back_nor_assign(client, action):
    planned, submitted = _unwalked(1)[0], _task()
    _submit(submitted)

    for somebody in (submitted.manager, make.staff("branch_president"), make.staff("auditor")):
        client.force_login(somebody)
        _act(client, action, planned, submitted, reason="试试")

    assert (_again(planned).status, _again(submitted).status) == ("planned", "submitted")


def test_ten_more_visits_are_assigned_with_no_more_queries():
    actor, counts = make.staff("branch_president"), []
    for number in (2, 12):
        tasks = _unwalked(number)
        grid = tasks[0].household.village.grid
        grid.manager = make.staff(branch=grid.branch)
        grid.save(update_fields=["manager"])
        with CaptureQueriesContext(connection) as captured:
            services.assign_to_grids([each.pk for each in tasks], because="新任", actor=actor)
        counts.append(len(captured))

    assert counts[0] == counts[1]


def _standing(task):
    section = household_section(task.household, task.manager)
    return section, {str(each.label): each for each in section.figures}


def test_only_accepted_findings_are_a_households_standing(in_english):
    task = _task()
    survey = _submit(task)
    section, waiting = _standing(task)
    assert list(waiting) == ["Surveyed limit"]
    assert waiting["Surveyed limit"].value is None
    assert str(waiting["Surveyed limit"].source) == "Visited, not accepted yet"
    assert [str(each.title) for each in section.happenings] == ["Visited, not accepted yet"]

    services.accept(task.pk, actor=make.staff("branch_president"))
    _section, accepted = _standing(task)
    later = VisitTask.objects.create(
        household=task.household, due_on=make.DAY, manager=task.manager, status="assigned"
    )
    other = replace(FOUND, need=10_000_00, assets=1_00)
    _submit(later, client_uuid=uuid4(), findings=other)
    services.send_back(later.pk, actor=make.staff("branch_president"), reason="缺照片")

    _section, standing = _standing(task)
    assert "Assets found" in standing
    assert standing == accepted
    assert survey.surveyed_limit != later.surveys.get().surveyed_limit
