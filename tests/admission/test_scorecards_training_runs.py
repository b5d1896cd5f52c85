"""Training at the back office: a worker counts and drafts, the page tells how far it has come."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from admission.models import Scorecard
from admission.services import scorecards_training_runs as trainings
from core.models import Outbox, Run
from core.roles import Role
from core.runs import AlreadyWorked
from credit.models import BusinessDay
from tests import make
from tests.admission.test_scorecards_training import book_of_loans, lived, policy

__all__ = ["book_of_loans", "policy"]
pytestmark = pytest.mark.django_db

TRAIN = reverse("admin:admission_scorecard_train")
ASKED = {"segment": "farmer", "months": 12, "bad_days": 90, "good_days": 30, "split": "time"}


@pytest.fixture
def officer(client):
    user = make.staff(Role.RISK_OFFICER)
    client.force_login(user)
    return user


def asked(client, **more):
    answer = client.post(TRAIN, ASKED | more)
    run = Run.objects.filter(kind=trainings.KIND).latest("pk")
    assert answer.url == reverse("admin:admission_scorecard_training", args=[run.pk])
    return run


def seen(client, run):
    return client.get(reverse("admin:admission_scorecard_training", args=[run.pk]))


def step(client, run):
    return client.get(reverse("admin:admission_scorecard_training_step", args=[run.pk])).json()


def test_the_page_reads_nobody_and_leaves_it_to_a_worker(
    client, officer, policy, rules, book_of_loans
):
    lived(400, rules, book_of_loans)
    client.get(TRAIN)

    run = asked(client)

    assert Outbox.objects.get(kind="admission.TrainingAsked").body == {"run_id": run.pk}
    assert not Scorecard.objects.exists()
    assert step(client, run)["over"] is False
    assert "<wait-for" in seen(client, run).content.decode()


def test_the_worker_counts_drafts_and_leads_to_the_draft(
    client, officer, policy, rules, book_of_loans
):
    lived(400, rules, book_of_loans)
    run = asked(client)

    trainings.work(run.pk)

    draft = Scorecard.objects.get()
    assert (draft.segment, draft.author, draft.origin["split"]) == ("farmer", officer, "time")
    assert step(client, run)["over"] is True
    page = seen(client, run)
    assert page.context["page"].draft == draft
    assert reverse("admin:admission_scorecard_change", args=[draft.pk]) in page.content.decode()
    facts = client.get(TRAIN).context["facts"]
    assert f"{draft.origin['bads']:,}" in dict(facts)[draft.get_segment_display()]
    with pytest.raises(AlreadyWorked):
        trainings.work(run.pk)


def test_a_second_click_begins_no_second_training(client, officer, policy):
    first = asked(client)

    assert asked(client) == first
    assert asked(client, segment="business") != first


def test_people_are_counted_without_a_draft(client, officer, policy, rules, book_of_loans):
    lived(400, rules, book_of_loans)
    run = asked(client, segment="")

    trainings.work(run.pk)

    assert not Scorecard.objects.exists()
    assert len(seen(client, run).context["page"].counts) == 4


def test_too_few_are_said_on_the_page_with_their_counts(
    client, officer, policy, rules, book_of_loans
):
    lived(60, rules, book_of_loans)
    run = asked(client)

    trainings.work(run.pk)

    page = seen(client, run).context["page"]
    assert page.refused
    assert page.is_over
    assert not page.has_failed
    assert page.counts
    assert not Scorecard.objects.exists()


def test_without_a_policy_nothing_begins(client, officer):
    page = client.post(TRAIN, ASKED)

    assert page.status_code == 200
    assert not Run.objects.exists()


def test_who_may_not_draft_neither_trains_nor_looks_on(client, officer, policy):
    run = asked(client)
    client.force_login(make.staff(Role.AUDITOR))

    assert client.post(TRAIN, ASKED).status_code == 403
    assert seen(client, run).status_code == 403


def test_what_is_asked_another_day_is_counted_anew(client, officer, policy):
    first = asked(client)
    Run.objects.update(business_day=timezone.localdate() - timedelta(days=1))

    assert asked(client) != first


def test_people_are_counted_on_the_banks_day_whatever_the_calendar_says(client, officer, policy):
    BusinessDay.objects.create(day=date(2026, 6, 29), status="closed")

    assert asked(client).business_day == date(2026, 6, 30)
