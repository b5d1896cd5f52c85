"""The register of what roster files changed."""

import pytest
from django.urls import reverse

from core.roles import Role
from tests import make
from tests.village.roster_files import bring, row, table, village  # noqa: F401
from village.models import RosterChange

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("village")
@pytest.mark.parametrize(
    ("role", "leads_on"), [(Role.RISK_OFFICER, True), (Role.ADMINISTRATOR, False)]
)
def test_a_change_is_a_way_to_whom_it_is_about_only_for_who_may_open_them(client, role, leads_on):
    home = row()
    bring(table(home))
    bring(table(home | {"手机号码": "13812345678"}))
    change = RosterChange.objects.get()
    client.force_login(make.staff(role))

    page = client.get(reverse("admin:village_rosterchange_changelist")).content.decode()

    assert change.customer.name in page
    address = reverse("admin:village_customer_change", args=[change.customer_id])
    assert (address in page) is leads_on
