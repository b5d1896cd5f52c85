"""A queue is put into SQL once for a reader and a day, so it may depend on nothing else."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from config.queues import QUEUES
from config.queues.asking import Reader, question_of, waiting
from core.roles import Role
from tests import make
from visits.models import VisitTask

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 10)
MORNING = datetime(2026, 3, 10, 1, tzinfo=UTC)
READERS = (
    Reader(7, Role.CUSTOMER_MANAGER, is_superuser=False, branch_path="0001/0002/"),
    Reader(7, Role.BRANCH_PRESIDENT, is_superuser=False, branch_path="0001/0002/"),
    Reader(7, Role.ADMINISTRATOR, is_superuser=True, branch_path=""),
)


@pytest.fixture(autouse=True)
def _nothing_kept():
    question_of.cache_clear()
    yield
    question_of.cache_clear()


def _submitted_visit():
    village = make.village()
    return VisitTask.objects.create(
        household=make.household(village),
        manager=village.grid.manager,
        due_on=TODAY,
        status=VisitTask.Status.SUBMITTED,
        submitted_at=MORNING,
    )


def _words(queue, reader):
    return question_of.__wrapped__(queue, reader, TODAY)


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: str(queue.title))
def test_a_question_is_put_without_asking_the_database(queue, django_assert_num_queries):
    with django_assert_num_queries(0):
        for reader in READERS:
            _words(queue, reader)


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: str(queue.title))
def test_a_question_is_the_same_at_any_hour(queue, monkeypatch):
    asked = []
    for moment in (MORNING, MORNING + timedelta(days=40)):
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
        monkeypatch.setattr(timezone, "localdate", lambda *_, moment=moment: moment.date())
        asked.append([_words(queue, reader) for reader in READERS])
    assert asked[0] == asked[1]


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: str(queue.title))
def test_the_answer_is_what_the_rows_count(queue):
    user = make.staff(Role.ADMINISTRATOR, is_superuser=True)
    assert waiting(queue, user, TODAY) == (queue.rows(user, TODAY).count(), None)


def test_who_changes_branch_or_role_is_asked_about_anew():
    queue = next(each for each in QUEUES if each.model is VisitTask)
    task = _submitted_visit()
    president = make.staff(Role.BRANCH_PRESIDENT, branch=task.household.village.grid.branch)
    assert waiting(queue, president, TODAY) == (1, MORNING)

    president.branch = make.branch()
    assert waiting(queue, president, TODAY) == (0, None)

    president.role = Role.RISK_OFFICER
    assert waiting(queue, president, TODAY) == (1, MORNING)


def test_a_queue_sees_what_came_after_it_was_first_asked():
    queue = next(each for each in QUEUES if each.model is VisitTask)
    officer = make.staff(Role.RISK_OFFICER)
    assert waiting(queue, officer, TODAY) == (0, None)
    _submitted_visit()
    assert waiting(queue, officer, TODAY) == (1, MORNING)
