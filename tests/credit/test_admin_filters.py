"""Registers of credit narrowed by product: all its versions together, under its newest name."""

import pytest
from django.urls import reverse

from core.roles import Role
from tests import make
from tests.credit import lent

pytestmark = pytest.mark.django_db


@pytest.fixture
def loan(client):
    """A loan under a product that has a newer version by now."""
    loan = lent.loan()
    lent.product(code=loan.product.code, version=loan.product.version + 1, name="新农贷")
    client.force_login(make.staff(Role.AUDITOR))
    return loan


@pytest.mark.parametrize("register", ["loan", "application"])
def test_rows_under_an_older_version_are_found_by_their_product(client, loan, register):
    listed = reverse(f"admin:credit_{register}_changelist")

    ours = client.get(listed, {"product": loan.product.code}).context["cl"]
    others = client.get(listed, {"product": "nothing-like-it"}).context["cl"]

    assert (ours.result_count, others.result_count) == (1, 0)


def test_a_product_stands_once_under_its_newest_name(client, loan):
    page = client.get(reverse("admin:credit_loan_changelist")).context["cl"]

    (spec,) = [each for each in page.filter_specs if each.title == "贷款产品"]
    assert (loan.product.code, "新农贷") in spec.lookup_choices
    assert [code for code, _ in spec.lookup_choices].count(loan.product.code) == 1
