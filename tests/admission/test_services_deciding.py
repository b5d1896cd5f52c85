"""Deciding: every kind of outcome, and what must never become a yes."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from admission import services
from admission.errors import NoRulesInForce, NotAuthorised
from admission.features import Asked
from admission.models import SourceRecord
from admission.services import inputs
from admission.services.gathering import Person
from admission.sources.own import forget_own_source
from core.roles import Role
from tests import make
from tests.admission import remotely
from tests.admission.conftest import AS_OF, allow, codes, decided, visited
from village.models import Customer, ListFlag
from village.services import relations

pytestmark = pytest.mark.django_db


def test_a_sound_customer_is_admitted(world, rules):
    customer = visited(world.customer("sound"))
    allow(customer)

    decision = decided(customer)

    assert (decision.outcome, decision.hits) == ("admit", [])
    assert decision.limit_factor == 1
    assert decision.customer_text == ""
    assert codes(decision.unknowns) == ["L07"]


def test_a_high_rule_refuses_and_says_why_without_figures(world, rules):
    customer = visited(world.customer("dishonest"))
    allow(customer)

    decision = decided(customer)

    assert (decision.outcome, codes(decision.hits)) == ("refuse", ["H05"])
    assert decision.limit_factor == 0
    assert "失信被执行人" in decision.customer_text
    assert not any(figure in decision.customer_text for figure in "0123456789")


def test_whoever_has_it_decided_the_customer_reads_chinese(world, rules, in_english):
    customer = visited(world.customer("dishonest"))
    allow(customer)

    assert not re.search("[A-Za-z]", decided(customer).customer_text)


def test_an_overdue_customer_is_refused_by_what_the_bureau_reports(world, rules):
    customer = visited(world.customer("overdue"))
    allow(customer)

    decision = decided(customer)

    assert decision.outcome == "refuse"
    assert {"H08", "H09"} <= set(codes(decision.hits))
    (arrears,) = [each for each in decision.hits if each["code"] == "H08"]
    assert arrears["values"] == {"pb_cur_od_amt": 400_000, "pb_cur_od_cnt": 1}
    assert arrears["says"] == "当前逾期 1 户，合计 4,000.00 元，超过 500 元"


def test_a_medium_rule_goes_to_a_person(world, rules):
    customer = visited(world.customer("sued"))
    allow(customer)

    decision = decided(customer)

    assert (decision.outcome, codes(decision.hits)) == ("manual", ["M02"])
    assert decision.limit_factor == 1


def test_two_medium_rules_take_three_tenths_off_the_limit(world, rules):
    customer = visited(world.customer("sued and hungry"))
    allow(customer)

    decision = decided(customer)

    assert (decision.outcome, codes(decision.hits)) == ("manual", ["M02", "M03"])
    assert str(decision.limit_factor) == "0.70"


def test_four_medium_rules_refuse(world, rules):
    customer = visited(world.customer("four troubles"))
    allow(customer)

    decision = decided(customer)

    assert decision.outcome == "refuse"
    assert set(codes(decision.hits)) >= {"M01", "M02", "M03", "M05"}


def test_a_low_rule_admits_with_a_check_item(world, rules):
    customer = visited(world.customer("white"))
    allow(customer)

    decision = decided(customer)

    assert (decision.outcome, codes(decision.hits)) == ("notice", ["L01"])


def test_a_household_never_visited_is_a_check_item(world, rules):
    customer = world.customer("sound")
    allow(customer)

    decision = decided(customer)

    assert "L11" in codes(decision.hits)
    assert decision.outcome == "notice"


def test_the_banks_own_black_list_refuses(world, rules):
    customer = visited(world.customer("sound"))
    customer.household.list_flag = ListFlag.BLACK
    customer.household.save()
    allow(customer)

    assert codes(decided(customer).hits) == ["H11"]


def test_without_a_loan_book_nobody_is_admitted(world, rules):
    forget_own_source("own_loans")
    customer = visited(world.customer("sound"))
    allow(customer)

    decision = decided(customer)

    assert decision.outcome == "wait"
    assert "H11" in codes(decision.unknowns)


@pytest.mark.parametrize(
    ("source", "outcome", "unknown"),
    [
        ("courts", "wait", {"H05", "H06", "H12", "M01", "M02"}),
        ("police", "wait", {"H01", "H02", "H03"}),
        ("pboc", "wait", {"H08", "H09", "H10", "M03", "M04"}),
        ("gov", "manual", {"H07"}),
        ("real-estate", "manual", {"M14", "L09"}),
        ("phone", "manual", {"L04"}),
        ("civil", "manual", {"M10", "L08"}),
    ],
)
def test_a_source_that_is_down_is_never_a_yes(world, rules, source, outcome, unknown):
    customer = visited(world.customer("sound"))
    allow(customer)
    world.faults.set(source, "500", None)

    decision = decided(customer)

    assert decision.outcome == outcome
    assert unknown <= set(codes(decision.unknowns))
    failed = SourceRecord.objects.get(customer=customer, status="failed")
    assert failed.error == "HTTP 500."


def test_a_source_that_never_answers_is_given_up_after_its_time(world, rules, settings):
    settings.SOURCES_TIMEOUT_SECONDS = 0.3
    customer = visited(world.customer("sound"))
    allow(customer)
    world.faults.set("courts", "timeout", None)

    decision = decided(customer)

    assert decision.outcome == "wait"
    assert SourceRecord.objects.get(source="courts").error == "No answer in time."


def test_a_harmless_question_met_with_silence_is_asked_once_more(world, rules, settings):
    settings.SOURCES_TIMEOUT_SECONDS = 0.6
    customer = visited(world.customer("sound"))
    allow(customer)
    world.faults.set("social-security", "timeout", 1)

    decision = decided(customer)

    record = SourceRecord.objects.get(customer=customer, source="social_security")
    assert (record.status, record.tries) == ("answered", 2)
    assert record.took_ms >= 600
    assert decision.inputs["ss_cont_months"] == 40


def test_the_bureau_is_never_asked_twice_after_silence(world, rules, settings):
    settings.SOURCES_TIMEOUT_SECONDS = 0.6
    customer = visited(world.customer("sound"))
    allow(customer)
    world.faults.set("pboc", "timeout", 1)

    decision = decided(customer)

    record = SourceRecord.objects.get(customer=customer, source="pboc")
    assert (record.status, record.tries) == ("failed", 1)
    assert decision.outcome == "wait"


@pytest.mark.parametrize("source", ["courts", "pboc"])
def test_an_answer_about_somebody_else_is_put_aside_with_its_raw_text(world, rules, source):
    customer = visited(world.customer("sound"))
    allow(customer)
    world.faults.set(source, "wrong", None)

    decision = decided(customer)

    record = SourceRecord.objects.get(customer=customer, source=source)
    assert (record.status, record.values) == ("quarantined", {})
    assert "another person" in record.error
    assert len(record.raw) > 100
    assert decision.outcome == "wait"


def test_a_line_that_repeats_records_counts_them_once(world, rules):
    customer = visited(world.customer("four troubles"))
    allow(customer)
    world.faults.set("*", "duplicate", None)

    decision = decided(customer)

    assert decision.inputs["pb_lender_open"] == 4
    assert decision.inputs["pb_q_hard_6m"] == 12


def test_nobody_is_asked_about_a_customer_who_did_not_allow_it(world, rules):
    customer = world.customer("sound")
    allow(customer, purpose="application")

    with pytest.raises(NotAuthorised):
        decided(customer)

    assert not SourceRecord.objects.exists()


@pytest.mark.parametrize("given", [{"valid_until": AS_OF - timedelta(days=1)}, {"withdrawn": True}])
def test_an_authorisation_that_has_ended_allows_nothing(world, rules, given):
    customer = world.customer("sound")
    withdrawn = given.pop("withdrawn", False)
    authorisation = allow(customer, **given)
    if withdrawn:
        services.withdraw(authorisation.pk, actor=None, at=authorisation.granted_at)

    with pytest.raises(NotAuthorised):
        decided(customer)


def test_nothing_is_decided_before_rules_are_published(world):
    customer = world.customer("sound")
    allow(customer)

    with pytest.raises(NoRulesInForce):
        decided(customer)


def test_a_fresh_answer_is_used_again_and_a_stale_one_is_not(world, rules):
    customer = visited(world.customer("sound"))
    allow(customer)
    decided(customer)
    first = SourceRecord.objects.count()

    decided(customer)
    assert SourceRecord.objects.count() == first

    decided(customer, as_of=AS_OF + timedelta(days=7))
    asked_again = SourceRecord.objects.order_by("id")[first:]
    assert {each.source for each in asked_again} == {"police", "courts", "aml"}


def test_one_authorisation_permits_one_bureau_query(world, rules):
    customer = visited(world.customer("sound"))
    authorisation = allow(customer)
    decided(customer)
    authorisation.refresh_from_db()
    assert authorisation.bureau_asked_at is not None

    later = decided(customer, as_of=AS_OF + timedelta(days=40))

    second = SourceRecord.objects.filter(source="pboc").order_by("-id").first()
    assert (second.status, second.raw) == ("failed", "")
    assert "one bureau query" in second.error or "一次" in second.error
    assert later.outcome == "wait"


def test_a_bureau_that_was_out_of_order_may_be_asked_again(world, rules):
    customer = visited(world.customer("sound"))
    authorisation = allow(customer)
    world.faults.set("pboc", "500", None)
    assert decided(customer).outcome == "wait"
    world.faults.clear()

    decision = decided(customer)

    assert decision.outcome == "admit"
    authorisation.refresh_from_db()
    assert authorisation.bureau_asked_at is not None


def test_a_bureau_that_may_have_answered_has_used_up_the_authorisation(world, rules, settings):
    settings.SOURCES_TIMEOUT_SECONDS = 0.3
    customer = visited(world.customer("sound"))
    authorisation = allow(customer)
    world.faults.set("pboc", "timeout", None)

    decided(customer)

    authorisation.refresh_from_db()
    assert authorisation.bureau_asked_at is not None


@pytest.mark.django_db(transaction=True)
def test_sources_are_never_asked_inside_a_transaction(world, rules):
    customer = world.customer("sound")
    allow(customer)

    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        decided(customer)

    assert not SourceRecord.objects.exists()


class TestSpouse:
    @pytest.fixture
    def couple(self, world, rules):
        wife = visited(world.customer("wife"))
        husband = world.customer(
            "dishonest", household=wife.household, role=Customer.Role.SPOUSE, marital="已婚"
        )
        allow(wife)
        return wife, husband

    def test_a_high_rule_of_the_spouse_goes_to_a_person(self, couple):
        wife, husband = couple
        allow(husband)

        decision = decided(wife)

        assert codes(decision.hits) == ["M11"]
        assert decision.outcome == "manual"

    def test_a_spouse_who_did_not_allow_it_is_not_asked_about(self, couple):
        wife, husband = couple

        decision = decided(wife)

        assert not SourceRecord.objects.filter(customer=husband).exists()
        assert "M11" in codes(decision.unknowns)
        assert "M10" in codes(decision.hits)


@pytest.mark.parametrize(("mortgage", "outcome"), [(True, "refuse"), (False, "manual")])
def test_a_mortgage_on_the_only_home_is_refused_where_that_is_sealed(
    world, rules, client, mortgage, outcome
):
    customer = visited(world.customer("sealed"))
    allow(customer, purpose="application")

    decision = decided(customer, purpose="application", asked=Asked(is_mortgage=mortgage))

    assert (decision.outcome, codes(decision.hits)) == (outcome, ["M14"])
    assert "查封" in decision.customer_text
    client.force_login(make.staff(Role.RISK_OFFICER))
    page = client.get(reverse("admin:admission_decision_change", args=[decision.pk]))
    assert "M14" in page.content.decode()


class TestMarriedChild:
    """A grown daughter at home, married to somebody who heads a household elsewhere."""

    @pytest.fixture
    def couple(self, world, rules):
        wife = visited(world.customer("wife", role=Customer.Role.CHILD))
        husband = world.customer("dishonest", marital="已婚")
        relations.tie(wife.pk, husband.pk, kind="spouse", actor=None)
        allow(wife)
        return wife, husband

    def test_whose_spouse_allowed_it_hits_no_rule_for_being_married(self, couple):
        wife, husband = couple
        allow(husband)

        decision = decided(wife)

        assert decision.inputs["spouse_authorised"] is True
        assert codes(decision.hits) == ["M11"]

    def test_whose_spouse_did_not_is_looked_at_and_the_spouse_is_not(self, couple):
        wife, husband = couple

        decision = decided(wife)

        assert "M10" in codes(decision.hits)
        assert not SourceRecord.objects.filter(customer=husband).exists()

    def test_finding_spouses_costs_as_much_for_ten_as_for_one(
        self, couple, django_assert_num_queries
    ):
        wife, husband = couple
        allow(husband)
        people = [Person(each, None) for each in (wife, *(make.customer() for _ in range(10)))]

        with django_assert_num_queries(3) as one:  # couples, the bank's day, their leaves
            inputs._spouses(people[:1], "granting", AS_OF)
        with django_assert_num_queries(len(one)):
            inputs._spouses(people, "granting", AS_OF)


def test_a_day_that_lies_back_does_not_revive_what_has_ended(world, rules):
    customer = visited(world.customer("sound"))
    allow(customer, valid_until=AS_OF + timedelta(days=1))

    with pytest.raises(NotAuthorised):
        decided(customer)

    assert not SourceRecord.objects.exists()


def test_the_face_taken_at_the_counter_counts(world, rules):
    customer = visited(world.customer("sound"))
    allow(customer, purpose="application")

    decision = decided(customer, purpose="application", asked=Asked(face_score=0.4))

    assert codes(decision.hits) == ["H01"]


def test_the_face_taken_when_authorising_from_afar_counts(world, rules):
    customer = visited(world.customer("sound"))
    manager = customer.household.village.grid.manager
    remotely.signed(remotely.opened(customer, manager), customer)

    assert decided(customer).inputs["face_score"] == 0.97


def test_a_face_that_was_not_compared_is_unknown_and_refuses_nobody(world, rules):
    customer = visited(world.customer("sound"))
    allow(customer)

    decision = decided(customer)

    assert (decision.inputs["face_score"], decision.outcome) == (None, "admit")


def test_a_burden_beyond_the_income_goes_to_a_person(world, rules):
    customer = visited(world.customer("sound"))
    allow(customer, purpose="application")

    decision = decided(
        customer, purpose="application", asked=Asked(amount=6_000_000, term_months=12)
    )

    assert codes(decision.hits) == ["M08"]
    assert decision.inputs["new_instalment"] == 500_000
