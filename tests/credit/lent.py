"""Builders of money that is lent: contracts in force, payments made, loans begun."""

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal

from core import crypto
from core.models import Document
from core.roles import Role
from credit.models import Application, Contract, Drawdown, ProcessTemplate, Product
from credit.reference import load_parameters
from credit.services.lending import open_loan
from tests import make

LENT_ON = date(2026, 3, 2)
FIRST_DUE = date(2026, 4, 20)
AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def product(**given):
    """A product that is repaid on the 20th."""
    author, number = make.staff(Role.PRODUCT_MANAGER), next(_numbers)
    made = {
        "code": f"product{number}",
        "name": f"{number}号贷款",
        "author": author,
        "process": ProcessTemplate.objects.create(
            code=f"process{number}", name="流程", author=author
        ),
        "amount_min": 1_000_00,
        "amount_max": 500_000_00,
        "term_months_max": 60,
        "rate_bp": 185,
        "methods": ["equal_instalment"],
        "purposes": ["种植"],
    }
    return Product.objects.create(**made | given)


def application(**given):
    """A request whose money was paid out."""
    number = next(_numbers)
    amount = given.pop("amount", 120_000_00)
    made = {
        "number": f"A{number}",
        "channel": "counter",
        "asked_amount": amount,
        "approved_amount": amount,
        "term_months": 12,
        "method": "equal_principal",
        "purpose": "种植",
        "annual_rate": Decimal("0.048"),
        "rate_bp": 180,
        "status": Application.Status.DISBURSED,
        "business_day": LENT_ON,
        "disbursed_at": AT,
    }
    if "customer" not in given:
        given["customer"] = make.customer()
    if "product" not in given:
        given["product"] = product()
    return Application.objects.create(**made | given)


def drawdown(of=None, **given):
    """A payment that the core bank has made, under a contract in force."""
    of = of or application(**given)
    number = next(_numbers)
    paper = Document.objects.create(
        address=crypto.blind_index(f"paper{number}"), key_name="new", name="c.pdf", size=1
    )
    contract = Contract.objects.create(
        number=f"C{number}",
        application=of,
        status=Contract.Status.EFFECTIVE,
        cost_sheet={"disclosed": "0.0480"},
        document=paper,
        signed_document=paper,
        cost_shown_at=AT,
        signed_at=AT,
    )
    return Drawdown.objects.create(
        payment_number=f"P{number}",
        contract=contract,
        amount=of.approved_amount,
        business_day=of.business_day,
        status=Drawdown.Status.PAID,
        paid_at=AT,
    )


def loan(*, day=LENT_ON, **given):
    """A loan of 120,000.00 yuan at 4.8 %, twelve instalments of equal principal from 20 April."""
    load_parameters()
    return open_loan(drawdown(business_day=day, **given).pk, day=day)
