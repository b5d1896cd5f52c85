"""Deciding about many, and what is kept of each decision."""

import json
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from admission import selectors, services
from admission.contexts import DecisionPage
from admission.errors import RulesChanged
from admission.models import Authorisation, Decision, Rule, SourceRecord
from admission.services import deliveries
from core.models import AuditEntry, Outbox
from tests import make
from tests.admission.conftest import AS_OF, SHANGHAI, allow, decided, visited

pytestmark = pytest.mark.django_db


def test_many_are_decided_as_one_is(world, rules):
    customers = [visited(world.customer(name)) for name in ("sound", "sued", "white", "overdue")]
    for customer in customers:
        allow(customer)
    one_by_one = [decided(customer) for customer in customers]

    together = services.decide_many(
        [customer.pk for customer in customers], purpose="granting", as_of=AS_OF, actor=None
    )

    for one, many in zip(one_by_one, together, strict=True):
        for column in ("customer_id", "outcome", "limit_factor", "inputs", "hits", "unknowns"):
            assert getattr(one, column) == getattr(many, column)


def test_who_did_not_allow_it_is_passed_by_in_a_batch(world, rules):
    allowed, silent = world.customer("sound"), world.customer("sued")
    allow(allowed)

    made = services.decide_many(
        [silent.pk, allowed.pk], purpose="granting", as_of=AS_OF, actor=None
    )

    assert [each.customer_id for each in made] == [allowed.pk]
    assert not SourceRecord.objects.filter(customer=silent).exists()


def test_more_customers_cost_no_more_queries_but_for_their_events(world, rules):
    names = ["sound", "sued", "white", "overdue", "sued and hungry", "four troubles"]
    customers = [visited(world.customer(name)) for name in names]
    for customer in customers:
        allow(customer)

    def queries(some):
        with CaptureQueriesContext(connection) as seen:
            services.decide_many(
                [each.pk for each in some], purpose="granting", as_of=AS_OF, actor=None
            )
        return [q for q in seen.captured_queries if "core_outbox" not in q["sql"]]

    selectors._read.cache_clear()  # the same rules may have been read by a test before
    few, more = queries(customers[:2]), queries(customers[2:])

    assert len(more) <= len(few)
    assert len(few) < 32


def test_a_decision_is_on_record_and_told_to_the_rooms_after(world, rules):
    customer = visited(world.customer("sound"))
    allow(customer)
    actor = make.staff()

    decision = decided(customer, actor=actor)

    entry = AuditEntry.objects.get(action="admission.decision.made")
    assert (entry.object_id, entry.actor) == (decision.pk, actor)
    assert Outbox.objects.get(kind="admission.CustomerDecided").body == {"decision_id": decision.pk}
    assert decision.rule_set_hash == rules.fingerprint
    assert {each["source"] for each in decision.records} >= {"pboc", "courts", "police"}


def test_nothing_personal_stands_in_a_decision(world, rules):
    customer = visited(world.customer("overdue"))
    allow(customer)

    decision = decided(customer)

    person = world.person("overdue")
    kept = json.dumps(
        [decision.inputs, decision.hits, decision.unknowns, decision.records, decision.asked_for],
        ensure_ascii=False,
    )
    for secret in (person["id_number"], person["name"], person["phone"]):
        assert secret not in kept
        assert secret not in decision.customer_text


def test_only_what_the_rules_read_is_asked(world, rules):
    customer = visited(world.customer("sound"))
    allow(customer)

    decided(customer)

    asked = set(SourceRecord.objects.values_list("source", flat=True))
    assert "agriculture" not in asked
    assert "tax" in asked


def test_the_raw_answer_is_sealed_in_the_table(world, rules):
    customer = visited(world.customer("sound"))
    allow(customer)
    decided(customer)

    with connection.cursor() as cursor:
        cursor.execute("SELECT raw FROM admission_sourcerecord WHERE source = 'pboc'")
        (stored,) = cursor.fetchone()

    record = SourceRecord.objects.get(source="pboc")
    assert "PA01BI01" in record.raw
    assert "PA01BI01" not in stored


@pytest.mark.parametrize("name", ["sound", "overdue", "sued and hungry", "white"])
def test_a_decision_can_be_worked_again(world, rules, name):
    customer = visited(world.customer(name))
    allow(customer)
    decision = Decision.objects.get(pk=decided(customer).pk)

    again = services.replay(decision.pk)

    assert again.outcome == decision.outcome
    assert again.limit_factor == decision.limit_factor
    assert [each.as_json() for each in again.hits] == decision.hits
    assert [each.as_json() for each in again.unknowns] == decision.unknowns


def test_rules_changed_behind_the_banks_back_decide_nothing(world, rules):
    customer = visited(world.customer("sound"))
    allow(customer)
    decision = decided(customer)
    Rule.objects.filter(rule_set=rules, code="H05").update(expression="False")

    with pytest.raises(RulesChanged):
        decided(customer)
    with pytest.raises(RulesChanged):
        services.replay(decision.pk)


def test_the_newest_decision_of_each_purpose_is_found(world, rules):
    customer = visited(world.customer("sound"))
    allow(customer)
    decided(customer)
    newest = decided(customer)

    (found,) = selectors.newest_decisions([customer.pk], "granting")

    assert found == newest
    assert not selectors.newest_decisions([customer.pk], "application").exists()


def test_an_authorisation_keeps_the_text_it_was_given_for(db):
    authorisation = allow(make.customer())

    stored = Authorisation.objects.get(pk=authorisation.pk)

    assert len(stored.text_hash) == 64
    assert stored.text_version
    assert AuditEntry.objects.filter(action="admission.authorisation.granted").count() == 1


def test_a_fresh_file_stands_in_for_an_office_that_does_not_answer(world, rules):
    customer = world.customer("sound")
    allow(customer)
    line = f"{customer.id_number},2026-06-30,U1,2020-03-01,是,否"
    content = f"证件号码,数据日期,不动产单元号,登记日期,查封,异议登记\n{line}\n".encode()
    at = datetime(2026, 6, 30, 8, tzinfo=SHANGHAI)
    made = deliveries.import_content(content, name="homes.csv", actor=None, at=at)
    world.faults.set("real-estate", "500", None)

    decision = services.decide(customer.pk, purpose="granting", as_of=AS_OF, actor=None)

    used = [each for each in decision.records if each["source"] == "real_estate"]
    assert decision.inputs["re_seal_flag"] is True
    assert {each["status"] for each in used} == {"failed", "delivered"}
    assert [(each["delivery"], each["line"]) for each in used if "delivery" in each] == [
        (made.pk, 2)
    ]
    assert [each.word for each in DecisionPage.build(decision).sources if each.delivery]


def test_the_office_itself_is_believed_before_a_file(world, rules):
    customer = world.customer("sound")
    allow(customer)
    line = f"{customer.id_number},2026-06-30,U1,2020-03-01,是,否"
    content = f"证件号码,数据日期,不动产单元号,登记日期,查封,异议登记\n{line}\n".encode()
    at = datetime(2026, 6, 30, 8, tzinfo=SHANGHAI)
    deliveries.import_content(content, name="homes.csv", actor=None, at=at)

    decision = services.decide(customer.pk, purpose="granting", as_of=AS_OF, actor=None)

    assert decision.inputs["re_seal_flag"] is not True
    assert not [each for each in decision.records if each["status"] == "delivered"]
