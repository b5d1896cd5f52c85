"""What the review, its papers and files put before people on their first page."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from admission.models import Delivery
from config.my_work import MyWork
from core import documents
from core.roles import Role
from tests import make
from tests.village import neighbourhood
from village.models import (
    Campaign,
    ListedReviewer,
    Outcome,
    PaperSheet,
    RosterImport,
    Seat,
)

pytestmark = pytest.mark.django_db


def _waits(user):
    """The queues of somebody by their title, those with nothing in them left out."""
    page = MyWork.build(
        user,
        today=timezone.localdate(),
        now=timezone.now(),
        registers=admin.site.is_registered,
    )
    return {str(each.title): each for each in page.queues}


def _listed_at(client, user, queue):
    client.force_login(user)
    return list(client.get(queue.url).context["cl"].result_list)


def _outcome(campaign, **given):
    return Outcome.objects.create(
        campaign=campaign,
        household=make.household(campaign.village),
        **{"sheets": 7, "valid_sheets": 7, "reviewed_limit": 5_000_000} | given,
    )


def _campaign(village=None, **given):
    return Campaign.objects.create(
        village=village or make.village(),
        **{
            "round": 1,
            "seed": 7,
            "panel_size": 7,
            "business_day": make.DAY,
            "status": Campaign.Status.CONCLUDED,
            "sealed_at": timezone.now(),
            "seal": "0" * 64,
            "concluded_at": timezone.now() - timedelta(days=11),
        }
        | given,
    )


def _president_of(village):
    return make.staff(Role.BRANCH_PRESIDENT, branch=village.grid.branch)


def test_a_president_is_asked_only_for_outcomes_of_the_own_branch_that_wait_for_nothing_else(
    client,
):
    campaign = _campaign()
    president = _president_of(campaign.village)
    ready = _outcome(campaign)
    looked_at = {"stage": "second", "visit_needed": True, "second_done_at": timezone.now()}
    seen = _outcome(campaign, **looked_at, second_by=make.staff())
    _outcome(campaign, **looked_at, second_by=president)
    _outcome(campaign, stage="second", visit_needed=True)
    _outcome(campaign, stage="decided", decided_at=timezone.now())
    _outcome(_campaign())
    closed = _campaign(campaign.village, round=2, status=Campaign.Status.CLOSED)
    _outcome(closed)

    queue = _waits(president)["待支行审定的评议结果"]

    assert (queue.count, queue.oldest, queue.level) == (2, "11 天", "red")
    assert {row.pk for row in _listed_at(client, president, queue)} == {ready.pk, seen.pk}


def test_nobody_is_asked_to_approve_whom_they_proposed():
    village = make.village()
    president = _president_of(village)
    for proposer in (president, make.staff()):
        ListedReviewer.objects.create(
            village=village,
            customer=make.customer(make.household(village)),
            proposed_by=proposer,
            proposed_at=timezone.now() - timedelta(days=4),
        )

    queue = _waits(president)["待批准的评议员"]

    assert (queue.count, queue.oldest, queue.level) == (1, "4 天", "yellow")


def test_paper_keyed_once_waits_for_another_and_none_waits_after_the_seal(client):
    campaign = neighbourhood.opened(15)
    manager = campaign.village.grid.manager
    seats = list(Seat.objects.filter(reviewer__campaign=campaign)[:3])
    keyed = {"first_at": timezone.now(), "first": "{}"}
    PaperSheet.objects.create(seat=seats[0], first_by=manager, **keyed)
    once = PaperSheet.objects.create(seat=seats[1], first_by=make.staff(), **keyed)
    differs = PaperSheet.objects.create(
        seat=seats[2], first_by=manager, status=PaperSheet.Status.DIFFERS, **keyed
    )

    queue = _waits(manager)["待复录或核对的纸质表"]

    assert queue.count == 2
    assert {row.pk for row in _listed_at(client, manager, queue)} == {once.pk, differs.pk}
    neighbourhood.seal(campaign)
    assert _waits(manager) == {}


def test_a_roster_file_tried_out_waits_for_those_who_may_order_it(client):
    administrator = make.staff(Role.ADMINISTRATOR)
    source = documents.store(b"x", name="roster.csv", content_type="text/csv", by=None)
    kept = {"source": source, "status": RosterImport.Status.TRIED}
    tried = RosterImport.objects.create(file_name="roster.csv", **kept)
    RosterImport.objects.create(file_name="other.csv", status=RosterImport.Status.BROUGHT)
    RosterImport.objects.create(file_name="tried by a command", status=RosterImport.Status.TRIED)
    RosterImport.objects.create(
        file_name="own lists", kind=RosterImport.Kind.LISTS, imported_by=administrator, **kept
    )

    queue = _waits(administrator)["已试算、待确认导入的花名册"]

    assert _listed_at(client, administrator, queue) == [tried]
    assert _waits(make.staff(Role.APPROVER)) == {}
    assert _waits(make.staff(Role.BRANCH_PRESIDENT)) == {}, "another's file waits for no branch"


def _held(*, by):
    return Delivery.objects.create(
        kind="deposits",
        status=Delivery.Status.HELD,
        file_name="deposits.csv",
        file=documents.store(
            f"{by}".encode(), name="deposits.csv", content_type="text/csv", by=None
        ),
        as_of=make.DAY,
        received_at=timezone.now(),
        received_by=by,
        rows=0,
        matched=0,
        unmatched=0,
        refused=0,
    )


def test_a_delivery_held_back_waits_for_a_risk_officer_who_did_not_bring_it():
    officer = make.staff(Role.RISK_OFFICER)
    _held(by=officer)

    assert _waits(officer) == {}
    assert _waits(make.staff(Role.RISK_OFFICER))["暂缓入库的数据文件"].count == 1


@pytest.mark.parametrize("role", [Role.BRANCH_PRESIDENT, Role.RISK_OFFICER])
def test_however_many_outcomes_and_reviewers_wait_the_page_costs_the_same_queries(role):
    campaign = _campaign()
    user = make.staff(role, branch=campaign.village.grid.branch)

    def measured():
        with CaptureQueriesContext(connection) as asked:
            _waits(user)
        return len(asked)

    few = measured()
    for _number in range(10):
        outcome = _outcome(campaign)
        ListedReviewer.objects.create(
            village=campaign.village,
            customer=make.customer(outcome.household),
            proposed_by=make.staff(),
            proposed_at=timezone.now(),
        )

    assert measured() == few


def test_outcomes_that_wait_for_a_second_look_can_be_told_apart(client):
    campaign = _campaign()
    doubted = _outcome(campaign, stage="second", visit_needed=True)
    _outcome(campaign)
    client.force_login(_president_of(campaign.village))

    page = client.get(reverse("admin:village_outcome_changelist"), {"waits": "look"})

    assert list(page.context["cl"].result_list) == [doubted]
