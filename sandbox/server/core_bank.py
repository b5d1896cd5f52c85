"""The bank's core system: customers' accounts, and payments that are made once however often asked.

Payments may be kept in a journal file, so that a restarted core bank still knows what it paid.
"""

import json
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from pathlib import Path
from typing import Any

from sandbox.server.world import Person

ISSUER = "999032"
"""Begins every card number here; no issuer has it."""


class BadOrder(ValueError):
    """A payment order that the core bank refuses to understand."""


class NumberReused(ValueError):
    """A payment number that stood for another payment before."""


@dataclass(frozen=True)
class Payment:
    """One payment as the core bank booked it."""

    payment_no: str
    payer_account: str
    payee_account: str
    payee_name: str
    amount: str
    purpose: str
    status: str
    bank_serial: str
    paid_on: str


def account_number(id_number: str) -> str:
    """The customer's account at the bank: 19 digits with a valid check digit, of no issuer."""
    tail = int(sha256(f"account/{id_number}".encode()).hexdigest(), 16) % 10**12
    body = f"{ISSUER}{tail:012d}"
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(body[::-1])]
    total = sum(digit - 9 if digit > 9 else digit for digit in doubled)
    return body + str(-total % 10)


def accounts(person: Person | None) -> dict[str, Any]:
    """The accounts a person holds at the bank; an empty list for somebody without any."""
    if person is None or person["balance"] is None:
        return {"accounts": []}
    return {
        "accounts": [
            {
                "account_no": account_number(person["id_number"]),
                "kind": "一类户",
                "currency": "CNY",
                "balance": f"{person['balance']:.2f}",
                "status": "正常",
            }
        ]
    }


class CoreBank:
    """Books payments by number: a number asked again gets the first answer, and pays nothing."""

    def __init__(self, journal: Path | None = None) -> None:
        self._payments: dict[str, Payment] = {}
        self._journal = journal
        if journal is not None and journal.exists():
            for line in journal.read_text(encoding="utf-8").splitlines():
                known = Payment(**json.loads(line))
                self._payments[known.payment_no] = known

    @property
    def payments(self) -> list[Payment]:
        """Everything booked, in the order it was."""
        return list(self._payments.values())

    def pay(self, order: dict[str, Any], *, on: str) -> Payment:
        """Pay once. Raises ``BadOrder``, or ``NumberReused`` when the number meant another."""
        wanted = self._understood(order, on)
        known = self._payments.get(wanted.payment_no)
        if known is None:
            self._book(wanted)
            return wanted
        terms = ("payer_account", "payee_account", "payee_name", "amount", "purpose")
        if any(getattr(known, term) != getattr(wanted, term) for term in terms):
            raise NumberReused(f"Payment {known.payment_no} was another payment.")
        return known

    def find(self, payment_no: str) -> Payment | None:
        """The payment of that number, or nothing if it was never booked."""
        return self._payments.get(payment_no)

    def forget(self) -> None:
        """Close the books: every number may be used again."""
        self._payments.clear()
        if self._journal is not None:
            self._journal.unlink(missing_ok=True)

    def _book(self, payment: Payment) -> None:
        if self._journal is not None:
            self._journal.parent.mkdir(parents=True, exist_ok=True)
            with self._journal.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(payment), ensure_ascii=False) + "\n")
        self._payments[payment.payment_no] = payment

    def _understood(self, order: dict[str, Any], on: str) -> Payment:
        number = _text(order, "payment_no")
        if not number:
            raise BadOrder("A payment needs a payment_no.")
        if not _text(order, "payee_account"):
            raise BadOrder("A payment needs a payee_account.")
        if not isinstance(order.get("amount"), str):
            raise BadOrder("amount is a decimal string in yuan, such as 50000.00.")
        try:
            amount = Decimal(order["amount"])
            exact = amount.is_finite() and amount == amount.quantize(Decimal("0.01"))
        except InvalidOperation as exc:
            raise BadOrder(f"{order['amount']!r} is no amount.") from exc
        if not exact or amount <= 0:
            raise BadOrder("amount is more than zero and has at most two decimals.")
        return Payment(
            payment_no=number,
            payer_account=_text(order, "payer_account"),
            payee_account=_text(order, "payee_account"),
            payee_name=_text(order, "payee_name"),
            amount=f"{amount:.2f}",
            purpose=_text(order, "purpose"),
            status="paid",
            bank_serial=sha256(f"serial/{number}".encode()).hexdigest()[:20].upper(),
            paid_on=on,
        )


def _text(order: dict[str, Any], field: str) -> str:
    value = order.get(field, "")
    if not isinstance(value, str):
        raise BadOrder(f"{field} is text.")
    return value.strip()
