"""Visits of a grid that changes hands: whoever walks it now makes them."""

import pytest
from django.urls import reverse

from core import events, notices
from core.models import AuditEntry
from core.roles import Role
from tests import make
from tests.visits.test_services import _again, _submit, _task
from village.services import organisation
from visits import services
from visits.models import VisitTask

pytestmark = pytest.mark.django_db
OPEN = ["planned", "assigned", "started", "returned"]


@pytest.fixture
def village():
    return make.village()


@pytest.fixture
def successor(village):
    return make.staff(branch=village.grid.branch)


def task_in(village, status="assigned"):
    return _task(household=make.household(village), status=status, manager=village.grid.manager)


def hand_over(village, manager):
    village.grid.manager = manager
    village.grid.save(update_fields=["manager"])


def give(*tasks, actor=None):
    chosen = [each.pk for each in tasks]
    return services.assign_to_grids(chosen, because="客户经理离职", actor=actor)


def save_grid(client, grid, manager):
    said = {"code": grid.code, "name": grid.name, "branch": grid.branch_id}
    said |= {"manager": manager.pk if manager else "", "expected_villages": "[]"}
    answer = client.post(reverse("admin:village_grid_change", args=[grid.pk]), said)
    assert answer.status_code == 302
    events.drain()


@pytest.mark.parametrize("status", OPEN)
def test_an_open_visit_of_whoever_left_is_made_by_whoever_walks_the_grid_now(
    village, successor, status
):
    task = task_in(village, status)
    left = task.manager
    hand_over(village, successor)

    give(task)

    assert (_again(task).status, _again(task).manager) == ("assigned", successor)
    deed = AuditEntry.objects.get(action="visits.visit.assigned")
    assert (deed.detail["manager"], deed.detail["before"]) == (successor.pk, left.pk)
    assert _submit(_again(task)).by == successor


def test_what_was_missing_stays_written_for_the_new_manager(client, village, successor):
    task = task_in(village)
    _submit(task)
    services.send_back(task.pk, actor=make.staff("branch_president"), reason="缺大棚照片")
    hand_over(village, successor)

    give(task)

    client.force_login(successor)
    shown = client.get(reverse("visits:task", args=[task.pk])).content.decode()
    assert "缺大棚照片" in shown


def test_each_manager_is_told_once_however_many_visits_they_take_over(village, successor):
    tasks = [task_in(village) for _ in range(3)]
    hand_over(village, successor)

    assert give(*tasks).given == 3

    assert len(notices.unread(successor)) == 1


@pytest.mark.parametrize("status", ["submitted", "accepted", "closed"])
def test_a_visit_that_was_made_stays_with_who_made_it(village, successor, status):
    task = task_in(village, status)
    hand_over(village, successor)

    assert give(task) == services.Assigned(0, 0)

    assert (_again(task).status, _again(task).manager) == (status, task.manager)


def test_nobody_is_given_visits_who_does_not_work_here_any_more(village, successor):
    task = task_in(village)
    successor.is_active = False
    successor.save(update_fields=["is_active"])
    hand_over(village, successor)

    assert give(task) == services.Assigned(0, 1)

    assert _again(task).manager == task.manager


def test_findings_sent_back_after_the_grid_changed_hands_go_to_the_new_manager(village, successor):
    task = task_in(village)
    left = task.manager
    _submit(task)
    hand_over(village, successor)

    services.send_back(task.pk, actor=make.staff("branch_president"), reason="缺大棚照片")

    assert (_again(task).status, _again(task).manager) == ("assigned", successor)
    assert _again(task).returned_because == "缺大棚照片"
    assert (len(notices.unread(left)), len(notices.unread(successor))) == (0, 1)


def test_the_register_says_how_many_visits_change_hands_and_how_many_cannot(client, village):
    president = make.staff(Role.BRANCH_PRESIDENT, branch=village.grid.branch)
    task, made = task_in(village), task_in(village, "submitted")
    nobodys = make.village(grid=make.grid(branch=village.grid.branch))
    waiting = task_in(nobodys)
    hand_over(village, make.staff(branch=village.grid.branch))
    hand_over(nobodys, None)
    client.force_login(president)

    said = {"action": "give_to_managers", "_selected_action": [task.pk, made.pk, waiting.pk]}
    asked = client.post(reverse("admin:visits_visittask_changelist"), said)

    assert [value for _name, value in asked.context["facts"]] == [2, 1, 1]


def test_a_grid_given_to_somebody_else_takes_its_open_visits_along(client, village, successor):
    task, made = task_in(village), task_in(village, "submitted")
    elsewhere = _task()
    client.force_login(make.staff(Role.ADMINISTRATOR, is_superuser=True))

    save_grid(client, village.grid, successor)

    assert _again(task).manager == successor
    assert [_again(each).manager for each in (made, elsewhere)] == [made.manager, elsewhere.manager]
    assert len(notices.unread(successor)) == 1
    assert AuditEntry.objects.get(action="village.grid.handed_over").object_id == village.grid.pk


def test_visits_of_a_grid_left_empty_wait_for_its_next_manager(client, village, successor):
    task = task_in(village)
    client.force_login(make.staff(Role.ADMINISTRATOR, is_superuser=True))

    save_grid(client, village.grid, None)
    assert _again(task).manager == task.manager
    save_grid(client, village.grid, successor)

    assert _again(task).manager == successor


def test_a_grid_saved_under_the_same_manager_is_not_handed_over(client, village):
    task_in(village)
    client.force_login(make.staff(Role.ADMINISTRATOR, is_superuser=True))

    save_grid(client, village.grid, village.grid.manager)

    assert not AuditEntry.objects.filter(action="village.grid.handed_over").exists()


def test_a_village_that_goes_to_another_grid_takes_its_open_visits_along(client, village):
    task, other = task_in(village), make.grid()
    client.force_login(make.staff(Role.ADMINISTRATOR, is_superuser=True))
    said = {"code": village.code, "name": village.name, "town": village.town_id, "grid": other.pk}
    for prefix in ("groups", "service_points"):
        said |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}

    answer = client.post(reverse("admin:village_village_change", args=[village.pk]), said)
    events.drain()

    assert answer.status_code == 302
    assert _again(task).manager == other.manager


def test_villages_that_the_banks_table_gives_to_another_manager_take_their_visits_along(
    tmp_path, village
):
    task = task_in(village)
    table = tmp_path / "staff.csv"
    table.write_text(
        "# 合成数据\n工号,姓名,角色,网点代码,管户村代码\n"
        f"Y9,孙新,customer_manager,{village.grid.branch.code},{village.code}\n",
        encoding="utf-8",
    )

    with organisation.rehearsal():
        organisation.import_file(table)
    events.drain()
    assert _again(task).manager == task.manager
    organisation.import_file(table)
    events.drain()

    assert _again(task).manager.username == "Y9"
    assert VisitTask.objects.astray().count() == 0
