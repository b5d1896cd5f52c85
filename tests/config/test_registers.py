"""Every register of the back office, whichever room it belongs to."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.roles import Role
from credit.models import Loan
from tests import make
from tests.records import make_record

pytestmark = pytest.mark.django_db
REGISTERS = sorted(admin.site._registry, key=lambda model: model._meta.label_lower)


@pytest.mark.parametrize("model", REGISTERS, ids=lambda model: model._meta.label_lower)
def test_ten_more_rows_cost_no_register_more_queries(client, model):
    client.force_login(make.staff(Role.AUDITOR, is_superuser=True))
    address = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")
    for _ in range(2):
        make_record(model)
    client.get(address, follow=True)

    with CaptureQueriesContext(connection) as few:
        before = _rows(client.get(address, follow=True))
    for _ in range(10):
        make_record(model)
    with CaptureQueriesContext(connection) as many:
        page = client.get(address, follow=True)

    assert page.status_code == 200
    assert _rows(page) is None or _rows(page) - before >= 10
    assert len(many) == len(few)


def _rows(page):
    """How many rows a list shows; None where a register draws a page of its own."""
    shown = page.context.get("cl")
    return None if shown is None else len(shown.result_list)


def test_an_empty_register_says_where_its_records_come_from(client):
    client.force_login(make.staff(Role.AUDITOR, is_superuser=True))

    page = client.get(reverse("admin:credit_loan_changelist")).content.decode()

    assert "这里还没有记录" in page
    assert str(admin.site._registry[Loan].comes_from) in page


@pytest.mark.parametrize("asked", [{"q": "没有这笔"}, {"status__exact": "written_off"}])
def test_a_search_that_finds_nothing_leads_back_to_all(client, asked):
    make_record(Loan)
    client.force_login(make.staff(Role.AUDITOR, is_superuser=True))

    page = client.get(reverse("admin:credit_loan_changelist"), asked).content.decode()

    assert "没有符合条件的记录" in page
    assert 'href="?"' in page
