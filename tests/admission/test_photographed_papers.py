"""Papers photographed: read by a worker, mended and taken over by a person, forgotten in time."""

import io
import json
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from admission import tasks
from admission.contexts_papers import household_section
from admission.errors import PaperRefused
from admission.models import PhotographedPaper
from admission.paper_words import DOUBTS, FAULTS, LABELS, OBJECTIONS
from admission.readings import KINDS
from admission.services import photographed_papers
from core import documents
from core.errors import MoveNotAllowed
from core.models import AuditEntry, Document, Outbox, Reading
from core.roles import Role
from tests import make
from tests.admission import drawn_papers
from tests.admission.conftest import SHANGHAI
from tests.admission.test_readings import HOUSE, LICENCE, STATEMENT, lines
from village.errors import PhotoRefused

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 29, 10, tzinfo=SHANGHAI)
Status = PhotographedPaper.Status


@pytest.fixture
def person():
    return make.customer(name="王守田")


@pytest.fixture
def manager(person):
    return person.household.village.grid.manager


def front(person):
    return [
        f"姓名{person.name}",
        "性别男民族汉",
        "住址 江苏省灌云县",
        f"公民身份号码{person.id_number}",
    ]


def taken(person, manager, kind="id_card_front", content=None):
    content = content or drawn_papers.card_front(person.name, person.id_number)
    return photographed_papers.take(person.pk, kind=kind, content=content, actor=manager, at=AT)


def worked(paper, *texts):
    """Read by a recogniser that sees these lines."""
    return photographed_papers.work(paper.pk, at=AT, recogniser=lambda _content: lines(*texts))


def tried(paper, at, error=None):
    """A worker stops at it."""

    def stops(_content):
        raise error or ZeroDivisionError(paper.customer.id_number)

    return photographed_papers.work(paper.pk, at=at, recogniser=stops)


def picture(number):
    """Another picture each time: the same one is kept once."""
    return drawn_papers.card_front(f"王守{number}", "11010519491231002X")


def values(paper, **changed):
    return {each["name"]: each["value"] for each in paper.fields_found} | changed


def accepted(paper, manager, **changed):
    return photographed_papers.accept(
        paper.pk, values=values(paper, **changed), actor=manager, at=AT
    )


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


class TestTakingOver:
    def test_a_card_has_to_be_the_persons_own(self, person, manager):
        other = make.customer(name="李长河")
        paper = worked(taken(person, manager), *front(other))

        with pytest.raises(PaperRefused) as refused:
            accepted(paper, manager)

        assert {(each.field, each.code) for each in refused.value.objections} == {
            ("name", "other_person"),
            ("id_number", "other_person"),
        }

    def test_what_was_mended_counts_and_is_counted(self, person, manager):
        misread = [*front(person)]
        misread[0] = "姓名王守由"
        paper = worked(taken(person, manager), *misread)

        done = accepted(paper, manager, name=person.name)

        assert (done.status, done.corrected) == (Status.ACCEPTED, 1)
        assert done.values["name"] == person.name
        assert done.keep_until == AT.date() + timedelta(days=5 * 365)

    def test_a_card_that_has_expired_is_not_taken_over(self, person, manager):
        back = ["居民身份证", "签发机关 灌云县公安局", "有效期限 2006.03.02-2026.03.02"]
        paper = worked(taken(person, manager, "id_card_back"), *back)

        with pytest.raises(PaperRefused) as refused:
            accepted(paper, manager)

        assert [each.code for each in refused.value.objections] == ["card_expired"]

    def test_a_licence_says_what_the_person_lives_by_where_nothing_is_registered(
        self, person, manager
    ):
        paper = worked(taken(person, manager, "business_licence"), *LICENCE)

        accepted(paper, manager)

        person.refresh_from_db()
        assert person.main_business == "灌云县下车镇守田农机服务部"

    def test_a_licence_of_a_stranger_is_refused(self, person, manager):
        told = [each.replace("王守田", "陌生人") for each in LICENCE]
        paper = worked(taken(person, manager, "business_licence"), *told)

        with pytest.raises(PaperRefused) as refused:
            accepted(paper, manager)

        assert [each.code for each in refused.value.objections] == ["not_of_the_household"]

    def test_a_house_is_declared_with_the_certificate_as_proof(self, person, manager):
        paper = worked(taken(person, manager, "property_certificate"), *HOUSE)

        accepted(paper, manager, house_value="680,000")

        person.household.refresh_from_db()
        assert person.household.house_value == 68_000_000
        assert person.household.declared_on == AT.date()

    def test_a_statement_stands_in_the_file_as_income(self, person, manager):
        paper = worked(taken(person, manager, "bank_statement"), *STATEMENT)

        accepted(paper, manager)

        section = household_section(person.household, manager)
        assert [(each.value, each.day.isoformat()) for each in section.figures] == [
            ("8.64", "2026-06-30")
        ]

    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [
            ("paid_in", "many", "no_amount"),
            ("paid_in", "-5.00", "no_amount"),
            ("paid_in", "9" * 20, "no_amount"),
            ("to", "June", "no_day"),
            ("to", "长期", "no_day"),
            ("holder", "", "missing"),
        ],
    )
    def test_a_value_out_of_form_is_named(self, person, manager, field, value, code):
        paper = worked(taken(person, manager, "bank_statement"), *STATEMENT)

        with pytest.raises(PaperRefused) as refused:
            accepted(paper, manager, **{field: value})

        assert [(each.field, each.code) for each in refused.value.objections] == [(field, code)]

    @pytest.mark.parametrize(
        ("kind", "texts", "field", "value", "code"),
        [
            ("business_licence", LICENCE, "since", "长期", "no_day"),
            ("property_certificate", HOUSE, "house_value", "9" * 20, "no_amount"),
            ("property_certificate", HOUSE, "area", "9" * 20, "no_area"),
        ],
    )
    def test_what_no_paper_can_say_is_named(self, person, manager, kind, texts, field, value, code):
        paper = worked(taken(person, manager, kind), *texts)

        with pytest.raises(PaperRefused) as refused:
            accepted(paper, manager, **{field: value})

        assert [(each.field, each.code) for each in refused.value.objections] == [(field, code)]

    def test_an_overdrawn_account_is_taken_over(self, person, manager):
        paper = worked(taken(person, manager, "bank_statement"), *STATEMENT)

        assert accepted(paper, manager, balance="-120.00").values["balance"] == "-120.00"

    def test_a_statement_kept_with_a_day_that_is_none_leaves_the_file_open(self, person, manager):
        paper = worked(taken(person, manager, "bank_statement"), *STATEMENT)
        paper = accepted(paper, manager)
        paper.accepted = json.dumps(paper.values | {"to": "长期"})
        paper.save(update_fields=["accepted"])

        assert household_section(person.household, manager).figures == ()

    def test_nothing_is_taken_over_twice(self, person, manager):
        paper = worked(taken(person, manager), *front(person))
        accepted(paper, manager)

        with pytest.raises(MoveNotAllowed):
            accepted(paper, manager)

    def test_no_record_of_it_holds_what_it_says(self, person, manager):
        accepted(worked(taken(person, manager), *front(person)), manager)

        for entry in AuditEntry.objects.all():
            assert person.id_number not in str(entry.detail)
            assert person.name not in str(entry.detail)


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


class TestDoors:
    @pytest.fixture
    def desk(self, manager):
        client = Client()
        client.force_login(manager)
        return client

    def post(self, desk, person, **given):
        picture = drawn_papers.card_front(person.name, person.id_number)
        sent = {
            "customer": person.pk,
            "kind": "id_card_front",
            "photo": SimpleUploadedFile("card.jpg", picture, "image/jpeg"),
        }
        return desk.post(reverse("admission:papers", args=[person.household_id]), sent | given)

    def test_the_whole_road(self, desk, person):
        address = self.post(desk, person).url
        assert "排队中" in desk.get(address).content.decode()
        paper = worked(PhotographedPaper.objects.get(), *front(person))

        standing = desk.get(f"{address}standing/").json()
        shown = desk.get(address).content.decode()
        desk.post(address, values(paper, compared="on"))

        assert standing["over"] is True
        assert "识别自" in shown
        assert "98%" in shown
        assert "已采用" in desk.get(address).content.decode()
        assert Reading.objects.filter(what="paper").count() == 2

    def test_without_the_tick_nothing_is_taken_over(self, desk, person):
        address = self.post(desk, person).url
        paper = worked(PhotographedPaper.objects.get(), *front(person))

        assert desk.post(address, values(paper)).status_code == 422
        assert PhotographedPaper.objects.get().status == Status.READ

    def test_a_refusal_stands_beside_its_field(self, desk, person):
        address = self.post(desk, person).url
        paper = worked(PhotographedPaper.objects.get(), *front(person))

        answer = desk.post(address, values(paper, compared="on", name="李长河"))

        assert answer.status_code == 422
        assert "与登记不一致" in answer.content.decode()

    def test_the_long_scope_of_a_licence_is_taken_over(self, desk, person, manager):
        paper = worked(taken(person, manager, "business_licence"), *LICENCE)
        scope = "农业机械作业服务；" * 40

        answer = desk.post(
            reverse("admission:paper", args=[paper.pk]),
            values(paper, scope=scope, compared="on"),
        )

        assert answer.status_code == 302
        assert PhotographedPaper.objects.get(pk=paper.pk).values["scope"] == scope

    def test_one_that_proves_false_is_taken_back_with_a_reason(self, desk, person, manager):
        paper = accepted(worked(taken(person, manager, "property_certificate"), *HOUSE), manager)
        address = reverse("admission:paper", args=[paper.pk])
        assert f"{address}take-back/" in desk.get(address).content.decode()

        without = desk.post(f"{address}take-back/", {"reason": ""}, follow=True)
        answer = desk.post(f"{address}take-back/", {"reason": "登记中心查无此证"}, follow=True)

        assert without.context["page"].paper.status == "accepted"
        shown = answer.context["page"]
        assert (shown.is_taken_back, shown.may_take_back) == (True, False)
        assert "登记中心查无此证" in answer.content.decode()
        assert AuditEntry.objects.get(action="admission.paper.taken_back").actor == manager

    def test_an_unreadable_one_says_what_to_do(self, desk, person):
        address = self.post(desk, person).url
        worked(PhotographedPaper.objects.get(), *LICENCE)

        assert "这看起来是：营业执照" in desk.get(address).content.decode()

    def test_strangers_find_nothing(self, desk, person):
        address = self.post(desk, person).url
        stranger = Client()
        stranger.force_login(make.staff())

        for each in (address, f"{address}picture/", f"{address}standing/"):
            assert stranger.get(each).status_code == 404

    def test_the_picture_is_shown_with_a_record_and_not_stored(self, desk, person):
        address = self.post(desk, person).url

        answer = desk.get(f"{address}picture/")

        assert answer["Cache-Control"] == "no-store, private"
        assert Reading.objects.filter(what="picture").count() == 1

    def test_ten_more_papers_cost_no_more_queries(self, desk, person, manager):
        address = reverse("admission:papers", args=[person.household_id])
        taken(person, manager)
        desk.get(address)
        with CaptureQueriesContext(connection) as few:
            desk.get(address)
        for _each in range(10):
            taken(person, manager)
        with CaptureQueriesContext(connection) as many:
            desk.get(address)

        assert len(many) == len(few)

    def test_the_register_names_no_field(self, client, person, manager):
        paper = worked(taken(person, manager), *front(person))
        client.force_login(make.staff(Role.RISK_OFFICER))

        listed = client.get(reverse("admin:admission_photographedpaper_changelist"))
        one = client.get(reverse("admin:admission_photographedpaper_change", args=[paper.pk]))

        assert "待核对" in listed.content.decode()
        assert person.id_number not in one.content.decode()


def test_every_field_and_every_reason_has_words():
    assert {kind: tuple(words) for kind, words in LABELS.items()} == {
        name: kind.fields for name, kind in KINDS.items()
    }
    assert set(PhotographedPaper.Kind.values) == set(KINDS)
    of_readings = {"too_small", "too_dark", "too_bright", "blurred", "no_text", "other"}
    assert of_readings | {photographed_papers.STUCK} == set(FAULTS)
    assert {"check_digit", "differs_from_number"} == set(DOUBTS)
    assert "other_person" in OBJECTIONS
