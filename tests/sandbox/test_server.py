import asyncio
import base64
import io
import json
import time
from hashlib import sha256

import httpx
import polars as pl
import pytest
from PIL import Image

from sandbox.county.making import make_county
from sandbox.county.truth import load_world
from sandbox.server.app import AUTHORISED, ENDPOINTS, Sandbox
from sandbox.server.core_bank import account_number
from sandbox.server.offices import OFFICES
from sandbox.server.serve import PortTaken, serve
from sandbox.server.testing import running

LEAVE = {"X-Authorisation": "AUTH-1"}


@pytest.fixture(scope="module")
def served(county):
    with running(county, hold_seconds=1.0) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def line(served):
    with httpx.Client(base_url=served.url, timeout=10) as line:
        yield line


@pytest.fixture
def client(line):
    """A caller of a sandbox without faults, payments or messages."""
    yield line
    line.delete("/control/faults")
    line.delete("/control/books")


@pytest.fixture(scope="module")
def world(county):
    return load_world(county)


@pytest.fixture(scope="module")
def known(world):
    """Somebody who has everything: an account, a history, a house."""
    return world.filter(
        pl.col("pb_first_month").is_not_null() & (pl.col("re_cnt") > 0) & (pl.col("phone") != "")
    ).row(0, named=True)


def ask(client, endpoint, person, *, headers=LEAVE, **more):
    body = {"id_number": person["id_number"], "name": person["name"], "image_digest": "ab", **more}
    return client.post(f"/v1/{endpoint}", json=body, headers=headers)


def order(number="P-1", **changes):
    return {
        "payment_no": number,
        "payer_account": "9990320000000000001",
        "payee_account": "9990320000000000002",
        "payee_name": "王某",
        "amount": "50000.00",
        "purpose": "购买化肥",
    } | changes


@pytest.mark.parametrize("endpoint", sorted(OFFICES))
def test_every_office_answers_about_the_person_asked(client, known, endpoint):
    answer = ask(client, endpoint, known)

    assert answer.status_code == 200
    said = answer.json()
    assert said["subject"] == sha256(known["id_number"].encode()).hexdigest()
    assert said["source"] == endpoint
    assert said["data"]
    assert known["id_number"] not in answer.text


@pytest.mark.parametrize("endpoint", sorted(AUTHORISED))
def test_nobody_is_told_anything_without_authorisation(client, known, endpoint):
    answer = ask(client, endpoint, known, headers={})

    assert answer.status_code == 403
    assert answer.json()["code"] == "not_authorised"


def test_a_face_is_compared_only_where_picture_and_digest_belong_together(client, known):
    grey, checked = Image.new("L", (64, 64), 90), Image.effect_noise((64, 64), 60)

    def compare(picture, digest=None):
        held = io.BytesIO()
        picture.save(held, "PNG")
        content = held.getvalue()
        image = base64.b64encode(content).decode()
        digest = digest or sha256(content).hexdigest()
        return ask(client, "police/face", known, image=image, image_digest=digest)

    assert compare(checked).json()["data"]["live"] is True
    assert compare(grey).json()["data"] | {"image_digest": ""} == {
        "score": 0.0,
        "live": False,
        "image_digest": "",
    }
    assert compare(checked, digest="0" * 64).status_code == 400
    assert (
        ask(client, "police/face", known, image="no picture", image_digest="1").status_code == 400
    )


def test_offices_say_what_is_true(client, world, known):
    wanted = world.filter(pl.col("gov_police_list").is_not_null()).row(0, named=True)
    owing = world.filter(pl.col("gov_exec_open_amt") > 0).row(0, named=True)
    member = world.filter(pl.col("pf_scope") == "city").row(0, named=True)

    identity = ask(client, "police/identity", wanted).json()["data"]
    courts = ask(client, "courts/cases", owing).json()["data"]
    fund = ask(client, "provident-fund", member, scope="city").json()["data"]
    elsewhere = ask(client, "provident-fund", member, scope="province").json()["data"]
    titles = ask(client, "real-estate", known).json()["data"]

    assert identity["special_list"]["type"] == wanted["gov_police_list"]
    assert courts["open_enforcement_amount"] == f"{owing['gov_exec_open_amt']}.00"
    assert courts["enforcement"][0]["amount"] == courts["open_enforcement_amount"]
    assert fund["account"]["base"] == f"{member['pf_base']}.00"
    assert elsewhere["account"] is None
    assert len(titles["homes"]) == known["re_cnt"]


def test_the_police_notice_a_name_that_is_not_theirs(client, world):
    person = world.filter(pl.col("police_id_match")).row(0, named=True)

    right = ask(client, "police/identity", person).json()["data"]
    wrong = ask(client, "police/identity", person | {"name": "别人"}).json()["data"]

    assert right["id_match"] is True
    assert wrong["id_match"] is False


def test_a_stranger_does_not_exist_for_the_police_nor_for_the_bureau(client):
    stranger = {"id_number": "320799190001010010", "name": "无名"}

    identity = ask(client, "police/identity", stranger).json()["data"]
    report = ask(client, "pboc/report", stranger)

    assert identity["id_match"] is False
    assert report.status_code == 200
    assert "<PD01>" not in report.text


def test_asking_twice_gives_the_same_answer(client, known):
    for endpoint in ("real-estate", "courts/cases"):
        once = ask(client, endpoint, known).json()["data"]
        again = ask(client, endpoint, known).json()["data"]

        assert once == again
    assert ask(client, "pboc/report", known).content == ask(client, "pboc/report", known).content


def test_records_go_bad_once_trouble_has_begun(client, world):
    soon = world.filter(
        pl.col("trouble_month").is_between(2, 4) & (pl.col("gov_suit_def_24m") == 0)
    ).row(0, named=True)

    before = ask(client, "courts/cases", soon, as_of="2026-06-30").json()["data"]
    after = ask(client, "courts/cases", soon, as_of="2027-06-30").json()["data"]

    assert before["defendant_24m"] == 0
    assert after["defendant_24m"] == 1
    assert after["open_enforcement_amount"] != before["open_enforcement_amount"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"not json", "bad_request"),
        (b"[]", "bad_request"),
        (b"{}", "bad_request"),
        (b'{"id_number": "1", "as_of": "yesterday"}', "bad_request"),
    ],
)
def test_a_question_nobody_can_understand_is_refused(client, body, why):
    answer = client.post("/v1/tax", content=body, headers=LEAVE)

    assert answer.status_code == 400
    assert answer.json()["code"] == why


def test_unknown_services_and_methods_are_refused(client):
    assert client.post("/v1/astrology", json={}).status_code == 404
    assert client.get("/v1/tax").status_code == 405
    assert client.get("/").status_code == 404


def test_health_tells_which_county_is_played(client):
    health = client.get("/health").json()

    assert health["status"] == "ok"
    assert health["county"]["customers"] == 2400


def test_a_slow_answer_is_slow_and_right(client, known):
    started = time.monotonic()
    answer = ask(client, "tax", known, headers=LEAVE | {"X-Sandbox-Fault": "slow:0.4"})

    assert time.monotonic() - started >= 0.4
    assert answer.json()["subject"] == sha256(known["id_number"].encode()).hexdigest()


def test_a_failing_service_says_500_for_one_call_only(client, known):
    assert ask(client, "tax", known, headers=LEAVE | {"X-Sandbox-Fault": "500"}).status_code == 500
    assert ask(client, "tax", known).status_code == 200


def test_a_wrong_answer_is_about_somebody_else_and_shows_it(client, known):
    faulty = LEAVE | {"X-Sandbox-Fault": "wrong"}

    answer = ask(client, "social-security", known, headers=faulty).json()
    report = ask(client, "pboc/report", known, headers=faulty).text

    right = sha256(known["id_number"].encode()).hexdigest()
    assert answer["subject"] != right
    assert right not in report
    assert known["id_number"] not in report


def test_a_duplicate_answer_lists_its_records_twice(client, known):
    once = ask(client, "real-estate", known).json()["data"]["homes"]
    twice = ask(client, "real-estate", known, headers=LEAVE | {"X-Sandbox-Fault": "duplicate"})

    assert twice.json()["data"]["homes"] == once + once


def test_a_service_that_never_answers_is_left_by_the_caller(served, known):
    with (
        httpx.Client(base_url=served.url, timeout=0.3) as hurried,
        pytest.raises(httpx.ReadTimeout),
    ):
        ask(hurried, "tax", known, headers=LEAVE | {"X-Sandbox-Fault": "timeout"})


def test_a_reply_can_be_cut_off_or_hostile(client, known):
    cut = ask(client, "pboc/report", known, headers=LEAVE | {"X-Sandbox-Fault": "cut"})
    hostile = ask(client, "pboc/report", known, headers=LEAVE | {"X-Sandbox-Fault": "hostile"})
    strange = ask(client, "phone", known, headers=LEAVE | {"X-Sandbox-Fault": "hostile"}).json()

    assert cut.text.startswith("<?xml")
    assert not cut.text.endswith("</Document>")
    assert "<!ENTITY" in hostile.text
    assert all(isinstance(each, list) for each in strange["data"].values())


def test_each_land_register_knows_its_own_homes_and_both_together_all(client, world):
    owner = world.filter(pl.col("re_cnt") > 1).row(0, named=True)

    def homes(**more):
        told = ask(client, "real-estate", owner, **more).json()["data"]["homes"]
        return {each["unit_no"] for each in told}

    city, county = homes(centre="city"), homes(centre="county")
    assert city | county == homes()
    assert not city & county


def test_two_valuers_differ_but_not_by_much(client, world):
    owner = world.filter(pl.col("re_cnt") == 1).row(0, named=True)

    def value(firm):
        told = ask(client, "valuation", owner, firm=firm).json()["data"]["assessments"]
        return float(told[0]["value"])

    first, second = value("first"), value("second")
    assert first != second
    assert first == pytest.approx(second, rel=0.15)


def test_an_unknown_fault_is_refused(client, known):
    for text in ("explode", "slow:soon", "500:2"):
        answer = ask(client, "tax", known, headers=LEAVE | {"X-Sandbox-Fault": text})

        assert answer.status_code == 400
        assert answer.json()["code"] == "unknown_fault"
    assert client.post("/control/faults", json={"source": "tax"}).status_code == 400


def test_a_fault_lasts_as_often_as_asked(client, known):
    client.post("/control/faults", json={"source": "courts", "fault": "500", "times": 2})

    codes = [ask(client, "courts/cases", known).status_code for _ in range(3)]

    assert codes == [500, 500, 200]


def test_a_lasting_fault_ends_when_it_is_cleared(client, known):
    client.post("/control/faults", json={"source": "pboc", "fault": "500"})
    assert [ask(client, "pboc/report", known).status_code for _ in range(3)] == [500] * 3
    assert ask(client, "tax", known).status_code == 200

    client.delete("/control/faults")

    assert ask(client, "pboc/report", known).status_code == 200
    assert client.get("/control/faults").json() == {"faults": []}


def test_the_same_payment_asked_twice_pays_once(client, served):
    first = client.post("/v1/core-bank/pay", json=order())
    second = client.post("/v1/core-bank/pay", json=order())

    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert first.json()["status"] == "paid"
    assert len(served.app.bank.payments) == 1


def test_a_payment_number_cannot_mean_two_payments(client, served):
    client.post("/v1/core-bank/pay", json=order())

    answer = client.post("/v1/core-bank/pay", json=order(amount="60000.00"))

    assert answer.status_code == 409
    assert [p.amount for p in served.app.bank.payments] == ["50000.00"]


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "1.001", "NaN", "Infinity", "many", 50000, ""])
def test_a_payment_of_no_proper_amount_is_refused(client, served, amount):
    answer = client.post("/v1/core-bank/pay", json=order(amount=amount))

    assert answer.status_code == 422
    assert served.app.bank.payments == []


def test_a_payment_whose_answer_never_came_was_made_and_can_be_asked_about(client, served):
    with (
        httpx.Client(base_url=served.url, timeout=0.3) as hurried,
        pytest.raises(httpx.ReadTimeout),
    ):
        hurried.post("/v1/core-bank/pay", json=order("P-9"), headers={"X-Sandbox-Fault": "timeout"})

    found = client.post("/v1/core-bank/pay/query", json={"payment_no": "P-9"}).json()
    again = client.post("/v1/core-bank/pay", json=order("P-9")).json()

    assert found["status"] == "paid"
    assert again["bank_serial"] == found["bank_serial"]
    assert len(served.app.bank.payments) == 1


def test_a_payment_that_failed_at_the_door_was_not_made(client):
    broken = client.post("/v1/core-bank/pay", json=order("P-5"), headers={"X-Sandbox-Fault": "500"})
    found = client.post("/v1/core-bank/pay/query", json={"payment_no": "P-5"}).json()

    assert broken.status_code == 500
    assert found["status"] == "not_found"


def test_payments_survive_a_restart_of_the_core_bank(county, tmp_path):
    journal = tmp_path / "core-bank.jsonl"
    with running(county, journal=journal) as sandbox:
        paid = httpx.post(f"{sandbox.url}/v1/core-bank/pay", json=order("P-7")).json()

    with running(county, journal=journal) as sandbox:
        found = httpx.post(f"{sandbox.url}/v1/core-bank/pay/query", json={"payment_no": "P-7"})

    assert found.json() == paid


def test_a_hundred_callers_at_once_pay_once(served, client):
    async def rush():
        async with httpx.AsyncClient(base_url=served.url, timeout=20) as many:
            calls = [many.post("/v1/core-bank/pay", json=order("P-100")) for _ in range(100)]
            return await asyncio.gather(*calls)

    answers = asyncio.run(rush())

    assert {answer.json()["bank_serial"] for answer in answers} == {
        client.post("/v1/core-bank/pay", json=order("P-100")).json()["bank_serial"]
    }
    assert len(served.app.bank.payments) == 1


def test_account_numbers_pass_the_check_of_bank_cards(client, county):
    deposits = pl.read_csv(county / "deposits.csv", comment_prefix="#", infer_schema=False)
    holder = deposits.row(0, named=True)

    answer = ask(client, "core-bank/accounts", {"id_number": holder["证件号码"], "name": ""})

    (account,) = answer.json()["data"]["accounts"]
    assert account["balance"] == f"{holder['存款余额(元)']}.00"
    assert account["account_no"] == account_number(holder["证件号码"])
    digits = [int(digit) for digit in account["account_no"][::-1]]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    assert (sum(digits[::2]) + sum(doubled)) % 10 == 0


def test_messages_are_listed_without_what_they_said_to_whom(client):
    client.post(
        "/v1/sms/send",
        json={"phone": "14012345678", "text": "王某，您的借款已到账", "template": "paid"},
    )
    client.post("/v1/wechat/notify", json={"openid": "o-abcdefghijkl", "template": "due"})

    listed = client.get("/v1/outbox")

    sms, wechat = listed.json()["messages"]
    assert (sms["channel"], sms["to"], sms["template"]) == ("sms", "140****5678", "paid")
    assert wechat["channel"] == "wechat"
    assert "14012345678" not in listed.text
    assert "王某" not in listed.text


def test_a_message_asked_for_twice_is_sent_once_unless_the_gateway_is_faulty(client):
    body = {"phone": "14012345678", "text": "到期提醒", "message_no": "M-1"}

    first = client.post("/v1/sms/send", json=body).json()
    again = client.post("/v1/sms/send", json=body).json()
    assert first == again
    assert len(client.get("/v1/outbox").json()["messages"]) == 1

    client.post("/v1/sms/send", json=body, headers={"X-Sandbox-Fault": "duplicate"})
    assert len(client.get("/v1/outbox").json()["messages"]) == 2


def test_a_message_to_nobody_is_refused(client):
    assert client.post("/v1/sms/send", json={"text": "…"}).status_code == 422


def test_without_a_county_questions_wait_and_a_new_county_is_taken_up(tmp_path):
    with running(tmp_path / "county") as sandbox, httpx.Client(base_url=sandbox.url) as client:
        nobody = {"id_number": "320799190001010010", "name": "无名"}
        assert client.get("/health").json()["county"] is None
        assert ask(client, "tax", nobody).status_code == 503

        make_county(tmp_path / "county", villages=1, customers=60, seed=1)
        assert client.get("/health").json()["county"]["customers"] == 60
        client.post("/v1/core-bank/pay", json=order())

        make_county(tmp_path / "county", villages=1, customers=90, seed=1)
        assert client.get("/health").json()["county"]["customers"] == 90
        assert sandbox.app.bank.payments == []


def test_a_port_in_use_is_said_plainly(served, county):
    port = int(served.url.rsplit(":", 1)[1])

    with pytest.raises(PortTaken, match=str(port)):
        serve(Sandbox(county), host="127.0.0.1", port=port)


def test_every_endpoint_is_described_in_the_handbook(request):
    handbook = (request.config.rootpath / "docs" / "sandbox.md").read_text(encoding="utf-8")

    for endpoint in ENDPOINTS:
        assert f"/v1/{endpoint}" in handbook, endpoint


def test_answers_are_json_in_utf_8(client, known):
    answer = ask(client, "police/identity", known)

    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert json.loads(answer.content)["data"]["person_status"] in ("正常", "死亡", "注销")
