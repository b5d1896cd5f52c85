"""A card at work: what moved is seen, what is chance is not, and too few are said to be."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from admission.models import ScorecardWatch
from admission.scorecard_words import NEVER_WORKED
from admission.scorecards import Settings, Unusable
from admission.scorecards.fitting import fit
from admission.scorecards.monitoring import watch
from admission.services.scorecards_watching_runs import KIND
from admission.tasks import go_on_with_runs, watch_scorecard
from core import documents
from core.models import Document, Notice, Run
from core.roles import Role
from tests import make
from tests.admission.test_scorecards import people
from tests.admission.test_scorecards_services import AS_FEATURES, fitted


@pytest.fixture(scope="module")
def card():
    return fit(people(8000), "bad", Settings(special={"income": (-1.0,)}))


def sliced(rows, slices, name="branch"):
    return rows.with_columns(pl.format("{}", pl.int_range(pl.len()) % slices).alias(name))


def standings(slices):
    return [each.standing for one in slices for each in (one.psi, one.auc, one.calibration)]


def test_people_like_those_of_training_are_steady(card):
    seen = watch(card, people(5000, seed=31))

    assert standings([seen.everybody]) == ["steady"] * 3
    assert {each.csi.standing for each in seen.features} == {"steady"}


@pytest.mark.parametrize("seed", [41, 42, 43])
def test_small_branches_of_the_same_people_raise_no_alarm(card, seed):
    seen = watch(card, sliced(people(12_000, seed=seed), 40), branch="branch")

    assert len(seen.branches) == 40
    assert "shifted" not in standings(seen.branches)
    assert {each.psi.standing for each in seen.branches} <= {"steady", "watch"}


def test_fewer_than_the_floor_are_not_judged_but_counted(card):
    seen = watch(card, sliced(people(900, seed=5), 9), branch="branch")

    assert [each.rows for each in seen.branches] == [100] * 9
    assert {each.psi.standing for each in seen.branches} == {"too_few"}
    assert all(each.psi.value is not None for each in seen.branches)


def test_younger_people_shift_the_score_and_the_question_of_age(card):
    younger = people(4000, seed=8).with_columns(age=pl.col("age") // 2 + 10)

    seen = watch(card, younger)

    moved = {each.feature: each.csi.standing for each in seen.features}
    assert seen.everybody.psi.standing == "shifted"
    assert moved["age"] == "shifted"
    assert moved["job"] == "steady"


def test_words_that_training_never_saw_count_as_a_shift(card):
    strangers = people(3000, seed=9).with_columns(
        job=pl.when(pl.int_range(pl.len()) % 3 == 0).then(pl.lit("pilot")).otherwise("job")
    )

    seen = watch(card, strangers)

    assert {each.feature: each.csi.standing for each in seen.features}["job"] == "shifted"


def test_more_bad_than_expected_is_seen_in_calibration(card):
    worse = people(4000, seed=10).with_columns(
        bad=pl.when(pl.int_range(pl.len()) % 5 == 0).then(1).otherwise("bad")
    )

    assert watch(card, worse).everybody.calibration.standing == "shifted"


def test_a_card_that_no_longer_tells_people_apart_is_seen_in_auc(card):
    rng = np.random.default_rng(2)
    rows = people(4000, seed=11)
    mixed = rows.with_columns(bad=pl.Series(rng.permutation(rows["bad"].to_numpy())))

    seen = watch(card, mixed).everybody

    assert seen.auc.standing == "shifted"
    assert seen.psi.standing == "steady"


def test_who_has_not_ended_counts_for_the_scores_alone(card):
    young = people(1000, seed=12).with_columns(
        bad=pl.when(pl.int_range(pl.len()) < 400).then("bad")
    )

    seen = watch(card, young).everybody
    without = watch(card, young.drop("bad")).everybody

    assert (seen.rows, seen.ended) == (1000, 400)
    assert (without.ended, without.auc.standing) == (0, "too_few")
    assert without.psi == seen.psi


def test_months_are_the_first_seven_letters_of_a_day_in_order(card):
    days = people(600, seed=13).with_columns(
        day=pl.when(pl.int_range(pl.len()) % 2 == 0)
        .then(pl.date(2026, 3, 9))
        .otherwise(pl.date(2025, 12, 31))
    )

    assert [each.name for each in watch(card, days, month="day").months] == ["2025-12", "2026-03"]


@pytest.mark.parametrize(
    ("rows", "given", "says"),
    [
        (people(10).clear(), {}, "no rows"),
        (people(10), {"month": "when"}, "no column when"),
        (people(300), {"branch": "number"}, "more than 200 different"),
        (people(10).with_columns(bad=pl.lit("perhaps")), {}, "must be 0 for good"),
    ],
)
def test_what_cannot_be_watched_is_one_sentence(card, rows, given, says):
    with pytest.raises(Unusable, match=says):
        watch(card, rows, **given)


@pytest.fixture
def officer(client):
    user = make.staff(Role.RISK_OFFICER)
    client.force_login(user)
    return user


def sent(rows, **more):
    file = SimpleUploadedFile("scored.csv", rows.write_csv().encode())
    return {"file": file, "note": "2026 上半年", "month": "", "branch": "branch"} | more


@pytest.mark.django_db
def test_a_file_of_people_becomes_a_page_by_branch(client, officer):
    scorecard = fitted(officer)
    address = reverse("admin:admission_scorecard_watch", args=[scorecard.pk])

    waits = client.post(address, sent(sliced(people(900, seed=3).rename(AS_FEATURES), 3)))
    assert not ScorecardWatch.objects.exists()
    assert "<wait-for" in client.get(waits.url).content.decode()
    assert client.get(f"{waits.url}step/").json()["over"] is False
    watch_scorecard(Run.objects.get().pk)

    assert client.get(f"{waits.url}step/").json()["over"] is True
    shown = client.get(waits.url, follow=True)
    made = ScorecardWatch.objects.get()
    page = shown.context["page"]
    assert (made.scorecard, made.by) == (scorecard, officer)
    assert [(each.name, each.rows) for each in page.branches] == [
        ("0", 300),
        ("1", 300),
        ("2", 300),
    ]
    assert page.alarms == 0
    assert (
        "2026 上半年"
        in client.get(
            reverse("admin:admission_scorecard_change", args=[scorecard.pk])
        ).content.decode()
    )


@pytest.mark.django_db
def test_a_file_that_cannot_be_watched_is_told_and_not_kept(client, officer):
    address = reverse("admin:admission_scorecard_watch", args=[fitted(officer).pk])

    waits = client.post(address, sent(people(300), branch="place"))
    watch_scorecard(Run.objects.get().pk)

    page = client.get(waits.url)
    assert "place" in page.context["refused"]
    assert page.context["refused"] in page.content.decode()
    assert address in page.content.decode()
    assert ScorecardWatch.objects.count() == 0
    told = Notice.objects.get()
    assert (told.user, told.url) == (officer, waits.url)


@pytest.mark.django_db
def test_the_file_is_kept_sealed_once_and_read_by_no_page(client, officer):
    address = reverse("admin:admission_scorecard_watch", args=[fitted(officer).pk])
    rows = sliced(people(300, seed=4).rename(AS_FEATURES), 3)

    first, again = client.post(address, sent(rows)), client.post(address, sent(rows))

    run = Run.objects.get(kind=KIND)
    assert first.url == again.url
    kept = Document.objects.get(pk=run.settings["file"]["document"])
    assert documents.content(kept) == rows.write_csv().encode()
    watch_scorecard(run.pk)
    watch_scorecard(run.pk)
    assert ScorecardWatch.objects.get().file == kept


def handed_in(client, scorecard, rows, **more):
    """The run of a file that was handed in, and the file as it is kept."""
    client.post(reverse("admin:admission_scorecard_watch", args=[scorecard.pk]), sent(rows, **more))
    run = Run.objects.filter(kind=KIND).latest("pk")
    return run, Document.objects.get(pk=run.settings["file"]["document"])


def on_disk(kept):
    return Path(settings.DOCUMENT_ROOT, kept.address[:2], kept.address[2:]).exists()


@pytest.mark.django_db
def test_people_of_a_file_that_said_nothing_are_kept_no_longer(
    client, officer, django_capture_on_commit_callbacks
):
    run, kept = handed_in(client, fitted(officer), people(300), branch="place")
    assert on_disk(kept)

    with django_capture_on_commit_callbacks(execute=True):
        watch_scorecard(run.pk)

    assert not Document.objects.filter(pk=kept.pk).exists()
    assert not on_disk(kept)


@pytest.mark.django_db
def test_a_file_that_another_card_waits_for_or_rests_on_is_kept(client, officer):
    one, other = fitted(officer), fitted(officer)
    rows = sliced(people(300, seed=4).rename(AS_FEATURES), 3)
    refused, kept = handed_in(client, one, rows, branch="place")
    waits, same = handed_in(client, other, rows)
    assert kept == same

    watch_scorecard(refused.pk)
    assert Document.objects.filter(pk=kept.pk).exists()
    watch_scorecard(waits.pk)
    again, _kept = handed_in(client, one, rows, branch="place")
    watch_scorecard(again.pk)

    assert ScorecardWatch.objects.get().file == kept
    assert on_disk(kept)


@pytest.mark.django_db
def test_a_file_without_rows_is_refused_under_its_own_name(client, officer):
    address = reverse("admin:admission_scorecard_watch", args=[fitted(officer).pk])

    waits = client.post(address, sent(people(300), file=SimpleUploadedFile("of_may.csv", b"\n")))
    watch_scorecard(Run.objects.get().pk)

    assert "of_may.csv" in client.get(waits.url).context["refused"]


@pytest.mark.django_db
def test_what_breaks_unforeseen_is_one_sentence_and_quotes_nobody(client, officer, caplog):
    card = fitted(officer)
    address = reverse("admin:admission_scorecard_watch", args=[card.pk])
    waits = client.post(address, sent(people(300).rename(AS_FEATURES).with_columns(branch="age")))
    run = Run.objects.get()
    kept = Document.objects.get(pk=run.settings["file"]["document"])
    Path(settings.DOCUMENT_ROOT, kept.address[:2], kept.address[2:]).write_bytes(b"spoilt")

    watch_scorecard(run.pk)

    page = client.get(waits.url)
    assert page.context["refused"] == gettext(NEVER_WORKED)
    assert page.context["refused"] in page.content.decode()
    assert client.get(f"{waits.url}step/").json()["over"] is True
    assert run.shards.get().error == ""
    assert f"Run {run.pk}" in caplog.text


@pytest.mark.django_db
def test_a_file_whose_worker_was_lost_is_examined_all_the_same(client, officer, monkeypatch):
    address = reverse("admin:admission_scorecard_watch", args=[fitted(officer).pk])
    client.post(address, sent(sliced(people(300).rename(AS_FEATURES), 3)))
    asked = []
    monkeypatch.setattr(watch_scorecard, "apply_async", lambda args, **_more: asked.append(args))
    go_on_with_runs()
    assert asked == []

    Run.objects.update(started_at=timezone.now() - timedelta(hours=1))
    go_on_with_runs()

    assert asked == [(Run.objects.get().pk,)]


@pytest.mark.django_db
def test_who_may_only_look_brings_no_people(client, officer):
    scorecard = fitted(officer)
    client.force_login(make.staff(Role.AUDITOR))

    address = reverse("admin:admission_scorecard_watch", args=[scorecard.pk])
    other = reverse("admin:admission_scorecard_watched", args=[scorecard.pk, 99])

    assert client.get(address).status_code == 403
    assert client.get(other).status_code == 404
