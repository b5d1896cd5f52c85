"""The back office's pages of delivered data, and the section in the household's file."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from admission import contexts_data, tasks
from admission.deliveries.classes import CLASSES
from admission.models import Delivery, DeliveryPlan, Figures, IncomingFile
from core.models import Reading
from core.roles import Role
from tests import make
from tests.admission.brought import (
    HOMES,
    MAY,
    STRANGER,
    bring,
    figures_of,
    home,
    odd,
    paid,
    text,
)

pytestmark = pytest.mark.django_db

LIST = "admin:admission_delivery_changelist"
CHANGE = "admin:admission_delivery_change"


@pytest.fixture
def clerk(client):
    user = make.staff(Role.ADMINISTRATOR)
    client.force_login(user)
    return user


@pytest.fixture
def officer(client):
    user = make.staff(Role.RISK_OFFICER)
    client.force_login(user)
    return user


def hand_in(client, content, name="payroll.csv", **more):
    sent = {"file": SimpleUploadedFile(name, content)} | more
    return client.post(reverse("admin:admission_delivery_add"), sent, follow=True)


def file_page(received, door="change"):
    return reverse(f"admin:admission_incomingfile_{door}", args=[received.pk])


class TestRegister:
    def test_a_file_handed_in_waits_and_then_leads_to_its_quality_report(self, client, clerk):
        customer = make.customer()

        wrong = paid(make.customer(), amount="x")
        page = hand_in(client, text(paid(customer), paid(STRANGER), wrong))
        received = IncomingFile.objects.get()
        assert page.redirect_chain[-1][0] == file_page(received)
        assert client.get(file_page(received, "step")).json()["over"] is False
        assert Delivery.objects.count() == 0
        tasks.take_in_file(received.pk)

        assert client.get(file_page(received, "step")).json()["over"] is True
        page = client.get(file_page(received), follow=True)
        made = Delivery.objects.get()
        assert page.redirect_chain[-1][0] == reverse(CHANGE, args=[made.pk])
        assert (made.received_by, made.matched, made.unmatched, made.refused) == (clerk, 1, 1, 1)
        assert [each.filled for each in page.context["page"].columns] == ["100.0%"] * 3

    def test_a_file_of_something_else_is_told_and_nothing_is_kept(self, client, clerk):
        page = hand_in(client, b"a,b\n1,2\n")

        assert page.status_code == 200
        assert [each.level_tag for each in page.context["messages"]] == ["error"]
        assert IncomingFile.objects.count() == 0

    def test_what_a_worker_finds_wrong_with_a_whole_file_is_told_on_its_page(self, client, clerk):
        hand_in(client, text(paid(make.customer(), day="")))
        received = IncomingFile.objects.get()

        tasks.take_in_file(received.pk)

        page = client.get(file_page(received)).content.decode()
        why = IncomingFile.objects.get().error
        assert why.startswith("payroll.csv")
        assert why in page
        assert Delivery.objects.count() == 0

    def test_what_others_handed_in_is_not_there(self, client, clerk):
        hand_in(client, text(paid(make.customer())))
        received = IncomingFile.objects.get()
        client.force_login(make.staff(Role.ADMINISTRATOR))

        for door in ("change", "step"):
            assert client.get(file_page(received, door)).status_code == 404, door

    def test_rows_to_correct_and_rows_of_nobody_can_be_fetched_and_that_is_logged(
        self, client, clerk
    ):
        made = bring(paid(STRANGER), paid(make.customer(), amount="x"))

        back = client.get(reverse("admin:admission_delivery_refusals", args=[made.pk]))
        strangers = client.get(reverse("admin:admission_delivery_strangers", args=[made.pk]))

        assert ",4," in back.content.decode("utf-8-sig")
        assert STRANGER in strangers.content.decode("utf-8-sig")
        assert Reading.objects.filter(reader=clerk).count() == 2

    def test_whoever_may_not_bring_in_data_fetches_none(self, client):
        made = bring(paid(STRANGER), paid(make.customer(), amount="x"))
        client.force_login(make.staff(Role.AUDITOR))

        assert client.get(reverse(CHANGE, args=[made.pk])).status_code == 200
        for door in ("refusals", "strangers", "settle"):
            address = reverse(f"admin:admission_delivery_{door}", args=[made.pk])
            assert client.post(address).status_code == 403, door
        assert client.get(reverse("admin:admission_delivery_add")).status_code == 403

    def test_a_second_person_takes_in_what_was_held_back(self, client, officer):
        people, made = odd(make.staff(Role.ADMINISTRATOR))
        page = client.get(reverse(CHANGE, args=[made.pk])).context["page"]

        client.post(
            reverse("admin:admission_delivery_settle", args=[made.pk]), {"settle": "take_in"}
        )
        step = reverse("admin:admission_delivery_step", args=[made.pk])
        assert client.get(step).json()["over"] is False
        tasks.take_in_ordered(made.pk)

        assert client.get(step).json()["over"] is True
        assert page.can_settle
        assert [each.grave for each in page.findings] == [True]
        assert Delivery.objects.get(pk=made.pk).status == "taken"
        assert figures_of(people[0]).delivery_id == made.pk

    def test_ten_more_deliveries_cost_no_more_queries(self, client, officer):
        def queries():
            with CaptureQueriesContext(connection) as seen:
                assert client.get(reverse(LIST)).status_code == 200
            return len(seen)

        bring(paid(make.customer()))
        queries()
        before = queries()
        for n in range(10):
            bring(paid(make.customer(), amount=n))

        assert queries() == before


class TestSchedule:
    def test_every_class_stands_in_the_schedule_the_late_ones_first(self, client, clerk):
        bring(paid(make.customer(), day=MAY))

        page = client.get(reverse("admin:admission_deliveryplan_changelist")).context["page"]

        assert len(page.lines) == len(CLASSES)
        assert page.lines[0].at.of.name == "payroll"
        assert page.late == 1

    def test_a_plan_is_changed_by_those_who_may(self, client, clerk):
        address = reverse("admin:admission_deliveryplan_edit", args=["payroll"])
        sent = {"every": "quarter", "grace_days": 9, "is_expected": "on"}

        assert client.get(address).status_code == 200
        client.post(address, sent)
        client.force_login(make.staff(Role.AUDITOR))

        assert client.post(address, sent).status_code == 403
        plan = DeliveryPlan.objects.get()
        assert (plan.kind, plan.every, plan.grace_days) == ("payroll", "quarter", 9)

    def test_a_class_that_is_not_declared_is_not_there(self, client, clerk):
        address = reverse("admin:admission_deliveryplan_edit", args=["gossip"])

        assert client.get(address).status_code == 404


class TestFigures:
    def test_the_way_back_shows_the_line_masked_and_is_logged(self, client, officer):
        customer = make.customer()
        bring(paid(customer))
        figures = figures_of(customer)

        record = client.get(reverse("admin:admission_figures_change", args=[figures.pk]))
        page = client.get(reverse("admin:admission_figures_origin", args=[figures.pk]))

        assert record.status_code == 200
        assert customer.id_number not in page.content.decode()
        assert "云台小学" in page.content.decode()
        assert Reading.objects.get().reader == officer

    def test_a_manager_sees_figures_of_their_own_grid_alone(self, client):
        customer = make.customer()
        bring(paid(customer))
        address = reverse("admin:admission_figures_origin", args=[figures_of(customer).pk])
        client.force_login(make.staff(Role.CUSTOMER_MANAGER))
        assert client.get(address).status_code == 404

        client.force_login(customer.household.village.grid.manager)
        assert client.get(address).status_code == 200

    def test_found_by_id_number(self, client, officer):
        customer = make.customer()
        bring(paid(customer), paid(make.customer()))

        address = reverse("admin:admission_figures_changelist")
        found = client.get(address, {"q": customer.id_number}).context["cl"].result_list

        assert [each.customer for each in found] == [customer]


class TestHouseholdFile:
    def test_every_figure_stands_beside_its_day_age_and_file(self, officer):
        customer = make.customer()
        bring(paid(customer))
        bring(home(customer, "U1"), head=HOMES, name="homes.csv")

        html = contexts_data.household_section(customer.household, officer).html()

        days = (timezone.localdate() - date(2026, 6, 30)).days
        for told in ("4,200.00", "2026-06-30", str(days), "payroll.csv", "homes.csv", "U1"):
            assert told in html, told

    def test_old_figures_are_marked(self, officer):
        customer = make.customer()
        bring(paid(customer, day=MAY))

        section = contexts_data.household_section(customer.household, officer)

        (person,) = section.context["people"]
        assert [each.is_stale for each in person.blocks] == [True]

    def test_nothing_delivered_or_no_right_is_no_section(self, officer):
        customer = make.customer()
        nothing = contexts_data.household_section(customer.household, officer)
        bring(paid(customer))

        assert nothing is None
        clerk = make.staff(Role.ADMINISTRATOR)
        assert contexts_data.household_section(customer.household, clerk) is None

    def test_more_people_and_classes_cost_no_more_queries(self, officer):
        household = make.household()
        one = make.customer(household)
        bring(paid(one))

        def queries():
            with CaptureQueriesContext(connection) as seen:
                contexts_data.household_section(household, officer).html()
            return len(seen)

        queries()
        before = queries()
        others = [make.customer(household, role="child") for _ in range(4)]
        bring(paid(one), *(paid(each) for each in others))
        bring(*(home(each, f"U{n}") for n, each in enumerate(others)), head=HOMES)

        assert Figures.objects.count() == 9
        assert queries() == before
