"""An outside world of hand-made people behind a real sandbox, and published rules."""

import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from django.utils import timezone

from admission import services
from admission.services import tag_sets
from admission.sources import lending
from admission.sources.breaker import breakers
from admission.sources.lending import Lending
from admission.sources.own import forget_own_source, own_source, register_own_source
from core import crypto, publishing
from core.roles import Role
from sandbox.county.columns import WORLD
from sandbox.county.making import make_county
from sandbox.server.testing import running
from tests import make
from tests.admission.tagging import deposit, run
from village.models import Customer
from visits.models import Survey, VisitTask

AS_OF = date(2026, 6, 30)
SHANGHAI = ZoneInfo("Asia/Shanghai")
SOUND = {
    "police_id_match": True, "police_person_status": "正常", "gov_police_list": None,
    "police_hukou_area": "320723",
    "police_list_expire": None, "gov_fraud_card": False, "gov_divorce_months": None,
    "gov_risk": None, "gov_dishonest": False, "gov_consume_limit": False, "gov_exec_open_amt": 0,
    "gov_suit_def_24m": 0, "court_capacity": "完全", "ss_status": "正常",
    "ss_resident_type": "职工", "ss_cont_months": 40, "ss_months_12": 12, "ss_base_now": 6000,
    "ss_employer": "云台小学", "pf_scope": None, "pf_status": None, "pf_cont_months": None,
    "pf_months_12": None, "pf_base": None, "pf_rate": None, "pf_bal": None, "pf_income_est": None,
    "pf_loan_bal": None, "re_cnt": 0, "re_area": None, "re_value_est": 0, "re_mort_amt": 0,
    "re_seal_flag": False, "re_dispute_flag": False, "re_hold_months": None, "re_zone": None,
    "re_new_mortgage_12m": 0, "biz_role": "无", "biz_status": None, "tax_iit_income": None,
    "pb_first_month": "2015-03", "pb_lender_open": 1, "pb_nonbank_open": 0, "pb_loan_bal": 20000,
    "pb_pay_6m": 800, "pb_card_limit": 0, "pb_card_util_6m": None, "pb_card_status": None,
    "pb_cur_od_cnt": 0, "pb_cur_od_amt": 0, "pb_od_max_24": 0, "pb_od_months_24": 0,
    "pb_class5_worst": "正常", "pb_bad_debt": 0, "pb_recourse": 0, "pb_guar_bal": 0,
    "pb_joint_bal": 0, "pb_guar_bad": False, "pb_q_hard_1m": 0, "pb_q_hard_3m": 0,
    "pb_q_hard_6m": 1, "bh_apply_org_3m": 0, "phone_name_match": True, "phone_online_months": 60,
    "aml_list_hit": False, "aml_risk_grade": "低", "gov_marital": "未婚", "trouble_month": 120,
    "face_score": 0.97,
}  # fmt: skip
PEOPLE = {
    "sound": {},
    "wife": {"gov_marital": "已婚"},
    "unlike": {"face_score": 0.41},
    "dishonest": {"gov_dishonest": True},
    "sued": {"gov_suit_def_24m": 2},
    "sued and hungry": {"gov_suit_def_24m": 1, "pb_q_hard_3m": 7, "pb_q_hard_6m": 12},
    "four troubles": {
        "gov_suit_def_24m": 1, "gov_exec_open_amt": 30000, "pb_q_hard_6m": 12,
        "pb_nonbank_open": 3, "pb_lender_open": 4,
    },  # fmt: skip
    "white": {
        "pb_first_month": None, "pb_lender_open": 0, "pb_loan_bal": 0, "pb_pay_6m": 0,
        "pb_class5_worst": None,
    },  # fmt: skip
    "overdue": {
        "pb_cur_od_cnt": 1, "pb_cur_od_amt": 4000, "pb_od_max_24": 4, "pb_od_months_24": 7,
    },  # fmt: skip
    "sealed": {
        "re_cnt": 1, "re_seal_flag": True, "re_area": 90.0, "re_value_est": 300_000,
        "re_hold_months": 60,
    },  # fmt: skip
    "incapable": {"court_capacity": "限制"},
    "outsider": {"police_hukou_area": "411481"},
    "not said where": {"police_hukou_area": None},
}  # fmt: skip


class World:
    """The hand-made people by nickname, and the sandbox that knows them."""

    def __init__(self, server, rows, folder):
        self.url, self.faults, self.folder = server.url, server.app.faults, folder
        self._rows = rows

    def person(self, nickname):
        return self._rows[nickname]

    def customer(self, nickname, **given):
        """This person as a customer of the bank, with a household visited lately."""
        person = self._rows[nickname]
        born = date.fromisoformat(person["born_on"])
        made = {
            "name": person["name"],
            "id_number": person["id_number"],
            "mobile": person["phone"],
            "mobile_index": crypto.blind_index(person["phone"]),
            "born_on": born,
            "marital": person["gov_marital"],
        }
        found = Customer.objects.filter(id_index=crypto.blind_index(person["id_number"])).first()
        return found or make.customer(**made | given)


@pytest.fixture(scope="session")
def _served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("county")
    make_county(folder, villages=1, customers=120, seed=7, as_of=AS_OF)
    world = pl.read_csv(folder / "world.csv", comment_prefix="#", schema_overrides=WORLD)
    aged = pl.col("born_on").is_between(pl.lit("1970-01-01"), pl.lit("1995-01-01"))
    rows = world.filter(aged & pl.col("phone").is_not_null()).rows(named=True)
    people = {
        nickname: row | SOUND | special
        for (nickname, special), row in zip(PEOPLE.items(), rows, strict=False)
    }
    others = world.filter(
        ~pl.col("id_number").is_in([each["id_number"] for each in people.values()])
    ).rows(named=True)
    edited = pl.DataFrame([*people.values(), *others], schema=world.schema, orient="row")
    edited.write_csv(folder / "world.csv")
    with running(folder) as server:
        yield World(server, people, folder)


@pytest.fixture
def world(_served, settings):
    """The outside world in good order."""
    settings.SOURCES_URL = _served.url
    breakers.reset()
    yield _served
    _served.faults.clear()
    breakers.reset()


@pytest.fixture
def no_own_loans():
    """The bank's loan book as the credit room registers it: nobody owes anything."""
    before = own_source("own_loans")
    register_own_source("own_loans", _nobody_owes)
    yield
    forget_own_source("own_loans")
    if before:
        register_own_source("own_loans", before)


def _nobody_owes(customer_ids):
    return pl.DataFrame({"customer_id": list(customer_ids)}).with_columns(
        balance=pl.lit(0), worst_class_24m=pl.lit("无"), written_off=pl.lit(False)
    )


@pytest.fixture(scope="session")
def _kept_rules(keep):
    return keep(lambda: published(services.draft_rule_set(make.staff(Role.RISK_OFFICER))))


@pytest.fixture
def rules(_kept_rules, db, no_own_loans):
    """The 38 rules in force."""
    return _kept_rules.again()


@pytest.fixture(scope="session")
def _kept_tag_set(keep):
    return keep(lambda: published(tag_sets.draft_tag_set(make.staff(Role.RISK_OFFICER))))


@pytest.fixture
def tag_set(_kept_tag_set, db):
    """The tags of the catalogue in force."""
    return _kept_tag_set.again()


@pytest.fixture
def person(db):
    return make.customer(name="王守田")


@pytest.fixture
def behind(monkeypatch):
    """The bank still works a day that is over on the calendar."""
    worked = timezone.localdate() - timedelta(days=3)
    known = [Lending(lambda _: worked, lambda _: (), lambda rows, _: rows)]
    monkeypatch.setattr(lending, "_known", known)
    return worked


@pytest.fixture
def manager(person):
    """The customer manager of the person's village."""
    return person.household.village.grid.manager


@pytest.fixture
def tags(tag_set):
    return tag_set


@pytest.fixture
def officer(db):
    return make.staff(Role.RISK_OFFICER)


@pytest.fixture
def tagged(tags):
    """A customer who keeps a lot with the bank, tagged."""
    one = make.customer(name="张有余")
    deposit(one, average_3m=30_000_000)
    run()
    return one


def published(rule_set):
    other = make.staff(Role.RISK_OFFICER)
    publishing.submit(rule_set, actor=rule_set.author)
    return publishing.publish(rule_set, actor=other)


def allow(customer, purpose="granting", **given):
    """An authorisation of yesterday, good for ten years: it must hold today as well."""
    made = {
        "purpose": purpose,
        "actor": None,
        "at": datetime(2026, 6, 29, 10, tzinfo=SHANGHAI),
        "valid_until": AS_OF + timedelta(days=3650),
    }
    return services.authorise(customer.pk, **made | given)


def visited(customer, seen_on=date(2026, 5, 1)):
    """A manager has been to the household and found sound means."""
    manager = customer.household.village.grid.manager
    task = VisitTask.objects.create(
        household=customer.household, manager=manager, due_on=seen_on, status="accepted"
    )
    amounts = {
        "income_year": 9_600_000, "operating_cost_year": 1_200_000, "living_cost_year": 2_400_000,
        "debt_service_year": 0, "assets": 40_000_000, "debts": 1_000_000, "need": 5_000_000,
        "surveyed_limit": 5_000_000,
    }  # fmt: skip
    Survey.objects.create(
        task=task, revision=1, client_uuid=uuid.uuid4(), met="户主", seen_on=seen_on, by=manager,
        term_months=12, **amounts,
    )  # fmt: skip
    return customer


def decided(customer, **given):
    asked_for = {"purpose": "granting", "as_of": AS_OF, "actor": None}
    return services.decide(customer.pk, **asked_for | given)


def codes(heard):
    return [each["code"] for each in heard]
