"""Customers show their ID card at the mini-program's door and apply with it."""

import base64
import io
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from admission.models import PhotographedPaper
from admission.readings.fields import id_number_holds
from admission.services import photographed_papers
from core import documents
from core.models import AuditEntry, Outbox
from credit.api.cards import MOST_PICTURES
from credit.models import BusinessDay
from tests import make
from tests.admission import drawn_papers
from tests.admission.test_readings import lines
from tests.credit.conftest import DAY
from tests.credit.test_api import Phone

pytestmark = pytest.mark.django_db(transaction=True)
BACK = ("居民身份证", "签发机关 灌云县公安局", "有效期限 2018.03.21-2038.03.21")


@pytest.fixture(autouse=True)
def _day(bank):
    cache.clear()
    yesterday = DAY - timedelta(days=1)
    BusinessDay.objects.create(day=yesterday, status=BusinessDay.Status.CLOSED)
    yield
    cache.clear()


@pytest.fixture
def person(borrower):
    return borrower.customer


@pytest.fixture
def phone(person):
    return Phone(person)


def front(person, number=""):
    return (f"姓名{person.name}", "住址 江苏省灌云县", f"公民身份号码{number or person.id_number}")


def encoded(content):
    return base64.b64encode(content).decode()


def show(phone, side="front", content=None):
    photo = encoded(content or drawn_papers.paper(side))
    return phone.post("identity-cards", {"side": side, "photo": photo})


def read(answer, *texts, sure=0.98):
    """A worker reads what was sent, and sees these lines; the number of the picture."""
    number = answer.json()["number"]
    photographed_papers.work(
        number, at=timezone.now(), recogniser=lambda _content: lines(*texts, sure=sure)
    )
    return number


def confirm(phone, number, **corrections):
    return phone.post(
        f"identity-cards/{number}/confirm", {"compared": True, "corrections": corrections}
    )


def compared(phone, person):
    """Both sides, as a request names them."""
    named = {"front": read(show(phone), *front(person)), "back": read(show(phone, "back"), *BACK)}
    for number in named.values():
        assert confirm(phone, number).status_code == 200
    return named


def twin_of(number):
    """The number of somebody born on the same day, registered next."""
    return make.id_number(serial=(int(number[14:17]) + 2) % 1000)


class TestAPicture:
    def test_it_is_kept_sealed_and_a_worker_told(self, phone, person):
        answer = show(phone)

        paper = PhotographedPaper.objects.get()
        assert (answer.status_code, answer.json()["status"]) == (201, "waiting")
        assert (paper.customer, paper.taken_by, paper.kind) == (person, None, "id_card_front")
        assert documents.content(paper.picture).startswith(b"\xff\xd8")
        assert Outbox.objects.get(kind="admission.PaperPhotographed").body == {"paper_id": paper.pk}

    def test_each_field_is_told_with_its_confidence(self, phone, person):
        number = read(show(phone), *front(person), sure=0.9)

        told = phone.get(f"identity-cards/{number}").json()

        fields = {each["name"]: each for each in told["fields_read"]}
        assert (told["status"], told["side"], told["problem"]) == ("read", "front", None)
        assert fields["id_number"]["value"] == person.id_number
        assert (fields["id_number"]["confidence"], fields["id_number"]["is_sure"]) == (0.9, False)
        assert fields["id_number"]["label"] == "身份证号"

    @pytest.mark.parametrize("photo", [7, "no base64!", "A" * 14_000_001, None])
    def test_what_is_no_base64_is_a_bad_request(self, phone, photo):
        answer = phone.post("identity-cards", {"side": "front", "photo": photo})

        assert (answer.status_code, list(answer.json())) == (400, ["photo"])

    @pytest.mark.parametrize("content", [b"%PDF-1.7", b"GIF89a" + b"\0" * 40])
    def test_what_is_no_photo_is_refused(self, phone, content):
        answer = show(phone, content=content)

        assert (answer.status_code, answer.json()["code"]) == (409, "photo_refused")
        assert not PhotographedPaper.objects.exists()

    def test_a_picture_that_cannot_be_read_says_what_to_do(self, phone):
        held = io.BytesIO()
        Image.new("RGB", (900, 600), "#080808").save(held, "JPEG")
        number = read(show(phone, content=held.getvalue()))

        told = phone.get(f"identity-cards/{number}").json()
        answer = confirm(phone, number)

        assert told["problem"]["code"] == "card_unreadable"
        assert "太暗" in told["problem"]["detail"]
        assert (answer.status_code, answer.json()["code"]) == (409, "card_unreadable")

    def test_the_other_side_is_asked_for_again(self, phone):
        number = read(show(phone), *BACK)

        assert phone.get(f"identity-cards/{number}").json()["problem"]["code"] == "card_unreadable"

    def test_it_is_not_compared_before_it_is_read(self, phone):
        answer = confirm(phone, show(phone).json()["number"])

        assert (answer.status_code, answer.json()["code"]) == (409, "card_not_read")

    def test_pictures_cannot_be_sent_without_end(self, phone):
        answers = [show(phone).status_code for _ in range(MOST_PICTURES + 1)]

        assert answers == [201] * MOST_PICTURES + [429]

    def test_another_customer_finds_nothing(self, phone, person, village):
        number = read(show(phone), *front(person))
        neighbour = Phone(make.customer(make.household(village)))

        answers = [neighbour.get(f"identity-cards/{number}"), confirm(neighbour, number)]

        assert {each.status_code for each in answers} == {404}
        assert neighbour.get("identity-cards").json() == []
        assert Phone().get("identity-cards").status_code == 401

    def test_the_list_costs_the_same_however_many_there_are(self, phone):
        def queries():
            with CaptureQueriesContext(
                connection,
            ) as asked:
                phone.get("identity-cards")
            return len(asked)

        show(phone)
        few = queries()
        for _ in range(5):
            show(phone)

        assert queries() == few
        assert len(phone.get("identity-cards").json()) == 6


def test_staff_see_who_took_and_who_compared_it(phone, person, client):
    number = read(show(phone), *front(person))
    confirm(phone, number)
    client.force_login(person.household.village.grid.manager)

    listed = client.get(reverse("admission:papers", args=[person.household_id]))
    page = client.get(reverse("admission:paper", args=[number]))

    assert "客户本人拍摄" in listed.content.decode()
    assert "客户本人" in page.content.decode()


class TestComparing:
    def test_what_was_read_is_taken_over(self, phone, person):
        answer = confirm(phone, read(show(phone), *front(person)))

        paper = PhotographedPaper.objects.get()
        assert (answer.status_code, answer.json()["status"]) == (200, "accepted")
        assert (paper.corrected, paper.closed_by) == (0, None)
        assert paper.values["id_number"] == person.id_number

    def test_what_was_misread_is_corrected(self, phone, person):
        misread = person.id_number[:-1] + ("0" if person.id_number[-1] != "0" else "1")
        number = read(show(phone), *front(person, misread))
        assert "身份证号" in confirm(phone, number).json()["detail"]

        answer = confirm(phone, number, id_number=person.id_number.lower())

        assert answer.status_code == 200
        assert PhotographedPaper.objects.get().corrected == 1

    def test_twice_is_once(self, phone, person):
        number = read(show(phone), *front(person))

        answers = [confirm(phone, number).json() for _ in range(2)]

        assert answers[0] == answers[1]
        assert Outbox.objects.filter(kind="admission.CardCompared").count() == 1

    def test_without_comparing_nothing_is_taken_over(self, phone, person):
        number = read(show(phone), *front(person))

        answer = phone.post(f"identity-cards/{number}/confirm", {"compared": False})

        assert (answer.status_code, list(answer.json())) == (400, ["compared"])
        assert PhotographedPaper.objects.get().status == "read"

    def test_a_field_that_the_side_does_not_have_is_a_bad_request(self, phone, person):
        answer = confirm(phone, read(show(phone), *front(person)), valid_to="长期")

        assert (answer.status_code, list(answer.json())) == (400, ["corrections"])

    def test_a_card_that_has_expired_is_refused(self, phone):
        number = read(show(phone, "back"), *BACK[:2], "有效期限 2005.03.21-2015.03.21")

        answer = confirm(phone, number)

        assert (answer.status_code, answer.json()["code"]) == (409, "card_expired")

    @pytest.mark.parametrize("corrected", ["2045-03-21", "长期"])
    def test_an_expired_card_is_not_made_good_by_its_holder(self, phone, corrected):
        number = read(show(phone, "back"), *BACK[:2], "有效期限 2005.03.21-2015.03.21")

        answer = confirm(phone, number, valid_to=corrected)

        assert (answer.status_code, answer.json()["code"]) == (409, "card_field_wrong")
        assert PhotographedPaper.objects.get().status == "read"

    def test_a_day_that_was_hard_to_read_is_corrected(self, phone):
        number = read(show(phone, "back"), *BACK[:2], "有效期限 2018.03.21-2033.03.21", sure=0.8)

        answer = confirm(phone, number, valid_to="2038-03-21")

        assert answer.status_code == 200
        assert PhotographedPaper.objects.get().values["valid_to"] == "2038-03-21"

    def test_one_that_is_good_for_ever_is_taken(self, phone):
        number = read(show(phone, "back"), *BACK[:2], "有效期限 2005.03.21-长期")

        assert confirm(phone, number).status_code == 200


class TestWhoseItIs:
    def test_another_s_card_is_refused_whatever_is_typed_and_forgotten(self, phone, person):
        number = read(show(phone), *front(person, twin_of(person.id_number)), sure=0.6)
        told = phone.get(f"identity-cards/{number}").json()

        answer = confirm(phone, number, id_number=person.id_number, name=person.name)

        assert (told["problem"]["code"], told["fields_read"]) == ("card_other_person", [])
        assert (answer.status_code, answer.json()["code"]) == (409, "card_other_person")
        assert "本人" in answer.json()["detail"]
        paper = PhotographedPaper.objects.get()
        assert (paper.status, paper.found) == ("discarded", "")
        deed = AuditEntry.objects.get(action="admission.paper.not_confirmed")
        assert person.id_number not in str(deed.detail)

    def test_a_number_too_unlike_to_be_misread_needs_another_picture(self, phone, person):
        begins = "0" * 6 + person.id_number[6:17]
        unlike = next(begins + last for last in "01" if not id_number_holds(begins + last))
        number = read(show(phone), *front(person, unlike))

        answer = confirm(phone, number, id_number=person.id_number)

        assert (answer.status_code, answer.json()["code"]) == (409, "card_number_unread")
        assert PhotographedPaper.objects.get().status == "read"

    def test_without_a_number_that_can_be_read_another_picture_is_needed(self, phone, person):
        number = read(show(phone), f"姓名{person.name}", "住址 江苏省灌云县下车镇", "公民身份号码")

        answer = confirm(phone, number, id_number=person.id_number)

        assert answer.json()["code"] == "card_number_unread"

    def test_another_name_is_not_corrected_away(self, phone, person):
        number = read(show(phone), "姓名欧阳别人", *front(person)[1:])

        answer = confirm(phone, number, name=person.name)

        assert answer.json()["code"] == "card_name_differs"

    def test_a_name_that_was_hard_to_read_is_corrected(self, phone, person):
        number = read(show(phone), "姓名王守甲", *front(person)[1:], sure=0.8)

        assert confirm(phone, number, name=person.name).status_code == 200


def test_the_schema_tells_of_every_step(client, bank):
    client.force_login(bank.author)

    told = client.get("/api/schema/?format=json").json()

    steps = ["", "/{number}", "/{number}/confirm"]
    assert {f"/api/v1/identity-cards{each}" for each in steps} <= told["paths"].keys()
    shown = told["components"]["schemas"]
    fields = shown["CardPageOutput"]["properties"]["fields_read"]["items"]["$ref"]
    assert "confidence" in shown[fields.rpartition("/")[2]]["properties"]
    assert "identity_card" in shown["ApplyInput"]["properties"]
