"""Granting villages at the desk: who may, what is said before, what comes of it."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core import events, runs
from core.models import AuditEntry, Outbox, Run, Shard
from core.roles import Role
from credit import selectors_granting, tasks
from credit.errors import NothingToGrant, NotPublished
from credit.models import CreditLine, LimitDecision, LimitPolicy, VillageProgress
from credit.services import granting, granting_villages, progress
from credit.tasks import grant_shard
from tests import make
from tests.credit.conftest import AT, DAY
from tests.credit.judged import reviewed
from village.models import Campaign, Outcome

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
CHOOSE = reverse("admin:credit_villageprogress_grant")
CONFIRM = reverse("admin:credit_villageprogress_grant_confirm")


@pytest.fixture
def risk(bank, client, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    client.force_login(bank.publisher)
    return client


def another_campaign(**given):
    made = {"seed": 1, "business_day": DAY, "status": Campaign.Status.CONCLUDED, "seal": "s"}
    return Campaign.objects.create(village=make.village(), **made | given)


def work(run):
    """What the workers do."""
    for shard_id in runs.waiting(run):
        granting.work_shard(shard_id)


def test_only_villages_with_decided_households_are_ready(bank, campaign):
    reviewed(campaign)
    undecided = another_campaign()
    reviewed(undecided)
    undecided.outcomes.update(stage=Outcome.Stage.INITIAL)
    closed = another_campaign(status=Campaign.Status.CLOSED)
    reviewed(closed)

    found = selectors_granting.ready(bank.publisher)

    assert [(each.campaign, each.households) for each in found] == [(campaign, 1)]


def void(household):
    household.outcomes.update(
        stage="voided", voided_because="black_list", voided_at=AT, reviewed_limit=0
    )


def test_a_void_household_makes_no_village_ready_before_the_branch_has_spoken(bank, campaign):
    void(reviewed(campaign))
    waiting = reviewed(campaign)
    waiting.outcomes.update(stage=Outcome.Stage.INITIAL)
    progress.count()

    assert selectors_granting.ready(bank.publisher) == []
    assert not VillageProgress.objects.to_grant().exists()
    assert runs.waiting(granting.open_granting_of_all(business_day=DAY, actor=None)) == []

    waiting.outcomes.update(stage=Outcome.Stage.DECIDED)
    assert [each.households for each in selectors_granting.ready(bank.publisher)] == [2]
    assert VillageProgress.objects.to_grant().exists()


def test_a_village_in_which_every_household_is_void_is_ready_and_gives_nothing(bank, campaign):
    void(reviewed(campaign))

    assert selectors_granting.ready_ids(bank.publisher) == [campaign.pk]
    granting.grant_campaign(campaign.pk, business_day=DAY, actor=None)

    assert not CreditLine.objects.exists()


def test_what_was_decided_since_makes_a_granted_village_ready_again(bank, campaign):
    reviewed(campaign)
    granting.grant_campaign(campaign.pk, business_day=DAY, actor=None)
    assert selectors_granting.ready(bank.publisher) == []

    late = reviewed(campaign)

    assert selectors_granting.ready_ids(bank.publisher) == [campaign.pk]
    work(granting_villages.begin(None, calendar=DAY, actor=bank.publisher))
    assert LimitDecision.objects.filter(household=late).count() == 1
    assert selectors_granting.ready(bank.publisher) == []


def test_a_household_in_which_nobody_can_borrow_does_not_keep_a_village_waiting(bank, campaign):
    household = reviewed(campaign)
    household.members.update(role="parent")

    assert selectors_granting.ready(bank.publisher) == []


def test_the_page_says_what_follows_before_anything_does(risk, campaign):
    reviewed(campaign)
    reviewed(campaign, admission=None)
    reviewed(campaign, admission="wait")

    page = risk.post(CONFIRM, {"campaign": campaign.pk})

    figures = page.context["page"].figures
    assert (figures.villages, figures.households, figures.unanswered) == (1, 3, 2)
    assert "2 households have no answer of admission" in page.content.decode()
    assert not Run.objects.exists()


def test_all_ready_villages_are_granted_by_the_workers(risk, bank, campaign):
    reviewed(campaign)
    other = another_campaign()
    reviewed(other)

    went = risk.post(CONFIRM, {"all": "1", "sure": "1"})

    run = Run.objects.get()
    assert went.url == reverse("admin:credit_villageprogress_granting", args=[run.pk])
    assert run.started_by == bank.publisher
    opened = AuditEntry.objects.get(action="credit.granting.opened")
    assert opened.detail["campaigns"] == sorted([campaign.pk, other.pk])
    step = risk.get(reverse("admin:credit_villageprogress_granting_step", args=[run.pk])).json()
    assert (step["over"], step["done"]) == (False, 0)
    work(run)
    page = risk.get(went.url)
    assert page.context["page"].is_over
    assert page.context["page"].total["lines"] == CreditLine.objects.count() == 2
    step = risk.get(reverse("admin:credit_villageprogress_granting_step", args=[run.pk])).json()
    assert step["over"] is True


def test_the_workers_hear_of_every_village(
    bank, campaign, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(grant_shard, "delay", grant_shard)  # the broker, as near as can be
    reviewed(campaign)
    run = granting_villages.begin([campaign.pk], calendar=DAY, actor=bank.publisher)
    told = Outbox.objects.get(kind="credit.GrantingOpened")

    with django_capture_on_commit_callbacks(execute=True):
        events.deliver(told.pk)

    run.refresh_from_db()
    assert (run.status, run.result["lines"]) == (Run.Status.DONE, 1)


def test_a_village_that_the_broker_lost_is_granted_when_the_beat_next_looks(
    bank, campaign, monkeypatch
):
    monkeypatch.setattr(  # the broker, as near as can be
        grant_shard, "apply_async", lambda args, **_how: grant_shard(*args)
    )
    reviewed(campaign)
    run = granting_villages.begin([campaign.pk], calendar=DAY, actor=bank.publisher)
    tasks.go_on_with_runs()
    assert not CreditLine.objects.exists()  # it has only just begun
    Run.objects.update(started_at=timezone.now() - timedelta(hours=1))

    tasks.go_on_with_runs()

    run.refresh_from_db()
    assert (run.status, run.result["lines"]) == (Run.Status.DONE, 1)


def test_nothing_is_granted_without_a_policy_in_force(risk, bank, campaign):
    reviewed(campaign)
    LimitPolicy.objects.all().delete()

    page = risk.post(CONFIRM, {"campaign": campaign.pk}, follow=True)

    assert "No limit policy is published yet." in page.content.decode()
    with pytest.raises(NotPublished):
        granting_villages.begin([campaign.pk], calendar=DAY, actor=bank.publisher)
    assert not Run.objects.exists()


def test_where_nobody_waits_it_is_refused(risk, bank, campaign):
    with pytest.raises(NothingToGrant):
        granting_villages.begin(None, calendar=DAY, actor=bank.publisher)

    page = risk.post(CONFIRM, {"campaign": campaign.pk}, follow=True)
    assert "No household of these villages waits" in page.content.decode()
    assert "Choose at least one village" in risk.post(CONFIRM, follow=True).content.decode()


def test_a_branch_president_grants_their_own_branch_alone(client, bank, campaign):
    reviewed(campaign)
    other = another_campaign()
    reviewed(other)
    president = make.staff(Role.BRANCH_PRESIDENT, branch=campaign.village.grid.branch)
    client.force_login(president)

    shown = client.get(CHOOSE).context["page"].ready
    client.post(CONFIRM, {"all": "1", "sure": "1"})

    run = Run.objects.get()
    assert [each.campaign for each in shown] == [campaign]
    assert [each.key for each in run.shards.all()] == [str(campaign.pk)]
    with pytest.raises(NothingToGrant):
        granting_villages.begin([other.pk], calendar=DAY, actor=president)


def test_another_branch_does_not_find_the_run(client, bank, campaign):
    reviewed(campaign)
    run = granting_villages.begin(None, calendar=DAY, actor=bank.publisher)
    client.force_login(make.staff(Role.BRANCH_PRESIDENT, branch=make.branch()))

    page = client.get(reverse("admin:credit_villageprogress_granting", args=[run.pk]))

    assert page.status_code == 404


@pytest.mark.parametrize("role", [Role.CUSTOMER_MANAGER, Role.APPROVER, Role.AUDITOR])
def test_nobody_else_grants(client, bank, campaign, role):
    reviewed(campaign)
    client.force_login(make.staff(role))

    assert client.get(CHOOSE).status_code == 403
    assert client.post(CONFIRM, {"all": "1", "sure": "1"}).status_code == 403
    assert not Run.objects.exists()


def test_what_failed_is_handed_to_the_workers_again(risk, bank, campaign):
    reviewed(campaign)
    run = granting_villages.begin(None, calendar=DAY, actor=bank.publisher)
    run.shards.update(status=Shard.Status.FAILED, error="…")
    page = risk.get(reverse("admin:credit_villageprogress_granting", args=[run.pk]))
    assert "1 village could not be granted" in page.content.decode()

    risk.post(reverse("admin:credit_villageprogress_granting_again", args=[run.pk]))

    assert AuditEntry.objects.get(action="credit.granting.resumed").detail["villages"] == 1
    work(run)
    assert CreditLine.objects.count() == 1


def test_the_pages_lead_there(risk, bank, campaign):
    reviewed(campaign)
    progress.count()

    ranking = risk.get(reverse("admin:credit_villageprogress_changelist")).content.decode()
    village = risk.get(
        reverse("admin:credit_villageprogress_village", args=[campaign.village_id])
    ).content.decode()

    assert CHOOSE in ranking
    assert f'name="campaign" value="{campaign.pk}"' in village
    assert list(VillageProgress.objects.to_grant()) == [campaign.village.progress]


def test_more_villages_ask_no_more_of_the_database(risk, campaign):
    reviewed(campaign)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert risk.get(CHOOSE).status_code == 200
        return len(asked)

    one = queries()
    for _ in range(5):
        reviewed(another_campaign())

    assert queries() == one


def test_nothing_is_granted_in_a_closed_round_by_its_number(campaign):
    reviewed(campaign)
    Campaign.objects.filter(pk=campaign.pk).update(status=Campaign.Status.CLOSED)

    with pytest.raises(CommandError, match=str(campaign)):
        call_command("grant", "--campaign", str(campaign.pk), "--day", DAY.isoformat())

    assert not Run.objects.exists()
    assert not LimitDecision.objects.exists()
