"""Authorising the bank in the mini-program: as strong as behind a link, and named by a request."""

import base64
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from admission import services as admission
from admission.models import Authorisation, AuthorisationRequest
from admission.reference.texts import AUTHORISATION_VERSION, authorisation_hash
from admission.services import authorisation_papers, authorisation_requests, authorising
from core import documents, seals
from core.models import AuditEntry, Notice
from credit.models import Application, BusinessDay
from credit.services import applications
from tests import make
from tests.admission.remotely import drawn, face, saved
from tests.credit import lend
from tests.credit.conftest import DAY
from tests.credit.test_api import WANTED, Phone

pytestmark = pytest.mark.django_db(transaction=True)
Status = AuthorisationRequest.Status


@pytest.fixture(autouse=True)
def _day(bank):
    yesterday = DAY - timedelta(days=1)
    BusinessDay.objects.create(day=yesterday, status=BusinessDay.Status.CLOSED)


@pytest.fixture
def person(borrower, outside):
    return borrower.customer


@pytest.fixture
def phone(person):
    return Phone(person)


def text(**changed):
    return {"text_version": AUTHORISATION_VERSION, "text_sha256": authorisation_hash()} | changed


def encoded(picture):
    return base64.b64encode(picture).decode()


def begun(phone):
    return f"consents/{phone.post('consents', text()).json()['number']}"


def identified(phone, person):
    at = begun(phone)
    answer = phone.post(f"{at}/identity", {"name": person.name, "id_number": person.id_number})
    assert answer.status_code == 200, answer.content
    return at


def shown(phone, at, picture=None):
    photo = encoded(picture or face())
    return phone.post(f"{at}/face", {"photo": photo, "agrees_to_comparison": True})


def signed(phone, person):
    at = identified(phone, person)
    shown(phone, at)
    given = {"text_sha256": authorisation_hash(), "signature": encoded(drawn()), "agrees": True}
    return phone.post(f"{at}/sign", given)


class TestTheText:
    def test_it_is_told_whole_with_version_and_hash(self, phone):
        told = phone.get("authorisation-text").json()

        assert told["text"].startswith("个人信息查询与使用授权书")
        assert (told["text_version"], told["text_sha256"]) == tuple(text().values())
        assert (told["purpose"], told["valid_until"]) == ("application", "2026-09-28")

    @pytest.mark.parametrize(
        "changed", [{"text_sha256": "0" * 64}, {"text_version": "2020-01"}, {"text_sha256": "是"}]
    )
    def test_another_text_is_not_signed(self, phone, changed):
        answer = phone.post("consents", text(**changed))

        assert (answer.status_code, answer.json()["code"]) == (409, "text_not_in_force")
        assert not AuthorisationRequest.objects.exists()

    def test_it_must_be_the_one_on_the_screen_while_signing_too(self, phone, person):
        at = identified(phone, person)
        shown(phone, at)

        answer = phone.post(
            f"{at}/sign", {"text_sha256": "0" * 64, "signature": encoded(drawn()), "agrees": True}
        )

        assert (answer.status_code, answer.json()["code"]) == (409, "request_refused")
        assert not Authorisation.objects.exists()


class TestTheSteps:
    def test_they_lead_to_a_sealed_form_and_an_authorisation(self, phone, person):
        told = signed(phone, person).json()

        request = AuthorisationRequest.objects.get()
        leave = request.authorisation
        assert (told["status"], told["authorisation"]["number"]) == ("signed", leave.pk)
        assert (leave.customer, leave.obtained_by, leave.purpose) == (person, None, "application")
        assert leave.text_hash == authorisation_hash()
        assert timezone.localdate(leave.granted_at) == DAY
        sealed = documents.content(leave.document)
        assert seals.check(sealed).holds
        assert seals.evidence_in(sealed) == request.evidence
        assert request.evidence["door"] == "mini_program"
        assert request.evidence["face"]["score"] >= authorising.FACE_AT_LEAST
        assert authorisation_papers.is_unchanged(request)
        paper = phone.get(f"authorisations/{leave.pk}/paper")
        assert (paper["Content-Type"], paper.content) == ("application/pdf", sealed)

    def test_each_says_which_is_next(self, phone, person):
        at = begun(phone)
        first = phone.get(at).json()["next_step"]
        phone.post(f"{at}/identity", {"name": person.name, "id_number": person.id_number})
        second = phone.get(at).json()["next_step"]
        third = shown(phone, at).json()["next_step"]

        assert [first, second, third] == ["identity", "face", "sign"]

    def test_none_is_passed_over(self, phone, person):
        at = begun(phone)

        early = shown(phone, at)
        earlier = phone.post(
            f"{at}/sign",
            {"text_sha256": authorisation_hash(), "signature": encoded(drawn()), "agrees": True},
        )

        assert {early.status_code, earlier.status_code} == {409}
        assert not Authorisation.objects.exists()

    def test_signing_twice_is_one_authorisation(self, phone, person):
        first = signed(phone, person).json()
        given = {"text_sha256": authorisation_hash(), "signature": encoded(drawn()), "agrees": True}

        again = phone.post(f"consents/{first['number']}/sign", given)

        assert again.json()["authorisation"] == first["authorisation"]
        assert Authorisation.objects.count() == 1

    def test_every_step_is_written_down(self, phone, person):
        signed(phone, person)

        about = AuditEntry.objects.filter(object_type="admission.authorisationrequest")
        steps = [each.action.rpartition(".")[2] for each in about.order_by("id")]
        assert steps == ["sent", "opened", "identified", "recognised", "signed"]

    def test_the_manager_of_the_grid_hears_of_it(self, phone, person):
        signed(phone, person)

        manager = person.household.village.grid.manager
        assert Notice.objects.filter(user=manager, level="info").count() == 1

    def test_declining_authorises_nothing(self, phone, person):
        at = begun(phone)

        answer = phone.post(f"{at}/decline")

        assert answer.status_code == 204
        assert phone.get(at).json()["code"] == "declined"
        assert not Authorisation.objects.exists()


class TestWhoItIs:
    def test_another_name_is_counted_and_the_fifth_ends_it_for_the_day(self, phone, person):
        at = begun(phone)
        wrong = {"name": "别的人", "id_number": person.id_number}

        answers = [phone.post(f"{at}/identity", wrong) for _ in range(5)]
        anew = phone.post("consents", text())

        assert [each.json()["code"] for each in answers] == ["not_recognised"] * 4 + ["locked"]
        assert (anew.status_code, anew.json()["code"]) == (409, "request_refused")
        manager = person.household.village.grid.manager
        assert Notice.objects.filter(user=manager, level="orange").count() == 1

    def test_the_day_after_it_may_be_tried_again(self, phone, person):
        begun(phone)
        AuthorisationRequest.objects.update(
            status=Status.LOCKED, closed_at=timezone.now() - timedelta(hours=25)
        )

        assert phone.post("consents", text()).status_code == 201

    def test_a_hand_before_the_lens_is_no_face(self, phone, person):
        at = identified(phone, person)

        answer = shown(phone, at, saved(Image.new("RGB", (400, 400), "#101010"), "JPEG"))

        assert (answer.status_code, answer.json()["code"]) == (409, "not_recognised")

    def test_police_who_do_not_answer_cost_no_try(self, phone, person, outside):
        at = begun(phone)
        outside.app.faults.set("police/identity", "500", None)

        answer = phone.post(f"{at}/identity", {"name": person.name, "id_number": person.id_number})

        assert (answer.status_code, answer.json()["code"]) == (409, "check_away")
        assert AuthorisationRequest.objects.get().wrong_tries == 0

    def test_another_session_does_not_go_on(self, phone, person):
        at = identified(phone, person)

        answer = shown(Phone(person), at)

        assert (answer.status_code, answer.json()["code"]) == (409, "elsewhere")

    def test_another_customer_finds_nothing(self, phone, person, village):
        number = signed(phone, person).json()["authorisation"]["number"]
        at = begun(phone)
        neighbour = Phone(make.customer(make.household(village)))

        answers = [
            neighbour.get(at),
            neighbour.post(f"{at}/decline"),
            neighbour.get(f"authorisations/{number}/paper"),
            neighbour.post(f"authorisations/{number}/withdraw"),
        ]

        assert {each.status_code for each in answers} == {404}
        assert neighbour.get("authorisations").json() == []

    def test_a_link_of_the_manager_is_not_gone_on_with_here(self, phone, person):
        manager = person.household.village.grid.manager
        started = authorisation_requests.start(
            person.pk, applicant_id=person.pk, purpose="application", actor=manager,
            at=timezone.now(),
        )  # fmt: skip

        assert phone.get(f"consents/{started.request.pk}").status_code == 404

    def test_it_is_over_after_ten_minutes(self, phone, person):
        at = begun(phone)
        AuthorisationRequest.objects.update(expires_at=timezone.now())

        answer = phone.get(at)

        assert (answer.status_code, answer.json()["code"]) == (409, "expired")


class TestBadInput:
    @pytest.mark.parametrize("photo", [7, "no base64!", "A" * 14_000_001])
    def test_what_is_no_photo_is_a_bad_request(self, phone, person, photo):
        at = identified(phone, person)

        answer = phone.post(f"{at}/face", {"photo": photo, "agrees_to_comparison": True})

        assert (answer.status_code, list(answer.json())) == (400, ["photo"])

    def test_without_consent_of_its_own_no_face_is_compared(self, phone, person):
        at = identified(phone, person)

        answer = phone.post(f"{at}/face", {"photo": encoded(face()), "agrees_to_comparison": False})

        assert (answer.status_code, list(answer.json())) == (400, ["agrees_to_comparison"])

    def test_without_the_tick_nothing_is_signed(self, phone, person):
        at = identified(phone, person)
        shown(phone, at)
        given = {"text_sha256": authorisation_hash(), "signature": encoded(drawn())}

        answers = [phone.post(f"{at}/sign", given | more) for more in ({}, {"agrees": False})]

        assert [(each.status_code, list(each.json())) for each in answers] == [
            (400, ["agrees"])
        ] * 2
        assert not Authorisation.objects.exists()

    @pytest.mark.parametrize("signature", ["", None, "data:image/png;base64,AAAA", "签"])
    def test_what_is_no_signature_is_a_bad_request(self, phone, person, signature):
        at = identified(phone, person)
        shown(phone, at)

        answer = phone.post(
            f"{at}/sign",
            {"text_sha256": authorisation_hash(), "signature": signature, "agrees": True},
        )

        assert (answer.status_code, list(answer.json())) == (400, ["signature"])

    def test_it_cannot_be_begun_without_end(self, phone):
        answers = [phone.post("consents", text()).status_code for _ in range(9)]

        assert answers == [201] * 8 + [409]


class TestItsUse:
    def test_a_request_names_it_and_is_heard_under_it(self, phone, person, borrower):
        lend.line(borrower)
        number = signed(phone, person).json()["authorisation"]["number"]

        asked = phone.post("applications", WANTED | {"authorisation": number}, key="a")

        assert asked.status_code == 201
        application = Application.objects.get(number=asked.json()["number"])
        assert application.authorisation_id == number
        done = applications.advance(application.pk)
        leave = Authorisation.objects.get(pk=number)
        assert done.authorisation_id == number
        assert leave.bureau_asked_at is not None
        assert {each["state"] for each in phone.get("authorisations").json()} == {"spent"}

    def test_a_yes_is_no_authorisation_any_more(self, phone, borrower):
        lend.line(borrower)

        answer = phone.post("applications", WANTED | {"allows_enquiries": True}, key="a")

        assert answer.status_code == 400
        assert "POST consents" in answer.json()["allows_enquiries"][0]
        assert not Application.objects.exists()
        assert not Authorisation.objects.exists()

    def test_without_one_no_request_is_taken(self, phone, borrower):
        lend.line(borrower)

        answer = phone.post("applications", WANTED, key="a")

        assert (answer.status_code, list(answer.json())) == (400, ["authorisation"])

    def test_one_of_another_or_for_another_purpose_is_refused(self, phone, borrower, village):
        lend.line(borrower)
        neighbour = make.customer(make.household(village))
        given = {"actor": None, "at": timezone.now(), "valid_until": DAY + timedelta(days=3650)}
        theirs = admission.authorise(neighbour.pk, purpose="application", **given)
        granting = admission.authorise(borrower.customer.pk, purpose="granting", **given)

        codes = [_refused(phone, each.pk) for each in (theirs, granting)]

        assert codes == ["authorisation_unknown"] * 2

    def test_one_taken_back_is_refused(self, phone, borrower):
        lend.line(borrower)
        leave = lend.authorise(borrower)

        told = phone.post(f"authorisations/{leave.pk}/withdraw").json()

        assert told["state"] == "withdrawn"
        assert _refused(phone, leave.pk) == "authorisation_ended"

    def test_one_replaced_by_a_newer_is_refused(self, phone, borrower):
        lend.line(borrower)
        older, _newer = lend.authorise(borrower), lend.authorise(borrower)

        assert _refused(phone, older.pk) == "authorisation_replaced"

    def test_one_whose_query_brought_nothing_is_refused(self, phone, borrower):
        lend.line(borrower)
        leave = lend.authorise(borrower)
        leave.bureau_asked_at = timezone.now()
        leave.save(update_fields=["bureau_asked_at"])

        assert _refused(phone, leave.pk) == "authorisation_spent"


def _refused(phone, number):
    answer = phone.post("applications", WANTED | {"authorisation": number}, key=f"k{number}")
    assert answer.status_code == 409
    return answer.json()["code"]


def test_the_schema_tells_of_every_step(client, bank):
    client.force_login(bank.author)

    schema = client.get("/api/schema/?format=json")

    assert schema.status_code == 200
    told = schema.json()["paths"]
    steps = ["", "/identity", "/face", "/sign", "/decline"]
    assert {f"/api/v1/consents/{{number}}{each}" for each in steps} <= told.keys()
    asked = schema.json()["components"]["schemas"]["ApplyInput"]
    assert "authorisation" in asked["required"]
    assert "allows_enquiries" not in asked["properties"]
