"""Every register of the back office, whichever room it belongs to."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.roles import Role
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
