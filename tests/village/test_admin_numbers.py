"""The pages on which a wrong ID number is put right."""

from datetime import date

import pytest
from django.urls import reverse

from config.queues.villages import QUEUES
from core import notices
from core.roles import Role
from tests import make
from village.models import NumberCorrection

pytestmark = pytest.mark.django_db

RIGHT = make.id_number(date(1979, 4, 8), serial=622)


@pytest.fixture
def person():
    return make.customer()


def address(person):
    return reverse("admin:village_customer_number", args=[person.pk])


def asked(client, person):
    client.force_login(person.household.village.grid.manager)
    client.post(address(person), {"number": RIGHT, "because": "身份证核对"})
    return NumberCorrection.objects.get()


def deed(client, made, name, **sent):
    page = reverse("admin:village_numbercorrection_deed", args=[made.pk, name])
    return client.post(page, {f"{name}-{key}": value for key, value in sent.items()})


def test_the_persons_page_leads_to_it_and_it_is_asked_for_with_a_reason(client, person):
    client.force_login(person.household.village.grid.manager)

    page = client.get(reverse("admin:village_customer_change", args=[person.pk]))
    assert address(person) in page.content.decode()
    assert client.post(address(person), {"number": RIGHT, "because": ""}).status_code == 422
    wrong = client.post(address(person), {"number": "1", "because": "x"})
    assert wrong.status_code == 422
    answer = client.post(address(person), {"number": RIGHT, "because": "身份证核对"})

    made = NumberCorrection.objects.get()
    page = reverse("admin:village_numbercorrection_change", args=[made.pk])
    assert answer.headers["Location"] == page
    shown = client.get(page).content.decode()
    assert RIGHT not in shown
    assert "1979-04-08" in shown


def test_a_second_person_of_the_branch_agrees_with_the_card_in_hand(client, person):
    made = asked(client, person)
    assert deed(client, made, "agree", number=RIGHT).status_code == 403
    president = make.staff(Role.BRANCH_PRESIDENT, branch=person.household.village.grid.branch)
    client.force_login(president)

    deed(client, made, "agree", number=RIGHT)

    person.refresh_from_db()
    assert person.id_number == RIGHT


def test_whoever_asked_may_take_it_back(client, person):
    made = asked(client, person)

    deed(client, made, "decline")

    assert NumberCorrection.objects.get().status == "declined"


def test_another_branch_finds_neither_the_person_nor_the_correction(client, person):
    made = asked(client, person)
    client.force_login(make.staff(Role.BRANCH_PRESIDENT))

    assert client.get(address(person)).status_code == 404
    page = reverse("admin:village_numbercorrection_change", args=[made.pk])
    assert client.get(page).status_code == 404
    assert deed(client, made, "agree", number=RIGHT).status_code == 404


def test_who_may_only_look_asks_for_nothing(client, person):
    client.force_login(make.staff(Role.AUDITOR))

    assert client.get(address(person)).status_code == 403


def test_it_waits_in_the_queue_of_those_who_may_agree(client, person):
    made = asked(client, person)
    (queue,) = (each for each in QUEUES if each.model is NumberCorrection)
    officer = make.staff(Role.RISK_OFFICER)
    client.force_login(officer)

    assert list(queue.rows(officer, None)) == [made]
    assert list(queue.rows(made.asked_by, None)) == []
    found = client.get(f"{reverse('admin:village_numbercorrection_changelist')}?{queue.address}")
    assert list(found.context["cl"].result_list) == [made]


def test_those_who_may_agree_are_told_and_whoever_asked_hears_what_came_of_it(client, person):
    made = asked(client, person)
    page = reverse("admin:village_numbercorrection_change", args=[made.pk])
    president = make.staff(Role.BRANCH_PRESIDENT, branch=person.household.village.grid.branch)
    elsewhere = make.staff(Role.BRANCH_PRESIDENT)
    (waits,) = notices.unread(president)
    client.force_login(president)

    deed(client, made, "agree", number=RIGHT)

    (told,) = notices.unread(made.asked_by)
    assert (waits.url, told.url) == (page, page)
    assert RIGHT[:6] not in waits.title + told.title
    assert notices.unread(elsewhere) == []


def test_cancelling_leads_back_to_the_person(client, person):
    client.force_login(person.household.village.grid.manager)

    page = client.get(address(person)).content.decode()

    back = reverse("admin:village_customer_change", args=[person.pk])
    assert f'class="closelink" href="{back}"' in page
