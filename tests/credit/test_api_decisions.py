"""The mini-program's door to decisions: plain words about oneself, and an appeal made once."""

import pytest

from admission.models import Appeal
from tests import make
from tests.admission.heard import heard
from tests.credit.test_api import Phone

pytestmark = pytest.mark.django_db(transaction=True)
SAYS = {"statement": "我已履行完毕，请更正"}


@pytest.fixture
def refused(bank):
    decision = heard(gov_dishonest=True)
    decision.customer_text = "目前不能受理您的申请。\n失信记录"
    decision.save(update_fields=["customer_text"])
    return decision


@pytest.fixture
def phone(refused):
    return Phone(refused.customer)


def test_a_decision_is_told_in_plain_words_without_what_rules_read(phone, refused):
    (told,) = phone.get("decisions").json()

    assert (told["number"], told["outcome"], told["can_appeal"]) == (refused.pk, "refuse", True)
    assert told["text"].startswith("目前不能受理")
    assert "gov_dishonest" not in phone.get(f"decisions/{refused.pk}").content.decode()


def test_nobody_sees_or_appeals_anothers(refused):
    stranger = Phone(make.customer())

    assert stranger.get("decisions").json() == []
    assert stranger.get(f"decisions/{refused.pk}").status_code == 404
    answer = stranger.post(f"decisions/{refused.pk}/appeals", SAYS, key="k1")
    assert answer.status_code == 404
    assert Phone().get("decisions").status_code == 401


def test_asked_twice_with_one_key_an_appeal_is_made_once(phone, refused):
    first = phone.post(f"decisions/{refused.pk}/appeals", SAYS, key="k1")
    second = phone.post(f"decisions/{refused.pk}/appeals", SAYS, key="k1")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Appeal.objects.count() == 1
    assert first.json()["status"] == "opened"
    assert phone.get(f"decisions/{refused.pk}").json()["can_appeal"] is False


def test_another_words_under_the_same_key_none_at_all_and_a_second_appeal_are_refused(
    phone, refused
):
    address = f"decisions/{refused.pk}/appeals"
    phone.post(address, SAYS, key="k1")

    assert phone.post(address, {"statement": "另一回事"}, key="k1").status_code == 422
    assert phone.post(address, SAYS).status_code == 400
    again = phone.post(address, SAYS, key="k2")
    assert (again.status_code, again.json()["code"]) == (409, "appeal_not_allowed")
    assert phone.post(address, {"statement": ""}, key="k3").status_code == 400
