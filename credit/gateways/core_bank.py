"""The bank's core system: where a customer's account is, and paying into it once.

A payment's number makes it one payment however often it is asked for. No answer is not a no: it
is ``NoAnswer``, and only a question by number tells what became of it.
"""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.conf import settings

from core import line
from core.money import yuan

SECONDS = 8.0
PATH = "v1/core-bank"


@dataclass(frozen=True)
class Paid:
    """The core bank booked it, under its own reference."""

    reference: str


@dataclass(frozen=True)
class Refused:
    """The core bank says that it did not and will not pay."""

    because: str


@dataclass(frozen=True)
class Unheard:
    """The core bank knows no payment of this number, at least not yet."""


@dataclass(frozen=True)
class NoAnswer:
    """Nothing that can be trusted came back."""

    because: str


@dataclass(frozen=True)
class Order:
    """One payment, amounts in fen."""

    number: str
    payee_account: str
    payee_name: str
    amount: int
    purpose: str
    day: date


def account_of(id_number: str) -> str | NoAnswer | None:
    """The account a customer is paid into; None when they have none that can be used."""
    answer = _ask("accounts", {"id_number": id_number})
    if isinstance(answer, NoAnswer):
        return answer
    if answer.get("subject") != sha256(id_number.encode()).hexdigest():
        return NoAnswer("the answer is about somebody else")
    accounts = answer.get("data", {}).get("accounts", [])
    usable = [each["account_no"] for each in accounts if each.get("status") == "正常"]
    return usable[0] if usable else None


def pay(order: Order) -> Paid | Refused | NoAnswer:
    """Order a payment; the same number again is the same payment."""
    body = {
        "payment_no": order.number,
        "payer_account": settings.LENDING_ACCOUNT,
        "payee_account": order.payee_account,
        "payee_name": order.payee_name,
        "amount": str(yuan(order.amount)),
        "purpose": order.purpose,
        "as_of": order.day.isoformat(),
    }
    answer = _ask("pay", body)
    if isinstance(answer, NoAnswer):
        return answer
    if "refused" in answer:
        return Refused(answer["refused"])
    found = _understood(answer, order.number, amount=order.amount)
    return NoAnswer("the core bank has not decided") if isinstance(found, Unheard) else found


def find(number: str, *, amount: int) -> Paid | Refused | Unheard | NoAnswer:
    """What became of a payment; ``amount`` in fen must be what was paid."""
    answer = _ask("pay/query", {"payment_no": number})
    if isinstance(answer, NoAnswer):
        return answer
    if "refused" in answer:
        return NoAnswer(answer["refused"])
    return _understood(answer, number, amount=amount)


def _understood(
    answer: dict[str, Any], number: str, *, amount: int
) -> Paid | Refused | Unheard | NoAnswer:
    """What an answer means; one about another payment means nothing."""
    if answer.get("payment_no") != number:
        return NoAnswer("the answer is about another payment")
    match answer.get("status"):
        case "paid" if answer.get("amount") == str(yuan(amount)):
            return Paid(str(answer["bank_serial"]))
        case "failed":
            return Refused(str(answer.get("message", "")))
        case "not_found":
            return Unheard()
        case other:
            return NoAnswer(f"status {other!r} of another amount or kind")


def _ask(what: str, body: dict[str, Any]) -> dict[str, Any] | NoAnswer:
    """One question. A 4xx is the core bank's own no; anything else unreadable is no answer."""
    address = f"{settings.SOURCES_URL.rstrip('/')}/{PATH}/{what}"
    try:
        reply = line.post(address, body, seconds=SECONDS)
        answer = None if reply.failed else reply.json()
    except (line.LineError, ValueError) as exc:
        return NoAnswer(type(exc).__name__)
    is_refused = 400 <= reply.status < 500
    if not isinstance(answer, dict) or not (is_refused or reply.status == HTTPStatus.OK):
        return NoAnswer(f"HTTP {reply.status}")
    if is_refused:
        return {"refused": str(answer.get("message", reply.status))[:200]}
    return answer
