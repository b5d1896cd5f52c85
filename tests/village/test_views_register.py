"""The customer manager's pages about villages, households and people."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import Reading
from tests import make
from tests.village import neighbourhood
from village.models import Customer, Household, Relation
from village.services import campaigns, conclusions

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return make.staff()


@pytest.fixture
def village(manager):
    return neighbourhood.settled(12, manager=manager)


@pytest.fixture
def signed_in(client, manager):
    client.force_login(manager)
    return client


def queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_every_page_wants_a_signed_in_reader(client, village):
    person = Customer.objects.first()
    addresses = [
        reverse("village:villages"),
        reverse("village:village", args=[village.pk]),
        reverse("village:household", args=[person.household_id]),
        reverse("village:customers"),
        reverse("village:customer", args=[person.pk]),
    ]

    answers = [client.get(each) for each in addresses]

    assert {each.status_code for each in answers} == {302}
    assert all(reverse("login") in each["Location"] for each in answers)


def test_what_lies_in_another_grid_is_not_there(client, village):
    person = Customer.objects.first()
    client.force_login(make.staff())

    assert client.get(reverse("village:village", args=[village.pk])).status_code == 404
    assert client.get(reverse("village:household", args=[person.household_id])).status_code == 404
    assert client.get(reverse("village:customer", args=[person.pk])).status_code == 404
    assert client.get(reverse("village:villages")).context["page"].rows == []


def test_a_village_shows_how_far_it_has_come(signed_in, village):
    campaign = neighbourhood.opened(village=village)
    neighbourhood.answered(campaign)
    campaigns.seal(campaign.pk, actor=None)
    conclusions.conclude(campaign.pk, actor=None)

    page = signed_in.get(reverse("village:village", args=[village.pk])).context["page"]
    listed = signed_in.get(reverse("village:villages")).context["page"].rows[0]

    assert [step.state for step in page.steps] == ["done", "now", "waiting"]
    assert page.figures["households"] == 12
    assert page.sheets.percent == 100
    assert (listed.percent, listed.village.campaign_status) == (100, "concluded")


def test_a_household_that_everybody_left_counts_in_the_register_alone(signed_in, village):
    page = reverse("village:village", args=[village.pk])
    before = signed_in.get(page).context["page"].figures
    listed = signed_in.get(reverse("village:villages")).context["page"].rows[0].village
    emptied, other = Household.objects.filter(village=village).order_by("pk")[:2]
    moved = emptied.members.count()
    emptied.members.update(household=other, role=Customer.Role.OTHER)

    after = signed_in.get(page).context["page"].figures
    now = signed_in.get(reverse("village:villages")).context["page"].rows[0].village

    assert moved
    assert after["households"] == before["households"] - 1
    assert after["people"] == before["people"]
    assert now.households_count == listed.households_count


def test_villages_and_households_are_found_by_name_and_number(signed_in, village):
    address = reverse("village:village", args=[village.pk])
    number = Household.objects.order_by("number").first().number

    assert len(signed_in.get(address, {"q": "户主03"}).context["page"].rows) == 1
    assert len(signed_in.get(address, {"q": number}).context["page"].rows) == 1
    assert signed_in.get(address, {"q": "没有"}).context["page"].rows == []
    villages = reverse("village:villages")
    assert len(signed_in.get(villages, {"q": village.name}).context["page"].rows) == 1
    assert signed_in.get(villages, {"q": "没有"}).context["page"].rows == []


def test_a_households_file_shows_people_means_ties_and_the_review(signed_in, village):
    one, other = Customer.objects.filter(role="head").order_by("pk")[:2]
    Relation.objects.create(one=one, other=other, kind="kin")
    Household.objects.filter(pk=one.household_id).update(
        house_value=21_100_000, declared_on=make.DAY
    )
    campaign = neighbourhood.opened(village=village)
    neighbourhood.answered(campaign)
    campaigns.seal(campaign.pk, actor=None)
    conclusions.conclude(campaign.pk, actor=None)

    answer = signed_in.get(reverse("village:household", args=[one.household_id]))

    page = answer.context["page"]
    assert [each.role for each in page.members] == ["head", "spouse"]
    assert page.ties.near[0].pk == other.household_id
    assert page.reviews[0].outcome.campaign == campaign
    text = answer.content.decode()
    assert "21.10" in text
    assert one.id_number not in text


def test_people_are_found_by_name_number_and_mobile_without_a_number_in_an_address(
    signed_in, village
):
    person = Customer.objects.filter(role="head").first()
    Customer.objects.exclude(pk=person.pk).update(mobile_index="")
    address = reverse("village:customers")

    for text in (person.name, person.id_number, person.id_number.lower(), person.mobile):
        found = signed_in.post(address, {"q": text}).context["page"].found
        assert found == [person]
    assert signed_in.post(address, {"q": make.id_number()}).context["page"].found == []
    assert signed_in.get(address, {"q": person.id_number}).context["page"].found == []


def test_somebody_elses_customers_are_not_found(client, village):
    person = Customer.objects.first()
    client.force_login(make.staff())

    answer = client.post(reverse("village:customers"), {"q": person.id_number})

    assert answer.context["page"].found == []


def test_numbers_are_masked_until_a_reason_is_given_and_that_is_written_down(
    client, manager, village
):
    manager.user_permissions.add(Permission.objects.get(codename="reveal_customer"))
    client.force_login(manager)
    person = Customer.objects.first()
    address = reverse("village:reveal", args=[person.pk])

    masked = client.get(reverse("village:customer", args=[person.pk])).content.decode()
    silent = client.post(address, {"reason": ""})
    shown = client.post(address, {"reason": "核对身份证原件"})

    assert person.id_number not in masked
    assert silent.status_code == 422
    assert person.id_number not in silent.content.decode()
    assert person.id_number in shown.content.decode()
    reading = Reading.objects.get()
    assert (reading.reader, reading.reason) == (manager, "核对身份证原件")


def test_nobody_reveals_without_the_permission(client, village):
    person = Customer.objects.first()
    client.force_login(make.staff("product_manager"))

    answer = client.post(reverse("village:reveal", args=[person.pk]), {"reason": "核对身份证原件"})

    assert answer.status_code == 403
    assert not Reading.objects.exists()


def test_ten_more_villages_households_and_people_cost_no_more_queries(signed_in, manager, village):
    grid = village.grid
    addresses = [
        reverse("village:villages"),
        reverse("village:village", args=[village.pk]),
        reverse("village:household", args=[Household.objects.first().pk]),
    ]
    before = [queries(signed_in, each) for each in addresses]

    home = Household.objects.first()
    for _ in range(10):
        make.village(manager, grid=grid)
        make.customer(make.household(village))
        make.customer(home, role="child")

    assert [queries(signed_in, each) for each in addresses] == before
