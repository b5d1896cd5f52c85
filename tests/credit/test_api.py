"""The mini-program's door: who gets in, what they see, and each request done once."""

import json
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from core import idempotency
from core.models import IdempotencyKey
from credit.models import Application, BusinessDay, CustomerSession, SmsCode
from credit.services import applications, sessions
from tests import make
from tests.credit import lend
from tests.credit.conftest import DAY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _day(bank):
    """The bank's books are open for the county's day."""
    yesterday = DAY - timedelta(days=1)
    BusinessDay.objects.create(day=yesterday, status=BusinessDay.Status.CLOSED)


class Phone:
    """A customer's mini-program."""

    def __init__(self, customer=None):
        self.client, self.headers = Client(), {}
        if customer is not None:
            token = sessions._open_session(customer, at=timezone.now()).token
            self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path):
        return self.client.get(f"/api/v1/{path}", headers=self.headers)

    def post(self, path, body=None, key=None):
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return self.client.post(
            f"/api/v1/{path}", json.dumps(body or {}), "application/json", headers=headers
        )


@pytest.fixture
def phone(borrower):
    return Phone(borrower.customer)


WANTED = {
    "product": "sunshine-e",
    "amount": "30000.00",
    "term_months": 12,
    "method": "equal_instalment",
    "purpose": "购买农资",
}


@pytest.fixture
def wanted(borrower):
    """A loan asked for under an authorisation that the customer has signed."""
    return WANTED | {"authorisation": lend.authorise(borrower).pk}


def test_a_code_and_then_a_token_open_the_door(borrower, outside):
    person, phone = borrower.customer, Phone()
    who = {"id_number": person.id_number, "mobile": person.mobile}

    asked = phone.post("session/code", who)
    code = SmsCode.objects.get()
    sessions.send_code(code.pk)
    opened = phone.post("session", who | {"code": code.code})

    assert (asked.status_code, opened.status_code) == (202, 201)
    assert len(outside.app.outbox.list()) == 1
    phone.headers = {"Authorization": f"Bearer {opened.json()['token']}"}
    assert phone.get("me").json()["name"] == person.name
    assert opened.json()["token"] not in CustomerSession.objects.get().token_hash


@pytest.mark.parametrize("body", ["[" * 100_000, "[", "9" * 5_000])
def test_a_body_that_cannot_be_read_is_the_senders_fault(body):
    answer = Client().post("/api/v1/session/code", body, "application/json")

    assert answer.status_code == 400


def test_strangers_and_customers_get_the_same_answer(borrower):
    known = {"id_number": borrower.customer.id_number, "mobile": borrower.customer.mobile}
    stranger = {"id_number": make.id_number(), "mobile": "14099999999"}

    answers = [Phone().post("session/code", who) for who in (known, stranger)]

    assert answers[0].status_code == answers[1].status_code == 202
    assert answers[0].json() == answers[1].json()
    assert SmsCode.objects.count() == 1


def test_a_wrong_code_opens_nothing_and_the_fifth_spoils_the_right_one(borrower):
    person = borrower.customer
    who = {"id_number": person.id_number, "mobile": person.mobile}
    code = sessions.ask_for_code(**who, at=timezone.now())
    wrong = "000000" if code.code != "000000" else "111111"

    answers = [Phone().post("session", who | {"code": wrong}) for _ in range(5)]
    right = Phone().post("session", who | {"code": code.code})

    assert {each.status_code for each in answers} == {409}
    assert right.json()["code"] == "code_refused"
    assert not CustomerSession.objects.exists()


def test_codes_cannot_be_asked_for_without_end(borrower):
    who = {"id_number": borrower.customer.id_number, "mobile": borrower.customer.mobile}

    answers = [Phone().post("session/code", who).status_code for _ in range(4)]

    assert answers == [202, 202, 202, 429]


@pytest.mark.parametrize("path", ["me", "products", "lines", "applications", "loans"])
def test_without_a_session_nothing_is_seen(path):
    assert Phone().get(path).status_code == 401


def test_a_session_ends_after_half_an_hour_and_on_request(phone, borrower):
    later = Phone(borrower.customer)
    CustomerSession.objects.filter(pk=CustomerSession.objects.latest("pk").pk).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )

    ended = phone.client.delete("/api/v1/session", headers=phone.headers)

    assert later.get("me").status_code == 401
    assert (ended.status_code, phone.get("me").status_code) == (204, 401)


def test_staff_signed_in_at_the_desk_are_no_customers(bank):
    client = Client()
    client.force_login(bank.approvers[0])

    assert client.get("/api/v1/me").status_code == 401


def test_id_and_mobile_are_masked(phone, borrower):
    told = json.dumps(phone.get("me").json())

    assert borrower.customer.id_number not in told
    assert borrower.customer.mobile not in told


def test_a_loan_is_asked_for_read_and_signed_over_the_phone(phone, borrower, outside, wanted):
    lend.line(borrower)
    asked = phone.post("applications", wanted, key="a")
    number = asked.json()["number"]
    application = Application.objects.get(number=number)
    applications.advance(application.pk)

    early = phone.post(f"applications/{number}/sign", {"code": "000000"}, key="s0")
    sheet = phone.post(f"applications/{number}/cost-sheet").json()
    phone.post(f"applications/{number}/sign-code")
    code = SmsCode.objects.get(purpose="contract").code
    hurried = phone.post(f"applications/{number}/sign", {"code": code}, key="s1")
    application.contract.refresh_from_db()
    application.contract.cost_shown_at -= timedelta(seconds=60)
    application.contract.save(update_fields=["cost_shown_at"])
    signed = phone.post(f"applications/{number}/sign", {"code": code}, key="s2")
    applications.advance(application.pk)

    assert asked.status_code == 201
    assert (asked.json()["asked_amount"], asked.json()["status"]) == ("30000.00", "submitted")
    assert early.status_code == hurried.status_code == 409
    assert hurried.json()["code"] == "cost_not_read"
    assert sheet["seconds_to_read"] == 10
    assert sheet["annualised"].startswith("0.048")
    assert signed.json()["status"] == "signed"
    paper = phone.get(f"applications/{number}/contract")
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    page = phone.get(f"applications/{number}").json()
    assert page["status"] == "disbursed"
    assert [step["status"] for step in page["steps"]] == ["done"] * 10
    (loan,) = phone.get("loans").json()
    assert loan["principal_left"] == "30000.00"
    plan = phone.get(f"loans/{loan['number']}/schedule").json()
    assert len(plan) == 12


def test_income_and_employer_as_declared_reach_the_rules(phone, borrower, outside, wanted):
    lend.line(borrower)
    told = {"income_month": "8000.00", "employer": "云台小学", "method": "equal_principal"}

    asked = phone.post("applications", wanted | told, key="a")
    number = asked.json()["number"]
    application = applications.advance(Application.objects.get(number=number).pk)

    decision = application.admission
    assert decision.asked_for["income_month"] == decision.inputs["income_declared"] == 8_000_00
    assert decision.asked_for["employer"] == "云台小学"
    assert decision.inputs["ss_employer_match"] is not None
    # 2,500 of principal, and about a month of 4.85 % a year on what is left of 30,000.
    assert decision.inputs["new_instalment"] > 2_600_00


def test_an_income_that_is_no_amount_is_refused(phone, borrower, wanted):
    lend.line(borrower)

    assert phone.post("applications", wanted | {"income_month": 8000}, key="a").status_code == 400


def test_the_same_key_and_body_is_one_application(phone, borrower, wanted):
    lend.line(borrower)

    first = phone.post("applications", wanted, key="k")
    second = phone.post("applications", wanted, key="k")

    assert first.json() == second.json()
    assert second.headers["Replayed"] == "true"
    assert Application.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(phone, borrower, wanted):
    lend.line(borrower)
    phone.post("applications", wanted, key="k")

    other = phone.post("applications", wanted | {"amount": "20000.00"}, key="k")

    assert other.status_code == 422


def test_a_request_without_a_key_is_refused(phone, borrower, wanted):
    lend.line(borrower)

    assert phone.post("applications", wanted).status_code == 400
    assert not Application.objects.exists()


def test_while_a_request_is_in_work_the_same_key_is_told_to_wait(phone, borrower, wanted):
    lend.line(borrower)
    held, done = Event(), Event()
    thread = Thread(
        target=_hold, args=(f"customer:{borrower.customer.pk}|applications|k", held, done)
    )
    thread.start()
    held.wait(10)

    answer = phone.post("applications", wanted, key="k")
    done.set()
    thread.join()

    assert (answer.status_code, answer.json()["code"]) == (409, "in_flight")
    assert not IdempotencyKey.objects.exists()


def _hold(name, held, done):
    """Another worker that has the key and has not finished."""
    from django.db import connection, transaction  # noqa: PLC0415 - a connection of its own

    try:
        with transaction.atomic():
            idempotency._claim(name)
            held.set()
            done.wait(10)
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": "900.00"}, "amount_not_offered"),
        ({"amount": "90000.00"}, "amount_above_line"),
        ({"term_months": 48}, "term_not_offered"),
        ({"method": "staged_principal"}, "method_not_offered"),
        ({"purpose": "购房"}, "purpose_missing"),
        ({"product": "unheard-of"}, "not_published"),
    ],
)
def test_what_is_not_offered_is_refused_with_its_own_code(phone, borrower, change, code, wanted):
    lend.line(borrower)

    answer = phone.post("applications", wanted | change, key="k")

    assert (answer.status_code, answer.json()["code"]) == (409, code)


@pytest.mark.parametrize("amount", [30000, "3e4x", "-1.00", "0.00", "1.001", "NaN", "Infinity"])
def test_what_is_no_amount_is_a_bad_request(phone, borrower, amount, wanted):
    lend.line(borrower)

    assert phone.post("applications", wanted | {"amount": amount}, key="k").status_code == 400


def test_nobody_sees_what_belongs_to_another(phone, borrower, village, wanted):
    lend.line(borrower)
    number = phone.post("applications", wanted, key="k").json()["number"]
    neighbour = Phone(make.customer(make.household(village)))

    answers = [
        neighbour.get(f"applications/{number}"),
        neighbour.get(f"applications/{number}/contract"),
        neighbour.post(f"applications/{number}/cost-sheet"),
        neighbour.post(f"applications/{number}/sign", {"code": "1"}, key="k"),
        neighbour.post(f"applications/{number}/withdraw", key="k"),
    ]

    assert {each.status_code for each in answers} == {404}
    assert neighbour.get("applications").json() == []


def test_a_request_taken_back_leaves_room_for_another(phone, borrower, wanted):
    lend.line(borrower)
    number = phone.post("applications", wanted, key="k").json()["number"]

    back = phone.post(f"applications/{number}/withdraw", key="w")

    assert back.json()["status"] == "withdrawn"
    assert phone.post("applications", wanted, key="again").status_code == 201


def test_a_line_shows_what_is_left_of_it(phone, borrower, wanted):
    lend.line(borrower)
    phone.post("applications", wanted, key="k")

    (line,) = phone.get("lines").json()

    assert (line["amount"], line["room"]) == ("80000.00", "50000.00")
    assert line["can_be_drawn"] is True


def test_ten_more_applications_cost_no_more_queries(
    phone, borrower, django_assert_num_queries, wanted
):
    lend.line(borrower)
    cache.clear()
    phone.post("applications", wanted, key="k")
    with django_assert_num_queries(2) as few:
        phone.get("applications")
    for n in range(10):
        _copy_of(Application.objects.latest("pk"), number=f"A{n}", status="withdrawn")

    with django_assert_num_queries(len(few)):
        found = phone.get("applications").json()

    assert len(found) == 11


def _copy_of(record, **changed):
    """Another row like this one."""
    fields = [field.attname for field in record._meta.concrete_fields if field.name != "id"]
    return type(record).objects.create(**{name: getattr(record, name) for name in fields} | changed)


@pytest.mark.parametrize(("language", "said"), [("", "金额"), ("en", "An amount is yuan as text")])
def test_what_is_wrong_with_a_field_is_said_in_the_readers_language(phone, wanted, language, said):
    phone.client.cookies["django_language"] = language

    answer = phone.post("applications", wanted | {"amount": 30000}, key="a")

    assert answer.status_code == 400
    assert said in answer.json()["amount"][0]


def test_what_is_not_there_is_told_without_naming_its_table(phone):
    assert phone.get("decisions/999999999").json() == {"detail": "未找到。"}
