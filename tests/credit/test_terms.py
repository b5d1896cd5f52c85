"""What a loan costs a month, by the way it is repaid."""

from decimal import Decimal

import pytest

from credit.models import Application, Product
from credit.services.terms import monthly_burden
from tests.credit.conftest import DAY

RATE = Decimal("0.0485")


def burden(method):
    asked = Application(
        asked_amount=12_000_00,
        term_months=12,
        method=method,
        business_day=DAY,
        product=Product(repayment_day=20),
    )
    return monthly_burden(asked, annual_rate=RATE)


@pytest.mark.parametrize("method", ["bullet", "interest_first", "quarterly_interest"])
def test_principal_due_at_the_end_is_a_burden_of_every_month(method):
    assert 1_040_00 < burden(method) < 1_060_00


def test_equal_principal_burdens_most_in_its_first_months():
    assert burden("equal_principal") > burden("equal_instalment") > 1_000_00
