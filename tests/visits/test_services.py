import threading
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone
from django_fsm import can_proceed

from core import notices
from core.errors import MoveNotAllowed
from core.models import AuditEntry, Outbox
from core.roles import Role
from tests import make
from tests.visits.test_findings import FOUND
from village.events import CampaignConcluded
from village.models import Campaign, Outcome
from visits import selectors, services
from visits.errors import FindingsIncomplete, NotYourVisit, OwnVisit
from visits.models import Survey, VisitTask

NOON = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
MOVES = {
    "assign": {"planned", "assigned", "started", "returned"},
    "start": {"assigned", "returned"},
    "submit": {"assigned", "started", "returned"},
    "accept": {"submitted"},
    "send_back": {"submitted"},
    "close": {"accepted"},
    "expire": {"planned", "assigned", "started", "returned"},
}


def _concluded_campaign(households: int = 2) -> Campaign:
    """A village whose neighbours have spoken; about its first household they disagree."""
    village = make.village()
    campaign = Campaign.objects.create(
        village=village, seed=1, business_day=make.DAY, status="concluded", seal="s" * 64
    )
    for number in range(households):
        home = make.household(village)
        make.customer(home)
        Outcome.objects.create(
            campaign=campaign, household=home, sheets=7, valid_sheets=7, visit_needed=number == 0
        )
    return campaign


def _task(**given) -> VisitTask:
    home = make.household()
    make.customer(home)
    manager = home.village.grid.manager
    made = {"household": home, "due_on": make.DAY, "manager": manager, "status": "assigned"}
    return VisitTask.objects.create(**made | given)


def _submit(task: VisitTask, **given) -> Survey:
    made = {"client_uuid": uuid4(), "findings": FOUND, "actor": task.manager, "at": NOON}
    return services.submit_survey(task.pk, **made | given)


def _again(task: VisitTask) -> VisitTask:
    return VisitTask.objects.get(pk=task.pk)


@pytest.mark.django_db
class TestPlanning:
    def test_every_reviewed_household_is_visited_by_the_manager_of_its_grid(self):
        campaign = _concluded_campaign(households=3)

        services.plan_after_review(CampaignConcluded(campaign.pk))

        tasks = VisitTask.objects.filter(campaign=campaign)
        assert {task.manager for task in tasks} == {campaign.village.grid.manager}
        assert len(tasks) == 3

    def test_nobody_is_sent_where_the_outcome_is_void(self):
        campaign = _concluded_campaign(households=3)
        void = campaign.outcomes.first()
        campaign.outcomes.filter(pk=void.pk).update(
            stage="voided", voided_because="black_list", voided_at=timezone.now(), reviewed_limit=0
        )

        services.plan_visits(campaign.pk, actor=None, due_on=make.DAY)

        visited = set(VisitTask.objects.values_list("household", flat=True))
        assert len(visited) == 2
        assert void.household_id not in visited

    def test_where_neighbours_disagree_the_visit_says_so(self):
        campaign = _concluded_campaign()

        services.plan_visits(campaign.pk, actor=None, due_on=make.DAY)

        reasons = campaign.visit_tasks.order_by("household").values_list("reason", flat=True)
        assert list(reasons) == ["disagreement", "granting"]

    def test_the_campaign_is_being_visited_from_then_on(self):
        campaign = _concluded_campaign()

        services.plan_visits(campaign.pk, actor=None, due_on=make.DAY)

        assert Campaign.objects.get(pk=campaign.pk).status == Campaign.Status.VISITING

    def test_planning_again_adds_nothing(self):
        campaign = _concluded_campaign()
        services.plan_visits(campaign.pk, actor=None, due_on=make.DAY)

        assert services.plan_visits(campaign.pk, actor=None, due_on=make.DAY) == 0

    def test_the_manager_is_told_once(self):
        campaign = _concluded_campaign()
        for _turn in range(2):
            services.plan_visits(campaign.pk, actor=None, due_on=make.DAY)

        assert len(notices.unread(campaign.village.grid.manager)) == 1


@pytest.mark.django_db
class TestFindings:
    def test_findings_bring_a_surveyed_limit_and_wait_for_acceptance(self):
        task = _task()

        survey = _submit(task)

        assert survey.surveyed_limit == 42_000_00
        assert _again(task).status == VisitTask.Status.SUBMITTED
        assert AuditEntry.objects.filter(action="visits.survey.submitted").count() == 1

    def test_the_same_findings_sent_twice_by_the_phone_count_once(self):
        task, phones_own = _task(), uuid4()

        first = _submit(task, client_uuid=phones_own)
        second = _submit(task, client_uuid=phones_own)

        assert first == second
        assert task.surveys.count() == 1

    def test_a_visit_sent_back_takes_a_second_revision(self):
        task = _task()
        _submit(task)
        services.send_back(task.pk, actor=make.staff(Role.BRANCH_PRESIDENT), reason="缺照片")

        survey = _submit(task, findings=replace(FOUND, need=30_000_00))

        assert survey.revision == 2
        assert _again(task).returned_because == ""

    def test_another_manager_may_not_bring_findings(self):
        with pytest.raises(NotYourVisit):
            _submit(_task(), actor=make.staff())

    @pytest.mark.parametrize(
        "wrong",
        [
            {"seen_on": make.DAY + timedelta(days=1)},
            {"income_year": -1},
            {"debts": -1},
            {"term_months": 0},
        ],
    )
    def test_figures_that_cannot_be_are_refused_and_nothing_is_kept(self, wrong):
        task = _task()

        with pytest.raises(FindingsIncomplete):
            _submit(task, findings=replace(FOUND, **wrong))

        assert task.surveys.count() == 0
        assert _again(task).status == VisitTask.Status.ASSIGNED


@pytest.mark.django_db
class TestAcceptance:
    def test_accepted_findings_count_and_are_told_to_the_bank(self):
        task = _task()
        survey = _submit(task)

        services.accept(task.pk, actor=make.staff(Role.BRANCH_PRESIDENT))

        assert list(selectors.newest_surveys([task.household_id])) == [survey]
        assert Outbox.objects.filter(kind="visits.VisitAccepted").count() == 1

    def test_who_made_the_visit_may_not_accept_it(self):
        task = _task()
        _submit(task)

        with pytest.raises(OwnVisit):
            services.accept(task.pk, actor=task.manager)

    def test_findings_do_not_count_before_they_are_accepted(self):
        task = _task()
        _submit(task)

        assert not selectors.newest_surveys([task.household_id]).exists()

    def test_sending_back_needs_a_reason(self):
        task = _task()
        _submit(task)

        with pytest.raises(FindingsIncomplete):
            services.send_back(task.pk, actor=make.staff(Role.BRANCH_PRESIDENT), reason="  ")

    def test_a_visit_not_yet_made_can_not_be_accepted(self):
        with pytest.raises(MoveNotAllowed):
            services.accept(_task().pk, actor=make.staff(Role.BRANCH_PRESIDENT))


@pytest.mark.parametrize("state", VisitTask.Status.values)
@pytest.mark.parametrize("move", MOVES)
def test_only_the_drawn_moves_are_possible(state, move):
    task = VisitTask(status=state, due_on=make.DAY)

    assert can_proceed(getattr(task, move)) == (state in MOVES[move])


@pytest.mark.django_db(transaction=True)
def test_two_phones_submitting_at_once_leave_one_revision():
    task, outcomes = _task(), []
    ready = threading.Barrier(2)

    def phone() -> None:
        ready.wait(10)
        try:
            _submit(task)
            outcomes.append("received")
        except MoveNotAllowed:
            outcomes.append("refused")
        connection.close()

    phones = [threading.Thread(target=phone) for _each in range(2)]
    for each in phones:
        each.start()
    for each in phones:
        each.join()

    assert sorted(outcomes) == ["received", "refused"]
    assert task.surveys.count() == 1
