"""The back office of this room: its registers, and who finds what in them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEntry, User
from tests import make
from tests.village import neighbourhood
from tests.village.registers import concluded, register
from village.models import (
    Campaign,
    Customer,
    Household,
    Outcome,
)
from village.services import campaigns

pytestmark = pytest.mark.django_db

REGISTERS = [
    "town",
    "grid",
    "village",
    "group",
    "servicepoint",
    "household",
    "customer",
    "relation",
    "campaign",
    "reviewer",
    "sheet",
    "outcome",
    "rosterimport",
    "organisationimport",
]


@pytest.fixture
def office(client):
    client.force_login(
        User.objects.create_superuser("chief", password="secret", role="administrator")
    )
    return client


@pytest.mark.parametrize("name", REGISTERS)
def test_every_register_and_every_record_opens(office, name):
    campaign = concluded()
    make.customer()
    model = {each._meta.model_name: each for each in (Campaign, Customer, Household, Outcome)}

    listed = office.get(register(name))

    assert listed.status_code == 200
    if name in model:
        record = model[name].objects.first()
        page = office.get(reverse(f"admin:village_{name}_change", args=[record.pk]))
        assert page.status_code == 200
    assert campaign.pk


@pytest.mark.parametrize("name", ["village", "household", "customer", "campaign", "sheet"])
def test_ten_more_rows_cost_no_more_queries(office, name):
    concluded()
    counts = []
    for _ in range(2):
        office.get(register(name))
        with CaptureQueriesContext(connection) as captured:
            office.get(register(name))
        counts.append(len(captured))
        neighbourhood.answered(neighbourhood.opened(10))
        campaigns.seal(Campaign.objects.order_by("pk").last().pk, actor=None)

    assert counts[0] == counts[1]


def test_a_branch_president_sees_their_own_villages_alone(client):
    mine = neighbourhood.opened(12).village
    neighbourhood.opened(12)
    client.force_login(make.staff("branch_president", branch=mine.grid.branch))

    listed = client.get(register("campaign")).context["cl"].result_list

    assert [each.village for each in listed] == [mine]


def test_somebody_is_found_by_exact_number_and_shown_masked(office):
    person = make.customer(mobile="14011112222")
    make.customer()

    for text in (person.id_number, "14011112222", person.name):
        answer = office.get(register("customer"), {"q": text})
        assert [each.pk for each in answer.context["cl"].result_list] == [person.pk]
        assert f">{person.id_number}<" not in answer.content.decode()


def test_a_household_is_found_by_its_number_whatever_letters_it_has(office):
    found, other = make.household(number="JH-0012"), make.household(number="JH-0100")
    make.customer(found), make.customer(other, name="王军民")
    register = reverse("admin:village_household_changelist")

    by_number = office.get(register, {"q": "JH-00"})
    by_name = office.get(register, {"q": "王军"})

    assert list(by_number.context["cl"].result_list) == [found]
    assert list(by_name.context["cl"].result_list) == [other]


def test_a_correction_by_hand_is_written_down(office):
    person = make.customer(occupation="务农")
    data = {
        "education": "初中",
        "marital": person.marital,
        "occupation": "养殖",
        "main_business": "",
        "state": "living",
    }

    office.post(reverse("admin:village_customer_change", args=[person.pk]), data)

    person.refresh_from_db()
    assert (person.occupation, person.corrected_on) == ("养殖", timezone.localdate())
    deed = AuditEntry.objects.get(action="village.customer.corrected")
    assert deed.detail == {"columns": ["education", "occupation"]}
