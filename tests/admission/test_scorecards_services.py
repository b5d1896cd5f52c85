"""The register of scorecards: fitted by a worker, moved by services, held by the database."""

import itertools
from datetime import timedelta

import polars as pl
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from admission.errors import ScorecardRefused
from admission.models import Scorecard, ScorecardStep
from admission.scorecard_words import NEVER_WORKED
from admission.services import scorecards
from admission.services.scorecards_fitting import fit_drafted, left_waiting
from admission.tasks import fit_scorecard, fit_waiting_scorecards
from core import events
from core.errors import MoveNotAllowed, SameHands
from core.models import AuditEntry
from core.roles import Role
from tests import make
from tests.admission.test_scorecards import people

pytestmark = pytest.mark.django_db

Status = Scorecard.Status
MOVES = {
    "pass_test": (Status.DRAFT, Status.TESTED),
    "approve": (Status.TESTED, Status.APPROVED),
    "shadow": (Status.APPROVED, Status.SHADOW),
    "crown": (Status.SHADOW, Status.CHAMPION),
    "suspend": (Status.CHAMPION, Status.SUSPENDED),
}
ROAD = list(MOVES)
BEFORE = {Status.DRAFT: 0, Status.TESTED: 1, Status.APPROVED: 2, Status.SHADOW: 3,
          Status.CHAMPION: 4, Status.SUSPENDED: 5}  # fmt: skip


AS_FEATURES = {"income": "declared_net_income", "job": "occupation_declared"}


def rows(count=3000, seed=7):
    """Made-up applicants whose columns are named as features of the bank's customers are."""
    return people(count, seed=seed).rename(AS_FEATURES).write_csv().encode()


@pytest.fixture
def author():
    return make.staff(Role.RISK_OFFICER)


@pytest.fixture
def other():
    return make.staff(Role.RISK_OFFICER)


def drafted(author, segment="farmer", **given):
    sent = {"train": rows(), "test": None, "target": "bad", "settings": {}} | given
    return scorecards.draft(segment, actor=author, **sent)


def fitted(author, **given):
    made = drafted(author, **given)
    fit_drafted(made.pk, at=timezone.now())
    made.refresh_from_db()
    return made


def in_villages_and_months(count=3000):
    """The same people, each in one of thirty villages and one of twelve months."""
    made = pl.read_csv(rows(count)).with_columns(
        village=pl.format("V{}", pl.int_range(pl.len()) % 30),
        month=pl.format("2025-{}", (pl.int_range(pl.len()) % 12 + 1).cast(pl.String).str.zfill(2)),
    )
    return made.write_csv().encode()


@pytest.mark.parametrize(
    ("split", "column", "tested"), [("group", "village", 900), ("time", "month", 1000)]
)
def test_a_file_is_put_apart_as_it_was_asked(author, split, column, tested):
    made = fitted(
        author,
        train=in_villages_and_months(),
        settings={"excluded": [column]},
        origin={"split": split, "column": column},
    )

    card = made.as_card()
    assert card.evidence["test"]["rows"] == tested
    assert card.evidence["train"]["rows"] == 3000 - tested
    assert column not in card.names
    again = scorecards.redraw(made.pk, column="age", override={"edges": [30]}, actor=author)
    assert again.origin == made.origin


def test_a_file_that_cannot_be_put_apart_so_says_why(author):
    made = fitted(
        author, train=in_villages_and_months(), origin={"split": "time", "column": "village"}
    )

    assert made.card is None
    assert made.fault["params"]["column"] == "village"


def moved(scorecard, move, by):
    return getattr(scorecards, move)(scorecard.pk, actor=by, evidence="see the report")


def at(status, author, other, **given):
    made = fitted(author, **given)
    if status == Status.RETIRED:
        return moved(made, "retire", other)
    for move in ROAD[: BEFORE[status]]:
        made = moved(made, move, other)
    return made


def test_an_uploaded_file_is_fitted_by_a_worker(author):
    made = drafted(author)
    assert made.is_fitting

    fit_drafted(made.pk, at=timezone.now())

    made.refresh_from_db()
    card = made.as_card()
    assert made.fingerprint == card.hash
    assert card.evidence["test"]["rows"] == 900
    assert card.evidence["train"]["rows"] == 2100
    assert not made.is_fitting


def test_a_draft_is_handed_to_a_worker_once_it_is_committed(
    author, monkeypatch, django_capture_on_commit_callbacks
):
    handed = []
    monkeypatch.setattr(fit_scorecard, "delay", handed.append)
    made = drafted(author)
    assert handed == []

    with django_capture_on_commit_callbacks(execute=True):
        events.drain()

    assert handed == [made.pk]


def test_a_draft_that_the_broker_lost_is_found_and_fitted(author):
    made = drafted(author)
    assert left_waiting(timezone.now()) == []

    assert left_waiting(timezone.now() + timedelta(minutes=10)) == [made.pk]

    fit_drafted(made.pk, at=timezone.now())
    assert left_waiting(timezone.now() + timedelta(minutes=10)) == []


def test_a_draft_at_which_workers_died_for_a_day_says_that_it_was_not_fitted(author, client):
    made = drafted(author)
    Scorecard.objects.filter(pk=made.pk).update(drafted_at=timezone.now() - timedelta(days=2))

    fit_waiting_scorecards()

    made.refresh_from_db()
    assert not made.is_fitting
    assert made.fault["template"] == NEVER_WORKED
    client.force_login(author)
    page = client.get(reverse("admin:admission_scorecard_change", args=[made.pk]))
    assert "<wait-for" not in page.content.decode()


def test_what_breaks_unforeseen_is_said_and_logged_without_its_words(author, monkeypatch, caplog):
    made = drafted(author)

    def breaks(*_given):
        raise RuntimeError("511322198005170011")

    monkeypatch.setattr("admission.scorecards.fitting.sift", breaks)
    fit_scorecard(made.pk)

    made.refresh_from_db()
    assert made.fault["template"] == NEVER_WORKED
    assert "RuntimeError" in caplog.text
    assert "511322198005170011" not in caplog.text


def test_the_page_tells_how_far_a_worker_has_come(author, client):
    client.force_login(author)
    made = drafted(author)
    door = reverse("admin:admission_scorecard_fitting", args=[made.pk])
    told = []

    page = client.get(reverse("admin:admission_scorecard_change", args=[made.pk]))
    assert door in page.content.decode()
    assert client.get(door).json()["over"] is False
    fit_drafted(made.pk, at=timezone.now(), tell=told.append)

    assert told == ["read", "fit", "examine"]
    assert client.get(door).json()["over"] is True


def test_fitting_twice_is_fitting_once(author):
    made = fitted(author)
    when = made.fitted_at

    fit_drafted(made.pk, at=timezone.now())

    made.refresh_from_db()
    assert made.fitted_at == when
    assert AuditEntry.objects.filter(action="admission.scorecard.fitted").count() == 1


def test_a_test_file_of_ones_own_is_used(author):
    made = fitted(author, test=rows(500, seed=3))

    assert made.as_card().evidence["train"]["rows"] == 3000
    assert made.as_card().evidence["test"]["rows"] == 500


def test_what_cannot_be_fitted_keeps_its_reason_and_cannot_be_tested(author):
    made = fitted(author, train=b"a,b\n1,2\n3,4\n")

    assert made.card is None
    assert "no column %(target)s" in made.fault["template"]
    with pytest.raises(ScorecardRefused):
        moved(made, "pass_test", author)


def test_settings_that_cannot_be_meant_are_refused(author):
    with pytest.raises(ScorecardRefused):
        drafted(author, settings={"unseen": "whatever"})
    assert Scorecard.objects.count() == 0


@pytest.mark.parametrize(
    ("status", "move"), list(itertools.product(Status.values, [*MOVES, "retire"]))
)
def test_only_the_drawn_moves_are_possible(author, other, status, move):
    card = at(status, author, other)
    drawn = status != Status.RETIRED if move == "retire" else MOVES[move][0] == status

    if drawn:
        moved(card, move, other)
        card.refresh_from_db()
        assert card.status == (Status.RETIRED if move == "retire" else MOVES[move][1])
    else:
        with pytest.raises(MoveNotAllowed):
            moved(card, move, other)


def test_every_step_is_kept_with_its_evidence_and_figures(author, other):
    card = at(Status.CHAMPION, author, other)

    steps = list(card.steps.all())

    assert [each.after for each in steps] == ["tested", "approved", "shadow", "champion"]
    assert all(each.evidence == "see the report" for each in steps)
    assert all(0.5 < each.figures["auc"] < 1 for each in steps)


@pytest.mark.parametrize("evidence", ["", "  \n"])
def test_no_step_without_evidence(author, other, evidence):
    card = fitted(author)

    with pytest.raises(ScorecardRefused):
        scorecards.pass_test(card.pk, actor=other, evidence=evidence)

    card.refresh_from_db()
    assert card.status == Status.DRAFT
    with pytest.raises(IntegrityError), transaction.atomic():
        ScorecardStep.objects.create(
            scorecard=card, before="draft", after="tested", by=other, at=timezone.now(),
            evidence=evidence,
        )  # fmt: skip


def test_a_card_examined_on_too_few_is_not_tested(author, other):
    card = fitted(author, test=rows(30, seed=3))

    with pytest.raises(ScorecardRefused):
        moved(card, "pass_test", other)


def test_nobody_approves_or_crowns_their_own_card(author, other):
    card = at(Status.TESTED, author, other)
    with pytest.raises(SameHands):
        moved(card, "approve", author)

    for move in ("approve", "shadow"):
        moved(card, move, other)
    with pytest.raises(SameHands):
        moved(card, "crown", author)


def test_the_database_refuses_an_approver_who_is_the_author(author, other):
    card = at(Status.APPROVED, author, other)

    with pytest.raises(IntegrityError), transaction.atomic():
        Scorecard.objects.filter(pk=card.pk).update(approver=author)


def test_the_database_refuses_a_card_in_use_that_nobody_approved(author, other):
    card = at(Status.SHADOW, author, other)

    with pytest.raises(IntegrityError), transaction.atomic():
        Scorecard.objects.filter(pk=card.pk).update(approver=None)


def test_a_new_champion_retires_the_one_before(author, other):
    before = at(Status.CHAMPION, author, other)

    after = at(Status.CHAMPION, author, other)

    before.refresh_from_db()
    assert (before.status, after.status) == (Status.RETIRED, Status.CHAMPION)
    assert after.version == before.version + 1
    assert "v2" in before.steps.last().evidence


def test_each_segment_has_a_champion_of_its_own_and_no_second(author, other):
    at(Status.CHAMPION, author, other)
    at(Status.CHAMPION, author, other, segment="business")
    third = at(Status.SHADOW, author, other)

    assert Scorecard.objects.filter(status="champion").count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Scorecard.objects.filter(pk=third.pk).update(status="champion")


def test_bins_drawn_by_hand_make_a_new_draft(author, other):
    before = at(Status.APPROVED, author, other)

    made = scorecards.redraw(before.pk, column="age", override={"edges": [30, 50]}, actor=other)
    fit_drafted(made.pk, at=timezone.now())

    made.refresh_from_db()
    before.refresh_from_db()
    age = next(each for each in made.as_card().features if each.name == "age")
    assert age.binned.edges == [30, 50]
    assert (made.version, made.status, made.revises, made.author) == (2, "draft", before, other)
    assert before.status == Status.APPROVED


def test_drawing_by_hand_can_be_taken_back(author):
    drawn = scorecards.redraw(
        fitted(author).pk, column="age", override={"edges": [30]}, actor=author
    )

    back = scorecards.redraw(drawn.pk, column="age", override={}, actor=author)

    assert back.settings["overrides"] == {}
