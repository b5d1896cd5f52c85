"""The same door for staff: all that a decision rests on, what they may not see, one made once."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from admission.models import Decision, SourceRecord
from core.models import Reading
from core.roles import Role
from credit.models import BusinessDay, ProcessTemplate, Product
from credit.services import applications
from tests import make
from tests.admission.heard import heard
from tests.credit import lend
from tests.credit.conftest import AT, DAY
from tests.credit.test_api import Phone

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def refused(bank):
    return heard(gov_dishonest=True)


def staff(role=Role.RISK_OFFICER, **given):
    user, client = make.staff(role, **given), Client()
    client.force_login(user)
    return user, client


def ask(client, body, key="k1"):
    return client.post(
        "/api/v1/decisions", json.dumps(body), "application/json", headers={"Idempotency-Key": key}
    )


def test_staff_are_told_everything_that_was_stored(refused):
    officer, client = staff()

    told = client.get(f"/api/v1/decisions/{refused.pk}").json()

    assert told["inputs"] == refused.inputs
    assert [each["code"] for each in told["hits"]] == ["H05"]
    assert [each["code"] for each in told["unknowns"]] == [e["code"] for e in refused.unknowns]
    assert told["rule_set_hash"] == refused.rule_set_hash
    assert told["score"]["score"] is None
    assert told["score"]["why_not"] == "no_policy"
    assert Reading.objects.get().reader == officer


def test_a_score_is_told_with_card_and_reasons(refused):
    scored = {
        "segment": "farmer", "version": 3, "card": "ab" * 32, "pd": 0.02, "base_points": 600,
        "reasons": [{"code": "F001", "feature": "age", "points": -8}], "unknown": ["dep_avg_12m"],
    }  # fmt: skip
    Decision.objects.filter(pk=refused.pk).update(scored=scored)
    _officer, client = staff()

    told = client.get(f"/api/v1/decisions/{refused.pk}").json()["score"]

    assert (told["version"], told["card_hash"], told["segment"]) == (3, "ab" * 32, "farmer")
    assert (told["reasons"], told["unknown"]) == (scored["reasons"], scored["unknown"])


def test_a_customer_still_hears_plain_words_alone(refused):
    told = Phone(refused.customer).get(f"decisions/{refused.pk}").json()

    assert "inputs" not in told
    assert "score" not in told


def test_staff_see_their_own_customers_alone(refused):
    _manager, client = staff(Role.CUSTOMER_MANAGER)

    assert client.get("/api/v1/decisions").json() == []
    assert client.get(f"/api/v1/decisions/{refused.pk}").status_code == 404


def test_who_sees_no_decisions_is_refused(refused):
    _user, client = staff(Role.PRODUCT_MANAGER)

    assert client.get("/api/v1/decisions").status_code == 403
    assert client.get(f"/api/v1/decisions/{refused.pk}").status_code == 403
    assert Client().get("/api/v1/decisions").status_code in (401, 403)


def test_a_list_can_be_of_one_customer(refused):
    other = heard(make.customer())
    _officer, client = staff()

    assert [e["number"] for e in client.get("/api/v1/decisions").json()] == [other.pk, refused.pk]
    found = client.get(f"/api/v1/decisions?customer={refused.customer_id}").json()
    assert [each["number"] for each in found] == [refused.pk]
    for nobody in ("nobody", "²"):
        assert client.get("/api/v1/decisions", {"customer": nobody}).json() == []


def test_of_each_decision_in_a_list_it_is_kept_who_read_it(refused):
    other = heard(make.customer())
    officer, client = staff()

    with CaptureQueriesContext(connection) as few:
        client.get(f"/api/v1/decisions?customer={refused.customer_id}")
    kept = Reading.objects.values_list("reader", "object_id")
    assert list(kept) == [(officer.pk, refused.pk)]

    with CaptureQueriesContext(connection) as more:
        client.get("/api/v1/decisions")
    assert sorted(each for _reader, each in kept.all()) == [refused.pk, refused.pk, other.pk]
    assert len(more) == len(few)


@pytest.fixture
def its_day(bank):
    """The bank works the 30th of June."""
    BusinessDay.objects.create(day=DAY - timedelta(days=1), status="closed")


@pytest.mark.parametrize("days", [-9, 1, 900])
def test_no_day_but_the_banks_is_decided_for(borrower, its_day, days):
    _officer, client = staff()
    lend.authorise(borrower)
    day = DAY + timedelta(days=days)
    body = {"customer": borrower.customer.pk, "purpose": "application", "as_of": day.isoformat()}

    answer = ask(client, body)

    assert answer.status_code == 400
    assert "2026-06-30" in str(answer.json())
    assert not Decision.objects.exists()
    assert not SourceRecord.objects.exists()


def test_a_decision_is_made_once_for_one_key(borrower, outside, its_day):
    _officer, client = staff()
    lend.authorise(borrower)
    before = Decision.objects.count()
    body = {
        "customer": borrower.customer.pk,
        "purpose": "application",
        "as_of": "2026-06-30",
        "amount": "30000.00",
        "term_months": 12,
    }

    first, second = ask(client, body), ask(client, body)

    assert (first.status_code, second.status_code) == (201, 201), first.json()
    assert first.json() == second.json()
    assert first.json()["asked_for"]["amount"] == 3_000_000
    assert Decision.objects.count() == before + 1
    assert ask(client, body | {"as_of": "2026-07-01"}).status_code == 422


def test_rules_hear_of_the_product_what_an_application_for_it_tells_them(
    borrower, outside, its_day
):
    _officer, client = staff()
    lend.authorise(borrower)
    Product.objects.filter(code="sunshine-e").update(age_at_maturity_max=63)
    _settings_of_its_admission(is_operating=True, need_employer=True)
    lend.line(borrower)
    applied = applications.advance(lend.application(borrower).pk, at=AT).admission
    body = {
        "customer": borrower.customer.pk,
        "purpose": "application",
        "product": "sunshine-e",
        "amount": "30000.00",
        "term_months": 12,
    }

    answer = ask(client, body).json()

    heard_of_it = {name: answer["inputs"][name] for name in OF_A_PRODUCT}
    assert heard_of_it == {name: applied.inputs[name] for name in OF_A_PRODUCT}
    assert heard_of_it == {
        "product_is_online": True,
        "product_max_age": 63,
        "product_is_operating": True,
        "product_need_employer": True,
        "product_is_mortgage": False,
    }


OF_A_PRODUCT = (
    "product_is_online",
    "product_max_age",
    "product_is_operating",
    "product_need_employer",
    "product_is_mortgage",
)


def _settings_of_its_admission(**settings):
    process = Product.objects.get(code="sunshine-e").process
    nodes = [
        each | {"settings": settings} if each["node"] == "admission" else each
        for each in process.nodes
    ]
    ProcessTemplate.objects.filter(pk=process.pk).update(nodes=nodes)


def test_a_product_nobody_offers_is_refused_by_its_name(bank, refused):
    _officer, client = staff()
    before = Decision.objects.count()
    body = {"customer": refused.customer_id, "purpose": "application", "product": "huinong-slow"}

    answer = ask(client, body)

    assert (answer.status_code, list(answer.json())) == (400, ["product"])
    assert Decision.objects.count() == before


def test_without_leave_nobody_is_asked_and_nothing_is_decided(bank):
    _officer, client = staff()

    answer = ask(client, {"customer": make.customer().pk, "purpose": "granting"})

    assert (answer.status_code, answer.json()["code"]) == (409, "not_authorised")
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {"customer": "nobody", "purpose": "granting"},
        {"customer": 1, "purpose": "curiosity"},
        {"customer": 1, "purpose": "granting", "amount": 100},
        {},
    ],
)
def test_what_cannot_be_meant_is_refused(bank, body):
    _officer, client = staff()

    assert ask(client, body).status_code == 400


def test_only_who_may_decide_has_a_decision_made(bank, refused):
    _auditor, client = staff(Role.AUDITOR)

    assert ask(client, {"customer": 1, "purpose": "granting"}).status_code == 403
    assert Phone(refused.customer).post("decisions", {}, key="k").status_code == 403
