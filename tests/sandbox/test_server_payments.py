"""The core bank and the gateways outside: every payment and message once."""

import asyncio

import httpx
import polars as pl
import pytest

from sandbox.server.core_bank import account_number
from sandbox.server.testing import running
from tests.sandbox.asking import ask, order


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
