"""Papers that staff have compared speak where neither an office nor a file has."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from admission.contexts import DecisionPage
from admission.models import PhotographedPaper, SourceRecord
from admission.services import paper_sources, photographed_papers
from admission.services.known_features import features_of
from admission.services.waiting import known_of
from core.roles import Role
from tests import make
from tests.admission import drawn_papers
from tests.admission.brought import AT as BROUGHT_AT
from tests.admission.brought import HOMES, bring, home
from tests.admission.conftest import AS_OF, SHANGHAI, allow, decided, visited
from tests.admission.test_readings import HOUSE, LICENCE, STATEMENT, lines

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 20, 10, tzinfo=SHANGHAI)
OF_BUSINESS = {"biz_role", "biz_age_months", "biz_linked_cnt"}
OF_HOME = {"re_cnt", "re_cnt_res", "re_area"}


def shown(person, kind, texts, *, sure=0.98, at=AT, accept=True, **changed):
    """A paper that staff photographed, had read, and compared."""
    manager = person.household.village.grid.manager
    texts = [each.replace("王守田", person.name) for each in texts]
    paper = photographed_papers.take(
        person.pk, kind=kind, content=drawn_papers.paper(*texts), actor=manager, at=at
    )
    paper = photographed_papers.work(
        paper.pk, at=at, recogniser=lambda _content: lines(*texts, sure=sure)
    )
    if accept:
        values = {each["name"]: each["value"] for each in paper.fields_found} | changed
        photographed_papers.accept(paper.pk, values=values, actor=manager, at=at)
    return paper


def known(person, names, as_of=AS_OF):
    row = features_of([person.pk], names, as_of=as_of).row(0, named=True)
    return {name: row[name] for name in names}


class TestWhatIsKnown:
    def test_a_certificate_says_of_a_home_what_stands_on_it(self, person):
        shown(person, "property_certificate", HOUSE)

        assert known(person, OF_HOME) == {"re_cnt": 1, "re_cnt_res": 1, "re_area": 118.62}
        names = {"re_seal_flag", "re_value_est", "re_mort_amt", "re_share", "re_hold_months"}
        assert set(known(person, names).values()) == {None}

    def test_the_same_certificate_twice_is_one_home_and_another_is_another(self, person):
        for _ in range(2):
            shown(person, "property_certificate", HOUSE)
        other = ["苏（2020）灌云县不动产权第0009999号", *HOUSE[1:]]
        shown(person, "property_certificate", other)

        assert known(person, OF_HOME)["re_cnt"] == 2

    def test_a_licence_says_since_when_and_not_in_what_standing(self, person):
        shown(person, "business_licence", LICENCE)

        told = known(person, OF_BUSINESS | {"biz_status", "biz_live", "biz_abn_flag"})
        assert told == {
            "biz_role": "个体经营者", "biz_age_months": 99, "biz_linked_cnt": 1,
            "biz_status": None, "biz_live": None, "biz_abn_flag": None,
        }  # fmt: skip

    def test_statements_say_what_passes_in_a_month(self, person):
        shown(person, "bank_statement", STATEMENT)

        told = known(person, {"stmt_in_month", "stmt_out_month", "stmt_balance"})
        assert told == {
            "stmt_in_month": 86_420_50 * 30 // 181,
            "stmt_out_month": 61_205_00 * 30 // 181,
            "stmt_balance": 25_215_50,
        }

    def test_statements_of_two_accounts_are_added_up_and_of_one_the_newest_counts(self, person):
        shown(person, "bank_statement", STATEMENT, paid_in="1.00")
        shown(person, "bank_statement", STATEMENT)
        other = [each.replace("4821", "7733") for each in STATEMENT]
        shown(person, "bank_statement", other)

        assert known(person, {"stmt_in_month"})["stmt_in_month"] == 2 * (86_420_50 * 30 // 181)

    def test_one_definition_for_one_and_for_many(self, person):
        other = make.customer(name="李秀英")
        shown(person, "property_certificate", HOUSE[:1] + ("权利人 王守田",) + HOUSE[2:])
        shown(other, "bank_statement", STATEMENT)

        both = features_of([other.pk, person.pk], OF_HOME | {"stmt_balance"}, as_of=AS_OF)

        assert both["re_cnt"].to_list() == [None, 1]
        assert both["stmt_balance"].to_list() == [25_215_50, None]


class TestWhatDoesNotCount:
    def test_a_paper_that_nobody_has_compared(self, person):
        shown(person, "property_certificate", HOUSE, accept=False)

        assert set(known(person, OF_HOME).values()) == {None}

    def test_a_field_that_was_hard_to_read(self, person):
        shown(person, "business_licence", LICENCE, sure=0.6)

        assert set(known(person, OF_BUSINESS).values()) == {None}

    def test_a_hard_one_that_was_corrected_counts(self, person):
        shown(person, "property_certificate", HOUSE, sure=0.7, area="120.00", holder="王守田、李三")

        assert known(person, OF_HOME)["re_area"] == 120.0

    def test_what_only_the_customer_has_compared(self, person):
        paper = shown(person, "property_certificate", HOUSE)
        PhotographedPaper.objects.filter(pk=paper.pk).update(taken_by=None, closed_by=None)

        assert set(known(person, OF_HOME).values()) == {None}

    def test_a_paper_of_another_member_of_the_household(self, person):
        wife = make.customer(person.household, name="李秀英", role="spouse")
        texts = [each.replace("王守田", "李秀英") for each in LICENCE]
        shown(person, "business_licence", texts)

        assert set(known(person, OF_BUSINESS).values()) == {None}
        assert set(known(wife, OF_BUSINESS).values()) == {None}

    def test_a_paper_photographed_after_the_day_or_too_long_before_it(self, person):
        shown(person, "property_certificate", HOUSE)

        days = [AT.date() - timedelta(days=1), AT.date(), AT.date() + timedelta(days=365)]

        assert [known(person, OF_HOME, day)["re_cnt"] for day in days] == [None, 1, None]

    def test_a_statement_that_ended_long_ago(self, person):
        shown(person, "bank_statement", STATEMENT)

        days = [AS_OF + timedelta(days=89), AS_OF + timedelta(days=90)]
        told = [known(person, {"stmt_balance"}, day)["stmt_balance"] for day in days]
        assert told == [25_215_50, None]

    def test_one_that_was_taken_back(self, person, rules):
        paper = shown(person, "property_certificate", HOUSE)
        assert known(person, OF_HOME)["re_cnt"] == 1
        before = known_of(person, purpose="granting", as_of=AS_OF)["papers"]

        manager = person.household.village.grid.manager
        photographed_papers.take_back(paper.pk, because="假证", actor=manager, at=AT)

        assert set(known(person, OF_HOME).values()) == {None}
        assert known_of(person, purpose="granting", as_of=AS_OF)["papers"] != before

    @pytest.mark.parametrize(
        ("kind", "texts", "wrong", "names"),
        [
            ("bank_statement", STATEMENT, {"to": "长期"}, {"stmt_in_month"}),
            ("bank_statement", STATEMENT, {"paid_in": "9" * 20}, {"stmt_in_month"}),
            ("business_licence", LICENCE, {"since": "长期"}, {"biz_age_months"}),
            ("property_certificate", HOUSE, {"area": "9" * 200}, OF_HOME),
        ],
    )
    def test_what_was_taken_over_and_cannot_be_stops_nobody(
        self, person, kind, texts, wrong, names
    ):
        other = make.customer(name="李秀英")
        shown(other, "bank_statement", STATEMENT)
        paper = shown(person, kind, texts)
        paper = PhotographedPaper.objects.get(pk=paper.pk)
        paper.accepted = json.dumps(paper.values | wrong)
        paper.save(update_fields=["accepted"])

        county = features_of([person.pk, other.pk], names | {"stmt_balance"}, as_of=AS_OF)

        assert {county[name][0] for name in names} == {None}
        assert county["stmt_balance"][1] == 25_215_50


class TestWhoGoesBefore:
    def test_a_delivered_file_is_never_overridden(self, person):
        bring(home(person, "U1"), home(person, "U2"), head=HOMES)
        shown(person, "property_certificate", HOUSE)

        assert known(person, {"re_cnt"}, BROUGHT_AT.date())["re_cnt"] == 2

    def test_an_answer_is_never_overridden_and_no_paper_named(self, world, rules):
        customer = visited(world.customer("sound"))
        allow(customer)
        shown(customer, "business_licence", LICENCE)

        decision = decided(customer)

        assert not any("paper" in each for each in decision.records)

    def test_a_silent_office_is_spoken_for_and_stays_silent(self, world, rules):
        customer = visited(world.customer("sound"))
        allow(customer)
        paper = shown(customer, "property_certificate", HOUSE)
        world.faults.set("real-estate", "500", None)

        decision = decided(customer)

        assert decision.inputs["re_cnt"] == 1
        assert decision.inputs["re_seal_flag"] is None
        assert decision.inputs["sources_silent"] == 1
        assert {"source": "real_estate", "paper": paper.pk, "status": "paper",
                "as_of": "2026-06-20"} in decision.records  # fmt: skip
        assert SourceRecord.objects.get(customer=customer, source="real_estate").status == "failed"
        (silent,) = DecisionPage.build(decision).silent
        assert silent.name == "不动产"

    def test_the_page_names_the_paper_and_its_day_beside_the_figure(self, world, rules, client):
        customer = visited(world.customer("sound"))
        allow(customer)
        paper = shown(customer, "property_certificate", HOUSE)
        world.faults.set("real-estate", "500", None)
        decision = decided(customer)
        client.force_login(make.staff(Role.RISK_OFFICER))

        page = client.get(reverse("admin:admission_decision_change", args=[decision.pk]))

        told = page.content.decode()
        assert "不动产权证 2026-06-20" in told
        assert reverse("admission:paper", args=[paper.pk]) in told

    def test_decided_for_one_is_known_of_the_county(self, world, rules):
        customer = visited(world.customer("sound"))
        allow(customer)
        shown(customer, "business_licence", LICENCE)
        world.faults.set("business-registry", "500", None)

        decision = decided(customer)

        names = {"biz_age_months", "biz_status"}
        assert {name: decision.inputs[name] for name in names} == known(customer, names)
        assert decision.inputs["biz_age_months"] == 99


def test_a_new_paper_lets_whoever_waits_be_decided_again(person, rules):
    before = known_of(person, purpose="granting", as_of=AS_OF)

    shown(person, "property_certificate", HOUSE)

    assert known_of(person, purpose="granting", as_of=AS_OF) != before


def test_many_papers_cost_one_query(person):
    people = [person, *(make.customer() for _ in range(3))]
    for each in people:
        shown(each, "property_certificate", HOUSE)
    ids = [each.pk for each in people]

    with CaptureQueriesContext(connection) as asked:
        told = paper_sources.read(paper_sources.KINDS, ids, AS_OF)

    assert len(asked) == 1
    assert told.frames["real_estate"].height == 4
