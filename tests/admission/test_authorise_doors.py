"""The doors of remote authorisation: a manager's pages, and those behind a link."""

import base64
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from admission.models import Authorisation, AuthorisationRequest
from admission.services import authorisation_requests
from admission.views import authorise as pages
from core.models import Reading
from core.roles import Role
from tests import make
from tests.admission.conftest import allow
from tests.admission.remotely import drawn, face
from village.models import Customer, Relation

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(world):
    return world.customer("sound")


@pytest.fixture
def manager(person):
    return person.household.village.grid.manager


@pytest.fixture
def desk(manager):
    client = Client()
    client.force_login(manager)
    return client


def asked(desk, person, purpose="granting"):
    """The address of the manager's page, and the link it shows."""
    answer = desk.post(
        reverse("admission:ask", args=[person.household_id]),
        {"customer": person.pk, "purpose": purpose},
    )
    assert answer.status_code == 302, answer.content.decode()
    page = desk.get(answer.url).context["page"]
    return answer.url, page.address.removeprefix("http://testserver")


def walk(phone, link, person, *, to):
    """Go behind a link as far as a step."""
    phone.get(link)
    named = {"name": person.name, "id_number": person.id_number}
    answer = phone.post(f"{link}identity/", named)
    if to == "identity":
        return answer
    photo = SimpleUploadedFile("me.jpg", face(), "image/jpeg")
    answer = phone.post(f"{link}face/", {"photo": photo, "face_consent": "on"})
    if to == "face":
        return answer
    text_hash = phone.get(f"{link}sign/").context["page"].request.text_hash
    return phone.post(f"{link}sign/", consent(text_hash))


def consent(text_hash):
    picture = base64.b64encode(drawn()).decode()
    return {
        "text_hash": text_hash,
        "agree": "on",
        "signature": f"data:image/png;base64,{picture}",
    }


class TestTheManager:
    def test_the_whole_road(self, desk, person):
        page, link = asked(desk, person)
        phone = Client()

        assert walk(phone, link, person, to="sign").status_code == 302

        assert "授权书已签署" in phone.get(link).content.decode()
        shown = desk.get(page).content.decode()
        assert "未被改动" in shown or "签署后未改动" in shown
        assert Authorisation.objects.filter(customer=person).count() == 1

    def test_the_day_on_the_phone_is_the_day_on_the_form(self, desk, person, behind):
        _page, link = asked(desk, person)
        phone = Client()
        walk(phone, link, person, to="face")
        told = phone.get(f"{link}sign/").context["page"].until

        walk(phone, link, person, to="sign")

        leave = Authorisation.objects.get(customer=person)
        assert told == leave.valid_until == behind + timedelta(days=365)

    def test_the_code_shows_again_in_the_same_browser_and_in_no_other(self, desk, person, manager):
        page, _link = asked(desk, person)
        other = Client()
        other.force_login(manager)

        assert "data:image/svg+xml" in desk.get(page).content.decode()
        assert "data:image/svg+xml" not in other.get(page).content.decode()

    def test_the_page_learns_of_each_step(self, desk, person):
        page, link = asked(desk, person)
        before = desk.get(f"{page}standing/?seen=sent").json()

        Client().get(link)

        assert before["over"] is False
        assert desk.get(f"{page}standing/?seen=sent").json()["over"] is True

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_household_without_a_grown_person_says_that_nobody_can_be_asked(
        self, desk, person, method
    ):
        Customer.objects.filter(pk=person.pk).update(state="moved")

        page = getattr(desk, method)(reverse("admission:ask", args=[person.household_id]))

        assert page.status_code == 200
        assert "admission/nobody_to_ask.html" in {each.name for each in page.templates}
        assert reverse("village:household", args=[person.household_id]) in page.content.decode()

    def test_an_authorisation_good_on_the_bank_s_day_is_not_shown_as_ended(
        self, desk, person, behind
    ):
        allow(person, valid_until=behind)

        page = desk.get(reverse("admission:ask", args=[person.household_id])).context["page"]

        (leave,) = page.people[0].leaves
        assert leave.word == Authorisation.State.IN_FORCE.label

    def test_a_manager_of_another_grid_finds_nothing(self, desk, person):
        page, _link = asked(desk, person)
        stranger = Client()
        stranger.force_login(make.staff())

        household = reverse("admission:ask", args=[person.household_id])
        for address in (page, f"{page}standing/", f"{page}paper/", household):
            assert stranger.get(address).status_code == 404

    def test_an_auditor_reads_and_does_not_ask(self, desk, person):
        page, _link = asked(desk, person)
        auditor = Client()
        auditor.force_login(make.staff(Role.AUDITOR))

        assert auditor.get(page).status_code == 200
        assert auditor.post(f"{page}call-off/").status_code == 403

    def test_calling_off_kills_the_link(self, desk, person):
        page, link = asked(desk, person)

        desk.post(f"{page}call-off/")

        assert Client().get(link).status_code == 410

    def test_the_signed_form_is_read_with_a_record_and_may_be_withdrawn(self, desk, person):
        page, link = asked(desk, person)
        walk(Client(), link, person, to="sign")

        answer = desk.get(f"{page}paper/")
        desk.post(f"{page}withdraw/")

        assert answer.content.startswith(b"%PDF")
        assert Reading.objects.filter(what="authorisation").count() == 1
        assert Authorisation.objects.get().withdrawn_at is not None
        assert "已撤回" in desk.get(page).content.decode()

    def test_somebody_without_a_tie_cannot_be_named(self, desk, person):
        other = make.customer(make.household(person.household.village))

        answer = desk.post(
            reverse("admission:ask", args=[person.household_id]),
            {"customer": other.pk, "purpose": "granting"},
        )

        assert answer.status_code == 422
        assert not AuthorisationRequest.objects.exists()

    def test_ten_more_guarantors_cost_no_more_queries(self, desk, person):
        def add(count):
            for _each in range(count):
                friend = make.customer(make.household(person.household.village))
                one, other = sorted([person, friend], key=lambda each: each.pk)
                Relation.objects.create(one=one, other=other, kind="guarantor")

        address = reverse("admission:ask", args=[person.household_id])
        add(1)
        desk.get(address)
        with CaptureQueriesContext(connection) as few:
            desk.get(address)
        add(10)
        with CaptureQueriesContext(connection) as many:
            desk.get(address)

        assert len(many) == len(few)


class TestThePerson:
    def test_a_slip_of_the_finger_costs_no_try(self, desk, person):
        _page, link = asked(desk, person)
        phone = Client()
        phone.get(link)
        number = person.id_number
        slipped = number[:-1] + ("0" if number[-1] != "0" else "1")

        answer = phone.post(f"{link}identity/", {"name": person.name, "id_number": slipped})

        assert answer.status_code == 422
        assert AuthorisationRequest.objects.get().wrong_tries == 0

    def test_a_wrong_person_is_told_how_many_tries_are_left(self, desk, person):
        _page, link = asked(desk, person)
        phone = Client()
        other = make.customer()

        answer = walk(phone, link, other, to="identity")

        assert answer.status_code == 422
        assert "还可以再试 4 次" in answer.content.decode()

    def test_another_phone_is_sent_away_once_the_person_is_known(self, desk, person):
        _page, link = asked(desk, person)
        walk(Client(), link, person, to="identity")

        answer = Client().get(f"{link}face/")

        assert answer.status_code == 410
        assert "另一部手机" in answer.content.decode()

    def test_a_used_link_says_so(self, desk, person):
        _page, link = asked(desk, person)
        walk(Client(), link, person, to="sign")

        answer = Client().get(link)

        assert answer.status_code == 410
        assert "链接已使用" in answer.content.decode()

    def test_an_expired_link_says_what_to_do(self, desk, person):
        _page, link = asked(desk, person)
        AuthorisationRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

        answer = Client().get(link)

        assert answer.status_code == 410
        assert "重新发一个" in answer.content.decode()

    def test_steps_cannot_be_jumped(self, desk, person):
        _page, link = asked(desk, person)
        phone = Client()
        phone.get(link)

        assert phone.get(f"{link}sign/").url == link
        assert phone.post(f"{link}face/").url == link
        assert phone.get(f"{link}paper/").status_code == 404

    def test_no_page_is_stored_or_told_elsewhere(self, desk, person):
        _page, link = asked(desk, person)

        answer = Client().get(link)

        assert answer["Cache-Control"] == "no-store, private"
        assert answer["Referrer-Policy"] == "same-origin"
        assert person.id_number not in answer.content.decode()
        assert person.name not in answer.content.decode()

    def test_whoever_tries_many_links_has_to_wait(self, db):
        phone = Client()
        for _each in range(pages.MOST_STRANGE_LINKS):
            assert phone.get("/authorise/no-such-link/").status_code == 404

        assert phone.get("/authorise/no-such-link/").status_code == 429

    def test_declining_is_the_end(self, desk, person):
        page, link = asked(desk, person)
        phone = Client()
        phone.get(link)

        answer = phone.post(f"{link}decline/", follow=True)

        assert "不授权" in answer.content.decode()
        assert "本人不授权" in desk.get(page).content.decode()

    @pytest.mark.parametrize("left_out", ["agree", "signature"])
    def test_without_tick_or_signature_nothing_is_signed(self, desk, person, left_out):
        _page, link = asked(desk, person)
        phone = Client()
        walk(phone, link, person, to="face")
        given = consent(AuthorisationRequest.objects.get().text_hash)
        del given[left_out]

        answer = phone.post(f"{link}sign/", given)

        assert answer.status_code == 422
        assert not Authorisation.objects.exists()


def test_the_register_is_read_and_not_written(client, person, manager):
    client.force_login(make.staff(Role.RISK_OFFICER, is_superuser=False))
    started = authorisation_requests.start(
        person.pk,
        applicant_id=person.pk,
        purpose="granting",
        actor=manager,
        at=timezone.now(),
    )

    listed = client.get(reverse("admin:admission_authorisationrequest_changelist"))
    address = reverse("admin:admission_authorisationrequest_change", args=[started.request.pk])

    assert person.name in listed.content.decode()
    assert client.get(address).status_code == 200
    assert client.post(address, {}).status_code == 403
