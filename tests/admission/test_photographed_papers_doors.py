"""Papers photographed: the pages, and who may open them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from admission.models import PhotographedPaper
from core.models import AuditEntry, Reading
from core.roles import Role
from tests import make
from tests.admission import drawn_papers
from tests.admission.photographed import accepted, front, taken, values, worked
from tests.admission.test_readings import HOUSE, LICENCE

pytestmark = pytest.mark.django_db
Status = PhotographedPaper.Status


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
