"""The first page of the back office: what waits for whom."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext

from admission.services import answering, appeals, draft_rule_set
from config.my_work import MyWork, in_words
from config.queues import QUEUES
from core.roles import Role
from tests import make
from tests.admission.conftest import published
from tests.admission.heard import heard
from visits.models import VisitTask

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)
TODAY = date(2026, 3, 10)


def _page(user):
    return MyWork.build(user, today=TODAY, now=NOW, registers=admin.site.is_registered)


def _submitted_visit(village, *, days_ago=0):
    task = VisitTask(
        household=make.household(village),
        manager=village.grid.manager,
        due_on=TODAY,
        status=VisitTask.Status.SUBMITTED,
        submitted_at=NOW - timedelta(days=days_ago),
    )
    task.save()
    return task


def _president_of(village):
    return make.staff(Role.BRANCH_PRESIDENT, branch=village.grid.branch)


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: str(queue.title))
def test_every_queue_leads_to_its_register(client, queue):
    client.force_login(make.staff(Role.ADMINISTRATOR, is_superuser=True))
    options = queue.model._meta
    register = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")

    page = client.get(f"{register}?{queue.address}")

    assert page.status_code == 200


@pytest.mark.parametrize("role", Role.values)
def test_whose_queue_it_is_may_open_its_register(role):
    user = make.staff(role)

    closed = [
        queue.title
        for queue in QUEUES
        if role in queue.roles
        and not user.has_perm(f"{queue.model._meta.app_label}.view_{queue.model._meta.model_name}")
    ]

    assert closed == []


def test_a_president_sees_the_visits_of_the_own_branch_and_the_oldest_ones_age():
    village = make.village()
    _submitted_visit(village, days_ago=6)
    _submitted_visit(village, days_ago=1)
    _submitted_visit(make.village(), days_ago=30)

    page = _page(_president_of(village))

    (queue,) = page.queues
    assert (queue.count, queue.oldest, queue.level) == (2, "6 天", "red")


def test_an_appeal_made_just_now_has_waited_no_day_where_the_bank_lags_behind_the_calendar():
    published(draft_rule_set(make.staff(Role.RISK_OFFICER)))
    refused = heard(as_of=TODAY, gov_dishonest=True)
    appeals.open_appeal(refused.pk, customer_id=refused.customer_id, statement="已还清", at=NOW)

    page = MyWork.build(
        make.staff(Role.APPROVER),
        today=TODAY,
        now=NOW + timedelta(days=30),
        registers=admin.site.is_registered,
    )

    (queue,) = [each for each in page.queues if str(each.title) == gettext("Appeals to answer")]
    assert (queue.count, queue.level) == (1, "green")


@pytest.mark.parametrize(
    ("hit", "title"),
    [({"phone_name_match": False}, "Check items to tick"),
     ({"gov_suit_def_24m": 1}, "Reviews that lack evidence")],
)  # fmt: skip
def test_a_manager_is_asked_for_what_rules_ask_about_the_own_customers(hit, title):
    published(draft_rule_set(make.staff(Role.RISK_OFFICER)))
    decision = heard(as_of=TODAY, **hit)
    heard(as_of=TODAY)
    heard(as_of=TODAY, **hit)
    manager = decision.customer.household.village.grid.manager

    (queue,) = _page(manager).queues
    assert (str(queue.title), queue.count) == (gettext(title), 1)
    (asks,) = answering.open_rules(decision)
    answering.answer(decision.pk, asks["code"], actor=manager, text="已核实")

    assert _page(manager).queues == []


def test_nobody_is_asked_to_accept_their_own_visit():
    village = make.village()
    president = _president_of(village)
    task = _submitted_visit(village)
    VisitTask.objects.filter(pk=task.pk).update(manager=president)

    assert _page(president).queues == []


@pytest.mark.parametrize("role", Role.values)
def test_however_much_waits_the_page_costs_the_same_queries(role):
    village = make.village()
    user = make.staff(role, branch=village.grid.branch)
    _submitted_visit(village)

    with CaptureQueriesContext(connection) as few:
        _page(user)
    for _number in range(10):
        _submitted_visit(village)
    with CaptureQueriesContext(connection) as many:
        _page(user)

    assert len(many) == len(few) <= 29


def test_figures_and_charts_are_for_those_who_may_see_loans():
    assert _page(make.staff(Role.ADMINISTRATOR)).figures == []
    assert len(_page(make.staff(Role.RISK_OFFICER)).figures) == 4
    assert len(_page(make.staff(Role.RISK_OFFICER)).charts) == 3


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(minutes=20), "不到 1 小时"),
        (timedelta(hours=5), "5 小时"),
        (timedelta(days=3, hours=23), "3 天"),
    ],
)
def test_an_age_is_said_in_words(age, words):
    assert in_words(age) == words


def test_a_manager_has_no_sight_of_another_grids_household_in_the_registers(client):
    own, others = make.household(), make.household()
    client.force_login(own.village.grid.manager)

    page = client.get(reverse("admin:village_household_changelist"))
    opened = client.get(reverse("admin:village_household_change", args=[others.pk]))

    assert [row.pk for row in page.context["cl"].result_list] == [own.pk]
    assert opened.status_code == 404
    assert client.get(reverse("admin:village_household_change", args=[own.pk])).status_code == 200
