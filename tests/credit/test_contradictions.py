"""A spot check against what a limit may stand on: judged by household, and never passed over."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from config.my_work import MyWork
from core import documents, events, notices
from core.roles import Role
from credit.models import CreditLine, LimitDecision
from tests import make
from tests.credit.conftest import DAY
from tests.credit.judged import grant, reviewed
from tests.village.test_services_photos import picture
from tests.visits.test_findings import FOUND
from village.models import CheckDraw, SpotCheck
from village.services import spot_checks
from visits import services
from visits.models import VisitTask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
NOW = datetime(2026, 7, 1, 4, tzinfo=UTC)


@pytest.fixture
def president(campaign):
    return make.staff(Role.BRANCH_PRESIDENT, branch=campaign.village.grid.branch)


def disagree(household):
    """A spot check finds the review of this household wrong."""
    outcome = household.outcomes.get()
    draw = CheckDraw.objects.create(
        campaign=outcome.campaign, percent=5, seed=1, drawn_from=1, drawn_at=timezone.now()
    )
    check = SpotCheck.objects.create(
        draw=draw, outcome=outcome, assigned_to=make.staff(), due_on=DAY
    )
    spot_checks.finish_check(
        check.pk,
        finding="disagree",
        note="房屋已卖",
        photo=picture(),
        signature=documents.store(b"x", name="s.png", content_type="image/png", by=None),
        actor=check.assigned_to,
        at=timezone.now(),
    )
    events.drain()


def waiting(user):
    """How many contradicted households the first page shows to this person."""
    page = MyWork.build(user, today=DAY, now=NOW, registers=admin.site.is_registered)
    title = "Households whose review a spot check found wrong"
    return sum(each.count for each in page.queues if str(each.title) == title)


def go_there(household, president):
    task = VisitTask.objects.get(household=household)
    services.submit_survey(
        task.pk, client_uuid=uuid4(), findings=FOUND, actor=task.manager, at=timezone.now()
    )
    services.accept(task.pk, actor=president)
    events.drain()


def test_where_a_limit_stands_the_president_is_told_once_and_what_was_decided_stays(
    campaign, president
):
    household = reviewed(campaign)
    grant(campaign)
    elsewhere = make.staff(Role.BRANCH_PRESIDENT)

    disagree(household)

    assert household.outcomes.get().stage == "decided"
    (notice,) = notices.unread(president)
    assert household.number in notice.title
    assert notice.url == reverse("admin:village_outcome_change", args=[household.outcomes.get().pk])
    assert notices.unread(elsewhere) == []
    assert CreditLine.objects.filter(household=household).count() == 1


def test_it_waits_on_the_first_page_of_the_branch_until_what_was_found_is_accepted(
    campaign, president
):
    household = reviewed(campaign)
    grant(campaign)

    disagree(household)

    assert waiting(president) == waiting(make.staff(Role.RISK_OFFICER)) == 1
    assert waiting(make.staff(Role.BRANCH_PRESIDENT)) == 0
    go_there(household, president)
    assert waiting(president) == 0


def test_in_a_granted_village_a_household_without_a_limit_goes_back_to_a_second_look(
    campaign, president
):
    reviewed(campaign)
    grant(campaign)
    late = reviewed(campaign)

    disagree(late)

    outcome = late.outcomes.get()
    assert (outcome.stage, outcome.visit_reasons) == ("second", ["spot_check_disagrees"])
    assert notices.unread(president) == []
    grant(campaign)
    assert not LimitDecision.objects.filter(household=late).exists()
    go_there(late, president)
    assert late.outcomes.ready().exists()


def test_the_page_of_an_outcome_shows_what_the_spot_check_found(client, campaign, president):
    household = reviewed(campaign)
    grant(campaign)
    disagree(household)
    client.force_login(president)

    page = client.get(reverse("admin:village_outcome_change", args=[household.outcomes.get().pk]))

    assert "房屋已卖" in page.content.decode()
