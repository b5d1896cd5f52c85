"""Nothing is signed from a number that the operator knows under another name."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from admission.models import SourceRecord
from admission.services import answering
from core import crypto
from credit.errors import PhoneNotBound
from credit.models import Contract
from credit.services import applications, contracts, phone_binding
from sandbox.demo.borrowing import read_and_sign
from sandbox.demo.phone import Phone
from tests import make
from tests.credit import lend
from tests.credit.conftest import AT
from village.models import Customer

pytestmark = pytest.mark.django_db(transaction=True)
FOREIGN = "13911112222"
SMS = contracts.Signature("sms", "code-1")


def change_number(customer, number):
    """As a file of corrections does it."""
    customer.mobile, customer.mobile_index = number, crypto.blind_index(number)
    customer.save()


@pytest.fixture
def own_number(borrower):
    return borrower.customer.mobile


@pytest.fixture
def contract(bank, borrower, own_number, outside):
    """A contract of a borrower whose number belongs to somebody else, shown and read."""
    change_number(borrower.customer, FOREIGN)
    lend.line(borrower)
    lend.authorise(borrower)
    asked = lend.application(borrower)
    waiting = applications.advance(asked.pk, at=AT)
    for code in [each["code"] for each in waiting.admission.hits]:
        answer(waiting.admission, code, bank)
    applications.advance(asked.pk, at=AT)
    made = Contract.objects.get()
    contracts.show_cost_sheet(made.pk, at=AT)
    applications.advance(asked.pk, at=AT)
    return made


def answer(decision, code, bank):
    answering.answer(decision.pk, code, actor=bank.manager, text="已核对")


def sign(contract):
    return contracts.sign(contract.pk, signature=SMS, at=AT + lend.READ)


def waits_for(contract):
    return contract.application.steps.get(node="contract").outcome["waits_for"]


def test_a_number_of_another_name_keeps_the_contract_from_being_signed(contract):
    with pytest.raises(PhoneNotBound):
        sign(contract)

    assert waits_for(contract) == "phone"
    contract.refresh_from_db()
    assert contract.status == Contract.Status.SENT


def test_asking_again_about_the_same_number_does_not_help(contract):
    with pytest.raises(PhoneNotBound):
        phone_binding.ask(contract.application)
    with pytest.raises(PhoneNotBound):
        sign(contract)


def test_a_changed_number_that_the_operator_confirms_lets_the_customer_sign(
    contract, borrower, own_number
):
    change_number(borrower.customer, own_number)
    with pytest.raises(PhoneNotBound):
        sign(contract)

    applications.advance(contract.application_id, at=AT + timedelta(minutes=1))

    assert waits_for(contract) == "signature"
    assert sign(contract).status == Contract.Status.SIGNED


def test_a_number_changed_after_it_was_confirmed_has_to_be_confirmed_anew(
    contract, borrower, own_number
):
    change_number(borrower.customer, own_number)
    phone_binding.ask(contract.application)
    change_number(borrower.customer, FOREIGN)

    with pytest.raises(PhoneNotBound):
        sign(contract)


def test_the_operator_is_not_asked_for_ever(contract, borrower):
    asked = SourceRecord.objects.filter(source="phone").count

    applications.advance(contract.application_id, at=AT + timedelta(minutes=1))
    applications.advance(contract.application_id, at=AT + timedelta(minutes=2))
    assert asked() == 1

    for _ in range(phone_binding.MOST_AN_HOUR + 3):
        with pytest.raises(PhoneNotBound):
            phone_binding.ask(contract.application)
    assert asked() == 1 + phone_binding.MOST_AN_HOUR


def test_an_operator_who_does_not_answer_confirms_nothing(contract, borrower, own_number, outside):
    change_number(borrower.customer, own_number)
    outside.app.faults.set("phone", "500", None)

    with pytest.raises(PhoneNotBound):
        phone_binding.ask(contract.application)


def test_in_the_demo_such_a_contract_waits_and_the_road_goes_on(
    contract, borrower, outside, at_once
):
    borrower.customer.refresh_from_db()
    phone = Phone(borrower.customer, sandbox_url=outside.url)
    setting = SimpleNamespace(clock=SimpleNamespace(go_on=lambda **_time: None))

    signed = read_and_sign(setting, phone, contract.application.number)

    assert not signed
    assert waits_for(contract) == "phone"


def test_the_manager_asks_from_the_application_s_page(client, bank, contract, borrower, own_number):
    client.force_login(bank.manager)
    page = reverse("credit:application", args=[contract.application_id])
    address = reverse("credit:ask-phone", args=[contract.application_id])
    assert address in client.get(page).content.decode()

    change_number(Customer.objects.get(pk=borrower.customer.pk), own_number)
    client.post(address)

    assert address not in client.get(page).content.decode()
    assert sign(contract).status == Contract.Status.SIGNED


def test_a_stranger_s_manager_finds_no_such_application(client, contract):
    client.force_login(make.staff())

    answer = client.post(reverse("credit:ask-phone", args=[contract.application_id]))

    assert answer.status_code == 404
