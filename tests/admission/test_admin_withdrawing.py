"""The pages on which a delivery is withdrawn."""

import pytest
from django.urls import reverse

from admission import tasks
from admission.models import Delivery, Figures
from config.queues.villages import QUEUES
from core.roles import Role
from tests import make
from tests.admission.brought import MAY, bring, paid

pytestmark = pytest.mark.django_db

CHANGE = "admin:admission_delivery_change"
WITHDRAW = "admin:admission_delivery_withdraw"
DECLINE = "admin:admission_delivery_decline"


def at(client, role):
    user = make.staff(role)
    client.force_login(user)
    return user


def test_the_page_says_how_many_figures_go_and_which_file_is_read_again(client):
    people = [make.customer() for _ in range(3)]
    before = bring(*(paid(each, day=MAY) for each in people))
    made = bring(*(paid(each) for each in people))
    at(client, Role.ADMINISTRATOR)

    page = client.get(reverse(WITHDRAW, args=[made.pk]))

    facts = [value for _name, value in page.context["facts"]]
    assert "3" in facts
    assert str(before) in facts


def test_one_asks_another_agrees_and_the_page_tells_what_became_of_it(client):
    made = bring(paid(make.customer()))
    address = reverse(WITHDRAW, args=[made.pk])
    clerk = at(client, Role.ADMINISTRATOR)

    assert client.post(address, {"because": ""}).status_code == 422
    client.post(address, {"because": "错文件"})
    assert client.post(address).status_code == 403
    page = client.get(reverse(CHANGE, args=[made.pk]))
    assert page.context["withdrawal"].waits_for_others
    officer = at(client, Role.RISK_OFFICER)
    page = client.get(reverse(CHANGE, args=[made.pk]))
    assert address in page.content.decode()
    assert "错文件" in page.content.decode()
    client.post(address)

    made.refresh_from_db()
    assert (made.status, made.withdrawal_asked_by, made.withdrawn_by) == ("leaving", clerk, officer)
    tasks.take_in_ordered(made.pk)
    page = client.get(reverse(CHANGE, args=[made.pk]))
    assert page.context["withdrawal"].facts[-2][1] == "1"
    assert not Figures.objects.exists()
    assert client.get(address).status_code == 403


def test_whoever_asked_may_let_it_be_and_a_stranger_may_nothing(client):
    made = bring(paid(make.customer()))
    at(client, Role.ADMINISTRATOR)
    client.post(reverse(WITHDRAW, args=[made.pk]), {"because": "错文件"})
    at(client, Role.ADMINISTRATOR)
    assert client.post(reverse(DECLINE, args=[made.pk])).status_code == 403
    at(client, Role.AUDITOR)
    assert client.get(reverse(WITHDRAW, args=[made.pk])).status_code == 403

    client.force_login(Delivery.objects.get().withdrawal_asked_by)
    client.post(reverse(DECLINE, args=[made.pk]))

    assert Delivery.objects.get().withdrawal_asked_by is None


def test_it_stands_in_the_queue_of_those_who_may_agree(client):
    made = bring(paid(make.customer()))
    clerk = at(client, Role.ADMINISTRATOR)
    client.post(reverse(WITHDRAW, args=[made.pk]), {"because": "错文件"})
    officer = at(client, Role.RISK_OFFICER)
    (queue,) = (each for each in QUEUES if "withdrawal_asked_by" in each.address)

    assert list(queue.rows(officer, MAY)) == [made]
    assert list(queue.rows(clerk, MAY)) == []
    found = client.get(f"{reverse('admin:admission_delivery_changelist')}?{queue.address}")
    assert [each.pk for each in found.context["cl"].result_list] == [made.pk]
