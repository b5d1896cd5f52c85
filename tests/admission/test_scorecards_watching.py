"""A card held against its own decisions: who is looked at, how they ended, who is told."""

import pytest
from django.urls import reverse
from django.utils import timezone

from admission.errors import ScorecardRefused
from admission.models import Decision, Scorecard, ScorecardWatch
from admission.scoring.history import Performing
from admission.services import scorecards_training as training
from admission.services import scorecards_watching as watching
from admission.services.scorecards_fitting import fit_drafted
from core import documents
from core.models import Notice
from core.roles import Role
from tests import make
from tests.admission.test_scorecards_training import DAY, book_of_loans, lived, policy

__all__ = ["book_of_loans", "policy"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make.staff(Role.RISK_OFFICER)


@pytest.fixture
def card(policy, rules, book_of_loans, officer):
    """A card of farmers, fitted on 400 decisions, which it is then said to have scored."""
    made = lived(400, rules, book_of_loans)
    known = training.history(Performing(), day=DAY)
    drafted = training.draft_from(known, "farmer", split="chance", actor=officer)
    fit_drafted(drafted.pk, at=timezone.now())
    Decision.objects.filter(pk__in=[each.pk for each in made]).update(
        scorecard=drafted, score_policy=policy, score=600, risk_band="B"
    )
    return Scorecard.objects.get(pk=drafted.pk)


def test_its_decisions_are_told_by_month_and_branch_with_those_whose_end_is_known(
    card, officer, book_of_loans
):
    del book_of_loans[100:]  # the others have not borrowed

    seen = watching.watch_decisions(card.pk, day=DAY, actor=officer).result

    assert (seen["everybody"]["rows"], seen["everybody"]["ended"]) == (400, 100)
    assert seen["everybody"]["bads"] == sum(days >= 90 for _c, _s, days, _m in book_of_loans)
    assert sum(each["rows"] for each in seen["months"]) == 400
    assert [each["name"] for each in seen["months"]][:2] == ["2024-01", "2024-02"]
    branches = {each.grid.branch.name for each in make.Village.objects.select_related("grid")}
    assert {each["name"] for each in seen["branches"]} == branches


def test_nobody_can_be_found_again_in_what_is_kept(card, officer):
    kept = watching.watch_decisions(card.pk, day=DAY, actor=officer)

    headings = documents.content(kept.file).decode().splitlines()[0].split(",")
    assert set(headings) == {*card.as_card().names, "bad", "as_of", "branch"}


def test_of_very_many_decisions_every_nth_is_looked_at(card, officer, monkeypatch):
    monkeypatch.setattr(watching, "MOST_DECISIONS", 100)

    seen = watching.watch_decisions(card.pk, day=DAY, actor=officer)

    assert seen.result["everybody"]["rows"] == 100
    assert "400" in seen.note


def test_ten_more_decisions_cost_no_more_queries(card, officer, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        watching.watch_decisions(card.pk, day=DAY, actor=officer)


def test_a_card_that_scored_nobody_says_so(card, officer):
    Decision.objects.update(scorecard=None, score=None, risk_band="")

    with pytest.raises(ScorecardRefused):
        watching.watch_decisions(card.pk, day=DAY, actor=officer)
    assert watching.watch_champions(day=DAY) == []


def test_risk_officers_are_told_when_people_have_shifted_and_only_then(card):
    (steady,) = watching.watch_champions(day=DAY)
    assert (steady.by, steady.shifted, Notice.objects.count()) == (None, 0, 0)
    for each in Decision.objects.all():
        each.inputs["age"] = 20
        each.save(update_fields=["inputs"])

    (shifted,) = watching.watch_champions(day=DAY)

    assert shifted.shifted
    told = Notice.objects.get()
    assert (told.role, told.level) == (Role.RISK_OFFICER, "orange")
    assert told.url == reverse("admin:admission_scorecard_watched", args=[card.pk, shifted.pk])


def test_the_card_s_page_leads_to_what_its_decisions_say(client, card, officer):
    client.force_login(officer)
    page = client.get(reverse("admin:admission_scorecard_change", args=[card.pk]))
    door = reverse("admin:admission_scorecard_watch_decisions", args=[card.pk])
    assert door in page.content.decode()

    seen = client.post(door, follow=True)

    assert seen.context["page"].everybody.rows == 400
    assert ScorecardWatch.objects.get().by == officer
    assert client.get(door).status_code == 405
    client.force_login(make.staff(Role.CUSTOMER_MANAGER))
    assert client.post(door).status_code in (302, 403, 404)
    assert ScorecardWatch.objects.count() == 1
