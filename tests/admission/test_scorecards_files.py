"""A file of people scored with a card at the back office."""

from datetime import timedelta
from io import BytesIO

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from admission.errors import ScorecardRefused
from admission.models import ScoredFile
from admission.scorecard_words import NEVER_WORKED
from admission.services import scorecards_files
from admission.tasks import fit_waiting_scorecards, score_people
from core import documents
from core.models import AuditEntry, Reading
from core.roles import Role
from tests import make
from tests.admission.test_scorecards_services import drafted, fitted, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    user = make.staff(Role.RISK_OFFICER)
    client.force_login(user)
    return user


@pytest.fixture
def card(officer):
    return fitted(make.staff(Role.RISK_OFFICER))


def handed_in(card, officer, content=None):
    content = rows(300, seed=5) if content is None else content
    return scorecards_files.hand_in(card.pk, content=content, name="people.csv", actor=officer)


def door(name, *args):
    return reverse(f"admin:admission_scorecard_{name}", args=args)


def worked(made):
    score_people(made.pk)
    made.refresh_from_db()
    return made


def test_the_worker_scores_as_the_command_does(card, officer, tmp_path):
    made = worked(handed_in(card, officer))

    (tmp_path / "card.json").write_text(card.as_card().dumps())
    (tmp_path / "people.csv").write_bytes(rows(300, seed=5))
    call_command(
        "score", "--card", tmp_path / "card.json", "--input", tmp_path / "people.csv",
        "--out", tmp_path / "scores.csv", "--reasons", "4",
    )  # fmt: skip
    ours = documents.content(made.scores).decode("utf-8-sig")
    assert ours == (tmp_path / "scores.csv").read_text()
    assert made.summary["rows"] == 300
    assert 0.5 < made.summary["auc"] < 1
    deeds = AuditEntry.objects.filter(action__startswith="admission.scorecard.file").order_by("id")
    assert [each.action.rpartition(".")[2] for each in deeds] == ["file_handed_in", "file_scored"]


def test_scored_twice_is_scored_once(card, officer):
    made = worked(handed_in(card, officer))
    first = made.done_at

    assert worked(made).done_at == first


def test_a_file_of_other_people_is_kept_with_the_reason(card, officer):
    made = worked(handed_in(card, officer, b"a,b\n1,2\n"))

    assert made.scores is None
    assert made.fault["params"]["columns"] == ", ".join(card.as_card().names)


def test_a_draft_that_was_not_fitted_scores_nobody(officer):
    with pytest.raises(ScorecardRefused):
        handed_in(drafted(officer), officer)


def test_a_file_whose_worker_died_is_taken_up_again(card, officer):
    made = handed_in(card, officer)
    ScoredFile.objects.update(at=timezone.now() - timedelta(hours=1))

    fit_waiting_scorecards()

    made.refresh_from_db()
    assert not made.is_waiting


def test_a_file_at_which_workers_died_for_a_day_says_that_it_was_not_scored(card, officer):
    made = handed_in(card, officer)
    ScoredFile.objects.update(at=timezone.now() - timedelta(days=2))

    fit_waiting_scorecards()

    made.refresh_from_db()
    assert made.fault["template"] == NEVER_WORKED
    assert made.scores is None


def test_people_are_handed_in_watched_and_fetched(client, card, officer):
    sent = {"file": SimpleUploadedFile("people.csv", rows(300, seed=5))}
    page = client.post(door("score", card.pk), sent, follow=True)
    made = ScoredFile.objects.get()
    assert page.redirect_chain[-1][0] == door("scored", card.pk, made.pk)
    step = door("scored_step", card.pk, made.pk)
    assert step in page.content.decode()
    assert client.get(step).json()["over"] is False
    assert client.get(door("scored_file", card.pk, made.pk)).status_code == 404

    worked(made)

    assert client.get(step).json()["over"] is True
    fetch = door("scored_file", card.pk, made.pk)
    assert fetch in client.get(door("scored", card.pk, made.pk)).content.decode()
    assert "people.csv" in client.get(door("change", card.pk)).content.decode()
    answer = client.get(fetch)
    scores = pl.read_csv(BytesIO(answer.content))
    assert answer["Content-Type"].startswith("text/csv")
    assert {"score", "pd", "reason_1"} <= set(scores.columns)
    assert Reading.objects.filter(reader=officer, what="people with their scores").count() == 1


def test_remarks_and_the_reason_are_shown(client, card, officer):
    some = pl.read_csv(rows(300, seed=5)).drop("age").with_columns(noise=pl.lit("?"))
    lacking = worked(handed_in(card, officer, some.write_csv().encode()))
    refused = worked(handed_in(card, officer, b""))

    page = client.get(door("scored", card.pk, lacking.pk)).context["page"]
    why = client.get(door("scored", card.pk, refused.pk))

    assert len(page.remarks) == 1
    assert page.remarks[0].startswith("age")
    assert why.context["page"].fault in why.content.decode()


def test_others_neither_score_nor_fetch(client, card, officer):
    made = worked(handed_in(card, officer))

    client.force_login(make.staff(Role.RISK_OFFICER))
    assert client.get(door("scored_file", card.pk, made.pk)).status_code == 404
    client.force_login(make.staff(Role.AUDITOR))
    assert client.get(door("score", card.pk)).status_code == 403
    assert client.get(door("scored_file", card.pk, made.pk)).status_code == 403


def test_no_file_is_no_upload(client, card, officer):
    assert client.post(door("score", card.pk), {"sent": "1"}).status_code == 422
    assert ScoredFile.objects.count() == 0


def test_ten_more_files_cost_no_more_queries(client, card, officer, django_assert_max_num_queries):
    handed_in(card, officer)
    client.get(door("change", card.pk))
    with django_assert_max_num_queries(60) as first:
        client.get(door("change", card.pk))
    for each in range(10):
        handed_in(card, officer, rows(10, seed=each))

    with django_assert_max_num_queries(len(first)):
        client.get(door("change", card.pk))
