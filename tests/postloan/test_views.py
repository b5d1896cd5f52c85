import pytest
from django.test import Client
from django.urls import reverse

from core.models import User
from core.roles import Role
from credit.events import LoanDisbursed
from postloan import services
from postloan.models import Inspection, Warning
from tests import make
from tests.credit import lent
from tests.postloan.test_services import _warning

pytestmark = pytest.mark.django_db


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _move(client: Client, warning: Warning, move: str) -> None:
    client.post(reverse("postloan:move-warning", args=[warning.pk, move]))


def test_two_people_carry_a_warning_from_raised_to_resolved_on_its_page():
    warning = _warning()
    manager = warning.customer.household.village.grid.manager
    address = reverse("postloan:warning", args=[warning.pk])

    first, second = _signed_in(manager), _signed_in(make.staff(Role.POST_LOAN_OFFICER))
    _move(first, warning, "acknowledge")
    first.post(address, {"text": "已上门，月底前还清"})
    _move(first, warning, "resolve")
    still_open = Warning.objects.open().exists()
    _move(second, warning, "resolve")

    assert still_open
    assert not Warning.objects.open().exists()


def test_empty_evidence_is_asked_for_again():
    warning = _warning()
    manager = warning.customer.household.village.grid.manager
    client = _signed_in(manager)
    _move(client, warning, "acknowledge")

    shown = client.post(reverse("postloan:warning", args=[warning.pk]), {"text": ""})

    assert "errorlist" in shown.content.decode()
    assert Warning.objects.get().evidence == ""


def test_another_grids_warning_does_not_exist():
    address = reverse("postloan:warning", args=[_warning().pk])

    assert _signed_in(make.staff()).get(address).status_code == 404


def test_a_role_that_does_not_handle_warnings_is_turned_away():
    address = reverse("postloan:warning", args=[_warning().pk])

    assert _signed_in(make.staff(Role.PRODUCT_MANAGER)).get(address).status_code == 403


def test_a_check_is_made_by_one_and_read_by_another():
    services.plan_first_check(LoanDisbursed(lent.loan().pk))
    inspection = Inspection.objects.select_related("inspector").get()
    address = reverse("postloan:inspection", args=[inspection.pk])
    review = reverse("postloan:review-inspection", args=[inspection.pk])

    _signed_in(inspection.inspector).post(address, {"text": "资金用于购买化肥"})
    _signed_in(inspection.inspector).post(review)
    by_the_same = Inspection.objects.get().status
    _signed_in(make.staff(Role.POST_LOAN_OFFICER)).post(review)

    assert by_the_same == Inspection.Status.DONE
    assert Inspection.objects.get().status == Inspection.Status.REVIEWED
