"""A spot check finds the review wrong: somebody goes there again, and the branch decides anew."""

from uuid import uuid4

import pytest
from django.utils import timezone

from core import documents, events, notices
from core.errors import SameHands
from core.models import AuditEntry
from tests import make
from tests.village import neighbourhood
from tests.village.test_services_photos import picture
from tests.visits.test_findings import FOUND
from tests.visits.test_services import NOON
from village.errors import OutcomeRefused
from village.models import Campaign, Outcome, SpotCheck
from village.services import campaigns, spot_checks, stages
from visits import services
from visits.models import VisitTask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def manager():
    return make.staff()


@pytest.fixture
def president(manager):
    return make.staff("branch_president", branch=manager.branch)


@pytest.fixture
def campaign(manager):
    made = neighbourhood.concluded(village=neighbourhood.settled(15, manager=manager))
    events.drain()
    return made


def drawn(campaign):
    """A check of one household, given to a colleague of the village's manager."""
    make.staff(branch=campaign.village.grid.branch)
    draw = spot_checks.draw_checks(
        campaign.pk, percent=5, seed=5, due_on=make.DAY, actor=make.staff("risk_officer")
    )
    return draw.checks.select_related("outcome", "assigned_to").get()


def disagree(check):
    signature = documents.store(b"x", name="s.png", content_type="image/png", by=None)
    spot_checks.finish_check(
        check.pk,
        finding="disagree",
        note="房屋已卖",
        photo=picture(),
        signature=signature,
        actor=check.assigned_to,
        at=timezone.now(),
    )
    events.drain()


def made(task, at):
    services.submit_survey(task.pk, client_uuid=uuid4(), findings=FOUND, actor=task.manager, at=at)
    return VisitTask.objects.get(pk=task.pk)


def accepted(task, president, at=NOON):
    made(task, at)
    services.accept(task.pk, actor=president)
    events.drain()


def visits_to(check):
    tasks = VisitTask.objects.filter(household=check.outcome.household_id)
    return tasks.select_related("manager").order_by("pk")


def quieten(check):
    """The neighbours agreed about this household."""
    Outcome.objects.filter(pk=check.outcome_id).update(
        visit_needed=False, visit_reasons=[], stage="initial"
    )


@pytest.mark.parametrize("reason", ["granting", "disagreement"])
def test_after_a_contradiction_somebody_goes_again_and_then_the_branch_decides(
    campaign, president, manager, reason
):
    check = drawn(campaign)
    quieten(check)
    visits_to(check).update(reason=reason)
    accepted(visits_to(check).get(), president)
    stages.decide(check.outcome_id, actor=president)

    disagree(check)
    with pytest.raises(OutcomeRefused) as caught:
        stages.decide(check.outcome_id, actor=president)
    assert caught.value.code == "second_look_missing"
    _first, again = visits_to(check)
    assert (again.reason, again.status, again.manager) == ("spot_check", "assigned", manager)
    accepted(again, president, at=timezone.now())

    with pytest.raises(SameHands):
        stages.decide(check.outcome_id, actor=manager)
    decided = stages.decide(check.outcome_id, actor=president)
    assert (decided.stage, decided.second_look, decided.second_by) == ("decided", "visit", manager)


def test_a_visit_that_nobody_has_made_yet_becomes_the_second_look(campaign, president):
    check = drawn(campaign)

    disagree(check)

    task = visits_to(check).get()
    assert (task.reason, task.status) == ("spot_check", "assigned")
    accepted(task, president, at=timezone.now())
    assert stages.decide(check.outcome_id, actor=president).stage == "decided"


def test_findings_from_before_the_check_are_no_answer_to_it(campaign, president):
    check = drawn(campaign)
    before = made(visits_to(check).get(), NOON)

    disagree(check)
    services.accept(before.pk, actor=president)
    events.drain()

    with pytest.raises(OutcomeRefused):
        stages.decide(check.outcome_id, actor=president)
    assert [each.status for each in visits_to(check)] == ["accepted", "assigned"]


def test_whoever_goes_again_is_told_once_and_it_is_written_down(campaign, manager):
    check = drawn(campaign)
    before = len(notices.unread(manager))

    disagree(check)

    assert len(notices.unread(manager)) == before + 1
    deed = AuditEntry.objects.get(action="visits.visit.planned")
    assert deed.detail == {"check": check.pk}


def test_without_a_manager_the_second_look_waits_for_one(campaign):
    check = drawn(campaign)
    visits_to(check).delete()
    campaign.village.grid.manager = None
    campaign.village.grid.save(update_fields=["manager"])

    disagree(check)

    assert (visits_to(check).get().status, visits_to(check).get().manager) == ("planned", None)


def test_nobody_goes_again_for_what_is_void_or_past(campaign, president):
    check = drawn(campaign)
    before = list(visits_to(check).values())
    ready = campaign.outcomes.ready().exclude(pk=check.outcome_id).first()
    stages.decide(ready.pk, actor=president)
    campaigns.mark_granted([campaign.pk], actor=president)
    campaigns.close(campaign.pk, actor=president)

    disagree(check)

    assert list(visits_to(check).values()) == before
    assert SpotCheck.objects.get().finding == "disagree"
    assert Campaign.objects.get(pk=campaign.pk).status == "closed"
