"""The pages of tables of household positions."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.models import Reading
from core.roles import Role
from tests import make
from village.models import HouseholdPosition, PositionsImport

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client):
    client.force_login(make.staff(Role.ADMINISTRATOR))
    return client


def hand_in(client, home):
    content = f"户号,经度,纬度\n{home.number},119.2,34.3\n".encode()
    sent = {"file": SimpleUploadedFile("positions.csv", content), "datum": "wgs84"}
    return client.post(reverse("admin:village_villageshape_positions"), sent)


def page_of(made, door="change"):
    return reverse(f"admin:village_positionsimport_{door}", args=[made.pk])


def test_after_a_table_was_brought_in_the_page_leads_to_what_it_changed(clerk):
    home = make.household()

    page = hand_in(clerk, home)

    made = PositionsImport.objects.get()
    assert page_of(made) in page.content.decode()
    shown = clerk.get(page_of(made)).content.decode()
    assert home.number in shown
    assert page_of(made, "undo") in shown
    report = clerk.get(page_of(made, "changes"))
    assert home.number in report.content.decode("utf-8-sig")
    assert Reading.objects.filter(what="change report").exists()


def test_it_is_undone_after_a_reason_and_not_twice(clerk):
    hand_in(clerk, make.household())
    made = PositionsImport.objects.get()

    assert clerk.get(page_of(made, "undo")).status_code == 200
    assert clerk.post(page_of(made, "undo"), {"because": ""}).status_code == 422
    answer = clerk.post(page_of(made, "undo"), {"because": "经纬度写反"})

    assert answer.headers["Location"] == page_of(made)
    assert not HouseholdPosition.objects.exists()
    assert page_of(made, "undo") not in clerk.get(page_of(made)).content.decode()
    assert clerk.post(page_of(made, "undo"), {"because": "x"}).status_code == 422


def test_who_looks_after_one_branch_sees_none_of_it(client, clerk):
    hand_in(clerk, make.household())
    made = PositionsImport.objects.get()
    client.force_login(make.staff(Role.BRANCH_PRESIDENT))

    assert client.get(page_of(made)).status_code in (403, 404)
    assert client.get(page_of(made, "undo")).status_code == 403


def test_the_register_is_reached_from_the_polygons_and_leads_back_to_the_form(clerk):
    listed = reverse("admin:village_positionsimport_changelist")

    assert listed in clerk.get(reverse("admin:village_villageshape_changelist")).content.decode()
    assert clerk.get(listed).status_code == 200
    add = clerk.get(reverse("admin:village_positionsimport_add"))
    assert add.headers["Location"] == reverse("admin:village_villageshape_positions")
