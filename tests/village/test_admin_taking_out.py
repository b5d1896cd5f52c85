"""Lists of people leave the house with a right, a reason, a watermark and a record."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import sheets
from core.models import AuditEntry, Reading
from tests import make
from village.models import ListFlag
from village.services import people_lists

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

WHY = {"reason": "visits in spring", "form": "csv"}


def people(query=""):
    return reverse("admin:village_customer_export") + query


def rows(answer):
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.fixture
def president(client):
    user = make.staff("branch_president")
    client.force_login(user)
    return user


@pytest.fixture
def ours(president):
    return make.village(grid=make.grid(make.staff(branch=president.branch)))


def test_a_list_names_its_taker_and_holds_what_they_may_see_and_no_numbers(client, president, ours):
    person = make.customer(make.household(ours))
    make.customer(make.household())

    answer = client.post(people(), WHY)

    (mark,), _headings, *lines = rows(answer)
    assert president.username in mark
    assert "visits in spring" in mark
    assert [line[3] for line in lines] == [person.name]
    assert person.id_number not in answer.content.decode()
    assert person.mobile not in answer.content.decode()


def test_what_was_taken_and_why_is_on_record_but_not_what_was_searched_for(client, president, ours):
    make.customer(make.household(ours), name="王军", list_flag=ListFlag.GREY)

    client.post(people("?list_flag__exact=grey&q=王军"), WHY)

    deed = AuditEntry.objects.get(action="village.people.exported")
    assert (deed.actor, deed.detail["rows"], deed.detail["reason"]) == (
        president,
        1,
        "visits in spring",
    )
    assert deed.detail["chosen"] == {"list_flag__exact": "grey"}
    assert Reading.objects.get().reason == "visits in spring"


def test_households_leave_with_the_names_of_their_heads(client, ours):
    person = make.customer(make.household(ours, number="=H1"))

    answer = client.post(reverse("admin:village_household_export"), WHY | {"form": "csv"})

    assert rows(answer)[2][2:4] == ["'=H1", person.name]


def test_a_spreadsheet_is_made_too(client, ours):
    make.customer(make.household(ours))

    answer = client.post(people(), WHY | {"form": "xlsx"})

    assert answer["Content-Type"] == sheets.TYPES["xlsx"]
    assert answer.content.startswith(b"PK")


def test_without_a_reason_nothing_leaves(client, ours):
    make.customer(make.household(ours))

    answer = client.post(people(), {"reason": "x", "form": "csv"})

    assert answer.status_code == 422
    assert not AuditEntry.objects.filter(action__endswith="exported").exists()


def test_who_may_look_may_not_take_away(client):
    make.customer()
    client.force_login(make.staff("auditor"))

    register = client.get(reverse("admin:village_customer_changelist"))

    assert "export/" not in register.content.decode()
    assert client.get(people()).status_code == 403
    assert client.post(people(), WHY).status_code == 403


def test_ten_more_people_cost_no_more_queries(president, ours):
    home = make.household(ours)
    make.customer(home)

    def taken():
        with CaptureQueriesContext(connection) as counted:
            made = people_lists.export_people(
                home.members.all(), {}, form="csv", reason="visits", actor=president
            )
        return made.customers, len(counted)

    (_one, few) = taken()
    for _ in range(10):
        make.customer(home, role="other")

    assert taken() == (11, few)
