"""Papers photographed: read by a worker, and forgotten in time."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from PIL import Image

from admission import tasks
from admission.models import PhotographedPaper
from admission.paper_words import DOUBTS, FAULTS, LABELS, OBJECTIONS
from admission.readings import KINDS
from admission.services import photographed_papers
from core import documents
from core.errors import MoveNotAllowed
from core.models import Document, Outbox
from tests.admission.photographed import AT, accepted, front, picture, taken, tried, worked
from tests.admission.test_readings import LICENCE, lines
from village.errors import PhotoRefused

pytestmark = pytest.mark.django_db
Status = PhotographedPaper.Status


class TestReading:
    def test_the_picture_is_kept_sealed_and_a_worker_told(self, person, manager):
        paper = taken(person, manager)

        assert documents.content(paper.picture).startswith(b"\xff\xd8")
        assert paper.keep_until == AT.date() + timedelta(days=30)
        assert Outbox.objects.get(kind="admission.PaperPhotographed").body == {"paper_id": paper.pk}

    def test_fields_are_stored_sealed_with_confidence_and_phrase(self, person, manager):
        paper = worked(taken(person, manager), *front(person))

        assert paper.status == Status.READ
        number = next(each for each in paper.fields_found if each["name"] == "id_number")
        assert (number["value"], number["confidence"]) == (person.id_number, 0.98)
        assert "公民身份号码" in number["phrase"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT found FROM admission_photographedpaper")
            (stored,) = cursor.fetchone()
        assert person.id_number not in stored
        assert person.name not in stored

    def test_another_paper_is_named_and_nothing_read(self, person, manager):
        paper = worked(taken(person, manager), *LICENCE)

        assert (paper.status, paper.fault) == (Status.UNREADABLE, "business_licence")
        assert paper.fields_found == []

    def test_a_dark_picture_is_not_even_recognised(self, person, manager):
        held = io.BytesIO()
        Image.new("RGB", (900, 600), "#080808").save(held, "JPEG")
        paper = taken(person, manager, content=held.getvalue())

        read = photographed_papers.work(paper.pk, at=AT, recogniser=None)

        assert (read.status, read.fault) == (Status.UNREADABLE, "too_dark")

    def test_reading_twice_changes_nothing(self, person, manager):
        paper = worked(taken(person, manager), *front(person))

        again = photographed_papers.work(paper.pk, at=AT, recogniser=None)

        assert again.found == paper.found

    def test_what_a_dead_worker_left_is_found_again(self, person, manager):
        paper = taken(person, manager)

        assert photographed_papers.left_waiting(AT) == []
        assert photographed_papers.left_waiting(AT + timedelta(minutes=3)) == [paper.pk]

    def test_a_paper_that_a_worker_has_is_left_to_it_until_that_worker_must_be_dead(
        self, person, manager
    ):
        paper = taken(person, manager)
        tried(paper, AT)

        others = worked(paper, *front(person))

        assert (others.status, others.taken_up) == (Status.READING, 1)
        assert photographed_papers.left_waiting(AT + timedelta(minutes=2)) == []
        assert photographed_papers.left_waiting(AT + timedelta(minutes=3)) == [paper.pk]

    def test_a_picture_at_which_every_worker_stops_is_given_up_with_a_sentence(
        self, person, manager, caplog
    ):
        paper = taken(person, manager)
        times = [AT + n * photographed_papers.LEFT_READING for n in range(5)]

        standing = [tried(paper, at).status for at in times]

        assert standing == [Status.READING] * 2 + [Status.UNREADABLE] * 3
        paper.refresh_from_db()
        assert (paper.fault, paper.taken_up) == ("stuck", 3)
        assert photographed_papers.left_waiting(times[-1] + timedelta(days=1)) == []
        assert "ZeroDivisionError" in caplog.text
        assert person.id_number not in caplog.text

    def test_a_picture_of_which_workers_die_is_given_up_though_none_could_say_so(
        self, person, manager
    ):
        paper = taken(person, manager)
        times = [AT + n * photographed_papers.LEFT_READING for n in range(4)]
        for at in times[:3]:
            with pytest.raises(KeyboardInterrupt):
                tried(paper, at, KeyboardInterrupt())

        assert tried(paper, times[3]).fault == "stuck"

    def test_a_picture_that_breaks_once_is_read_the_next_time(self, person, manager):
        paper = taken(person, manager)
        tried(paper, AT)

        later = AT + photographed_papers.LEFT_READING
        read = photographed_papers.work(
            paper.pk, at=later, recogniser=lambda _content: lines(*front(person))
        )

        assert read.status == Status.READ

    def test_each_paper_left_waiting_is_a_task_of_its_own_with_a_limit(
        self, person, manager, monkeypatch
    ):
        papers = [taken(person, manager, content=picture(n)) for n in range(2)]
        handed = []
        monkeypatch.setattr(  # the broker, as near as can be
            tasks.read_paper, "apply_async", lambda args, **_how: handed.extend(args)
        )

        tasks.read_waiting_papers()

        assert handed == [each.pk for each in papers]
        assert 0 < tasks.read_paper.soft_time_limit < tasks.read_paper.time_limit
        limit = timedelta(seconds=tasks.read_paper.time_limit)
        assert limit < photographed_papers.LEFT_READING

    def test_a_picture_that_is_gone_waits_for_nobody(self, person, manager):
        paper = taken(person, manager)

        photographed_papers.forget(paper.keep_until + timedelta(days=1))

        assert photographed_papers.left_waiting(AT + timedelta(days=60)) == []

    def test_what_is_no_picture_is_refused(self, person, manager):
        with pytest.raises(PhotoRefused):
            taken(person, manager, content=b"no picture")


class TestForgetting:
    def test_of_one_taken_back_the_picture_goes_in_its_time_and_the_fields_stay(
        self, person, manager
    ):
        paper = accepted(worked(taken(person, manager), *front(person)), manager)
        photographed_papers.take_back(paper.pk, because="假证", actor=manager, at=AT)

        gone = photographed_papers.forget((AT + timedelta(days=6 * 365)).date())

        paper = PhotographedPaper.objects.get(pk=paper.pk)
        assert (gone, paper.picture) == (1, None)
        assert paper.values["name"] == person.name

    def test_only_what_was_taken_over_is_taken_back_and_only_once(self, person, manager):
        paper = worked(taken(person, manager), *front(person))
        told = {"because": "假证", "actor": manager, "at": AT}
        with pytest.raises(MoveNotAllowed):
            photographed_papers.take_back(paper.pk, **told)
        accepted(paper, manager)

        photographed_papers.take_back(paper.pk, **told)

        with pytest.raises(MoveNotAllowed):
            photographed_papers.take_back(paper.pk, **told)

    def test_the_picture_goes_when_its_time_is_over(self, person, manager):
        paper = worked(taken(person, manager), *front(person))
        picture = paper.picture

        assert photographed_papers.forget(paper.keep_until) == 0
        assert photographed_papers.forget(paper.keep_until + timedelta(days=1)) == 1

        paper.refresh_from_db()
        assert (paper.picture, paper.found) == (None, "")
        assert not Document.objects.filter(pk=picture.pk).exists()

    def test_a_picture_that_another_paper_holds_stays(self, person, manager):
        first, second = taken(person, manager), taken(person, manager)
        accepted(worked(second, *front(person)), manager)

        photographed_papers.forget(first.keep_until + timedelta(days=1))

        second.refresh_from_db()
        assert documents.content(second.picture)

    def test_what_is_put_aside_forgets_its_fields_at_once(self, person, manager):
        paper = worked(taken(person, manager), *front(person))

        done = photographed_papers.discard(paper.pk, actor=manager, at=AT)

        assert (done.status, done.found) == (Status.DISCARDED, "")


def test_every_field_and_every_reason_has_words():
    assert {kind: tuple(words) for kind, words in LABELS.items()} == {
        name: kind.fields for name, kind in KINDS.items()
    }
    assert set(PhotographedPaper.Kind.values) == set(KINDS)
    of_readings = {"too_small", "too_dark", "too_bright", "blurred", "no_text", "other"}
    assert of_readings | {photographed_papers.STUCK} == set(FAULTS)
    assert {"check_digit", "differs_from_number"} == set(DOUBTS)
    assert "other_person" in OBJECTIONS
