import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core import documents
from core.models import User
from core.roles import Role
from tests import make
from tests.village.test_services_photos import PLACE, with_place
from tests.visits.test_services import _submit, _task
from visits import services
from visits.models import VisitTask

pytestmark = pytest.mark.django_db

ANSWERS = {
    "met": "测试户主",
    "seen_on": "2026-03-02",
    "income_year": "90000",
    "operating_cost_year": "20000",
    "living_cost_year": "30000",
    "debt_service_year": "10000",
    "assets": "200000",
    "debts": "40000",
    "need": "50000",
    "term_months": "24",
    "client_uuid": "5a2d2f7a-3c52-4b0e-9a52-d5f6f0f0a001",
}


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _address(task: VisitTask) -> str:
    return reverse("visits:task", args=[task.pk])


def test_strangers_are_asked_to_log_in():
    answer = Client().get(reverse("visits:home"))

    assert answer.status_code == 302
    assert "/login/" in answer.url


def test_a_manager_sees_their_visits_and_nobody_elses():
    mine, others = _task(), _task()

    shown = _signed_in(mine.manager).get(reverse("visits:home")).content.decode()

    assert _address(mine) in shown
    assert _address(others) not in shown


def test_another_managers_visit_does_not_exist():
    assert _signed_in(make.staff()).get(_address(_task())).status_code == 404


def test_ten_more_visits_cost_no_more_queries(django_assert_max_num_queries):
    manager = _task().manager
    client = _signed_in(manager)
    client.get(reverse("visits:home"))
    with django_assert_max_num_queries(20) as few:
        client.get(reverse("visits:home"))
    grid = manager.grids.get()
    for _each in range(10):
        home = make.household(make.village(grid=grid))
        make.customer(home)
        _task(household=home, manager=manager)

    with django_assert_max_num_queries(len(few)):
        client.get(reverse("visits:home"))


def test_findings_come_in_through_the_form_and_are_shown():
    task = _task()
    client = _signed_in(task.manager)

    answer = client.post(_address(task), ANSWERS, follow=True)

    assert task.surveys.get().surveyed_limit == 42_000_00
    assert "4.20" in answer.content.decode()


def test_the_photo_of_a_visit_is_kept_without_its_place():
    task = _task()
    photo = SimpleUploadedFile("a.jpg", with_place(), "image/jpeg")

    _signed_in(task.manager).post(_address(task), ANSWERS | {"photo": photo})

    kept = documents.content(task.surveys.get().photo)
    assert kept.startswith(b"\xff\xd8")
    assert PLACE not in kept


def test_a_wrong_figure_is_named_and_what_was_typed_stays():
    task = _task()
    client = _signed_in(task.manager)

    shown = client.post(_address(task), ANSWERS | {"income_year": "-5"}).content.decode()

    assert re.search(r'name="income_year"[^>]*value="-5"', shown) or 'value="-5"' in shown
    assert "errorlist" in shown
    assert task.surveys.count() == 0


def test_a_visit_made_by_somebody_else_shows_no_form():
    task = _task()
    _submit(task)

    shown = _signed_in(task.manager).get(_address(task)).content.decode()

    assert 'id="survey"' not in shown


def test_notes_fill_the_sheet_and_submit_nothing():
    task = _task()
    notes = "年收入12万元，欠款1万元，想贷8万元，用两年。"

    given = {"notes": notes, "step": "read_notes", "living_cost_year": "24000"}

    answer = _signed_in(task.manager).post(_address(task), ANSWERS | given)

    form = answer.context["page"].form
    assert form["income_year"].value() == 120_000
    assert form["living_cost_year"].value() == "24000"
    assert (form["need"].value(), form["term_months"].value()) == (80_000, 24)
    shown = answer.content.decode()
    assert 'value="120000.00"' in shown
    assert "识别自" in shown
    assert task.surveys.count() == 0


def _sent_back(task: VisitTask) -> None:
    services.send_back(task.pk, actor=make.staff(Role.BRANCH_PRESIDENT), reason="Count the cattle")


def _changed(change):
    if change == "photo":
        return ANSWERS | {"photo": SimpleUploadedFile("a.jpg", with_place(), "image/jpeg")}
    return ANSWERS | change


@pytest.mark.parametrize("change", [{"assets": "260000"}, {}, "photo"])
def test_a_page_left_open_brings_in_what_was_changed_after_it_was_sent_back(change):
    task = _task()
    client = _signed_in(task.manager)
    client.post(_address(task), ANSWERS)
    _sent_back(task)
    held = client.post(_address(task), _changed(change)).context["page"].form
    assert task.surveys.count() == 1
    assert held["income_year"].value() == ANSWERS["income_year"]

    again = _changed(change) | {"client_uuid": held["client_uuid"].value()}
    answer = client.post(_address(task), again)

    assert answer.status_code == 302
    task.refresh_from_db()
    assert (task.status, task.surveys.count()) == ("submitted", 2)


def test_another_households_sheet_under_the_same_number_is_not_taken_for_received():
    one = _task()
    two = _task(household=make.household(one.household.village), manager=one.manager)
    client = _signed_in(one.manager)
    client.post(_address(one), ANSWERS)

    answer = client.post(_address(two), ANSWERS)

    assert answer.status_code == 200
    assert two.surveys.count() == 0
