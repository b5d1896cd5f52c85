"""A card held against its own decisions: who is looked at, how they ended, who is told."""

from datetime import timedelta

import polars as pl
import pytest
from django.urls import reverse
from django.utils import timezone

from admission.contexts_scorecard_beside import Vintage
from admission.errors import ScorecardRefused
from admission.models import Decision, Scorecard, ScorecardWatch, ShadowScore
from admission.scorecards import monitoring
from admission.scoring.history import Performing
from admission.services import scorecards_training as training
from admission.services import scorecards_watching as watching
from admission.services import scorecards_watching_runs as watching_runs
from admission.services.scorecards_fitting import fit_drafted
from admission.sources import performance as registered
from core import documents
from core.models import Notice, Run
from core.roles import Role
from credit.models import BusinessDay
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


@pytest.fixture
def champion(card):
    """The card, crowned."""
    approved = {"approver": make.staff(Role.RISK_OFFICER), "approved_at": timezone.now()}
    Scorecard.objects.filter(pk=card.pk).update(status="champion", **approved)
    return Scorecard.objects.get(pk=card.pk)


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


def test_whom_it_scored_as_guarantors_are_none_of_its_people(card, officer):
    some = Decision.objects.filter(scorecard=card).order_by("pk")[:100]
    Decision.objects.filter(pk__in=list(some.values_list("pk", flat=True))).update(
        purpose="guarantee"
    )

    seen = watching.watch_decisions(card.pk, day=DAY, actor=officer).result

    assert seen["everybody"]["rows"] == 300


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
    with django_assert_max_num_queries(15):
        watching.watch_decisions(card.pk, day=DAY, actor=officer)


def test_a_card_that_scored_nobody_says_so(champion, card, officer):
    Decision.objects.update(scorecard=None, score=None, risk_band="")

    with pytest.raises(ScorecardRefused):
        watching.watch_decisions(card.pk, day=DAY, actor=officer)
    assert (watching.watch_champions(day=DAY), Notice.objects.count()) == ([], 0)


def test_risk_officers_are_told_when_people_have_shifted_and_only_then(champion, card):
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

    waits = client.post(door)
    run = Run.objects.get(kind=watching_runs.KIND)
    assert "<wait-for" in client.get(waits.url).content.decode()
    assert not ScorecardWatch.objects.exists()
    watching_runs.work(run.pk)

    seen = client.get(waits.url, follow=True)
    assert seen.context["page"].everybody.rows == 400
    assert ScorecardWatch.objects.get().by == officer
    assert client.get(f"{waits.url}step/").json()["over"] is True
    assert client.get(door).status_code == 405
    client.force_login(make.staff(Role.CUSTOMER_MANAGER))
    assert client.post(door).status_code in (302, 403, 404)
    assert ScorecardWatch.objects.count() == 1


def test_a_second_click_has_a_card_looked_at_once(client, card, officer):
    client.force_login(officer)
    door = reverse("admin:admission_scorecard_watch_decisions", args=[card.pk])

    assert client.post(door).url == client.post(door).url
    assert Run.objects.filter(kind=watching_runs.KIND).count() == 1


def test_a_card_that_scored_nobody_is_looked_at_by_no_worker(client, card, officer):
    Decision.objects.update(scorecard=None, score=None, risk_band="")
    client.force_login(officer)

    client.post(reverse("admin:admission_scorecard_watch_decisions", args=[card.pk]))

    assert not Run.objects.exists()


def test_it_is_looked_at_on_the_banks_day_whatever_the_calendar_says(client, card, officer):
    BusinessDay.objects.create(day=DAY - timedelta(days=1), status="closed")
    client.force_login(officer)

    client.post(reverse("admin:admission_scorecard_watch_decisions", args=[card.pk]))

    assert Run.objects.get().business_day == DAY


@pytest.fixture
def in_shadow(champion, card, policy):
    """A card in shadow that has scored whom the champion scored, a band lower every fourth time."""
    approved = {"approver": champion.approver, "approved_at": champion.approved_at}
    same = ("segment", "card", "fingerprint", "train", "test", "author", "drafted_at", "fitted_at")
    beside = Scorecard.objects.create(
        version=2, status="shadow", **approved, **{name: getattr(card, name) for name in same}
    )
    ShadowScore.objects.bulk_create(
        ShadowScore(
            decision=each, scorecard=beside, score=640 - (each.pk % 50), pd=0.05,
            risk_band="C" if place % 4 == 0 else "B",
        )
        for place, each in enumerate(Decision.objects.order_by("pk"))
    )  # fmt: skip
    return beside


def test_a_card_in_shadow_is_watched_and_laid_beside_the_champion(card, in_shadow, officer):
    seen = watching.watch_decisions(in_shadow.pk, day=DAY, actor=officer).result

    assert seen["everybody"]["rows"] == 400
    beside = seen["beside"]
    assert (beside["champion"], beside["rows"], beside["ended"]) == (card.pk, 400, 400)
    assert beside["bads"] == seen["everybody"]["bads"]
    assert beside["auc"][1] == 0.5  # the champion gave everybody the same score
    assert {each["way"]: each["rows"] for each in beside["swaps"]} == {
        "rises": 0, "stays": 300, "falls": 100,
    }  # fmt: skip
    assert "beside" not in watching.watch_decisions(card.pk, day=DAY, actor=officer).result


def test_cards_in_shadow_are_watched_with_the_champions_and_retired_ones_are_not(card, in_shadow):
    assert {each.scorecard_id for each in watching.watch_champions(day=DAY)} == {
        card.pk, in_shadow.pk,
    }  # fmt: skip

    Scorecard.objects.filter(pk=in_shadow.pk).update(status="retired")

    assert [each.scorecard_id for each in watching.watch_champions(day=DAY)] == [card.pk]


@pytest.mark.parametrize("status", ["suspended", "retired"])
def test_a_champion_that_no_longer_scores_is_not_watched(champion, in_shadow, status):
    Scorecard.objects.filter(pk=champion.pk).update(status=status)

    assert [each.scorecard_id for each in watching.watch_champions(day=DAY)] == [in_shadow.pk]


def test_a_card_that_cannot_be_watched_is_told_once_and_keeps_no_other_back(champion, in_shadow):
    sound = champion.card
    Scorecard.objects.filter(pk=champion.pk).update(card=sound | {"target": "tampered"})

    first, again = watching.watch_champions(day=DAY), watching.watch_champions(day=DAY)

    assert [each.scorecard_id for each in [*first, *again]] == [in_shadow.pk] * 2
    told = Notice.objects.get()
    assert (told.role, told.url) == (
        Role.RISK_OFFICER,
        reverse("admin:admission_scorecard_change", args=[champion.pk]),
    )

    Scorecard.objects.filter(pk=champion.pk).update(card=sound)
    assert len(watching.watch_champions(day=DAY)) == 2
    Scorecard.objects.filter(pk=champion.pk).update(card=sound | {"target": "tampered"})
    watching.watch_champions(day=DAY)
    assert Notice.objects.count() == 2


def test_what_breaks_unforeseen_at_one_card_is_logged_told_and_keeps_no_other_back(
    champion, in_shadow, caplog
):
    first = Decision.objects.order_by("pk").first()
    Decision.objects.filter(pk=first.pk).update(inputs=["not what inputs are"])
    ShadowScore.objects.filter(decision=first).delete()

    assert [each.scorecard_id for each in watching.watch_champions(day=DAY)] == [in_shadow.pk]

    assert Notice.objects.count() == 1
    assert "was not watched" in caplog.text


def test_a_card_of_too_many_branches_or_months_answers_with_a_sentence(
    client, card, officer, monkeypatch
):
    monkeypatch.setattr(monitoring, "MOST_SLICES", 1)
    client.force_login(officer)

    door = reverse("admin:admission_scorecard_watch_decisions", args=[card.pk])
    waits = client.post(door)
    watching_runs.work(Run.objects.get().pk)

    page = client.get(waits.url)
    assert page.status_code == 200
    assert "1" in page.context["refused"]
    assert ScorecardWatch.objects.count() == 0


def test_the_comparison_is_shown_before_the_card_is_crowned(client, in_shadow, officer):
    other = make.staff(Role.RISK_OFFICER)
    client.force_login(other)
    crown = reverse("admin:admission_scorecard_step", args=[in_shadow.pk, "crown"])
    page = reverse("admin:admission_scorecard_change", args=[in_shadow.pk])
    assert client.get(page).context["page"].beside is None
    assert len(client.get(crown).context["facts"]) == 1

    seen = watching.watch_decisions(in_shadow.pk, day=DAY, actor=officer)

    beside = client.get(page).context["page"].beside
    assert [each.rows for each in beside.swaps] == [0, 300, 100]
    assert "0.5000" in str(dict(client.get(crown).context["facts"])["AUC"])
    watched = reverse("admin:admission_scorecard_watched", args=[in_shadow.pk, seen.pk])
    assert client.get(watched).context["page"].beside == beside


@pytest.fixture
def gone_bad(book_of_loans):
    """The same loans, the bad ones bad a hundred days after their first."""
    before = list(registered._of_first_bad)
    registered.register_first_bad(
        lambda bad_days, _day: pl.DataFrame(
            [
                (customer, starts, starts + timedelta(days=100) if worst >= bad_days else None)
                for customer, starts, worst, _mature in book_of_loans
            ],
            schema=registered.FIRST_BAD,
            orient="row",
        )
    )
    yield
    registered._of_first_bad[:] = before


def test_loans_are_told_by_month_and_months_on_book(client, card, officer, book_of_loans, gone_bad):
    seen = watching.watch_decisions(card.pk, day=DAY, actor=officer)

    told = seen.result["vintages"]
    assert sum(each["loans"] for each in told) == 400
    assert sum(each["bads"][-1] for each in told) == sum(d > 90 for _c, _s, d, _m in book_of_loans)
    assert all(each["bads"][2] == 0 for each in told)  # nobody within three months
    assert seen.shifted == 0
    client.force_login(officer)
    door = reverse("admin:admission_scorecard_watched", args=[card.pk, seen.pk])
    answer = client.get(door)
    vintage = answer.context["page"].vintage
    assert [each.month for each in vintage.cohorts] == [each["month"] for each in told]
    assert all(each.is_small for each in vintage.cohorts)
    assert vintage.charts == []
    assert "2024-01" in answer.content.decode()


def test_large_cohorts_are_drawn_with_gaps_where_they_have_not_been_seen():
    kept = [
        {"month": "2025-01", "loans": 100, "bads": [0, 1, 3]},
        {"month": "2025-02", "loans": 80, "bads": [0, 2]},
        {"month": "2025-03", "loans": 20, "bads": [0]},
    ]

    built = Vintage.build(kept)

    (chart,) = built.charts
    assert len(chart.headings) == 3
    assert [[value for value, _written in line.cells] for line in chart.lines] == [
        [0, 0], [0.01, 0.025], [0.03, None],
    ]  # fmt: skip
    assert [each.is_small for each in built.cohorts] == [False, False, True]
