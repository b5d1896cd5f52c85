"""The credit room's bench: a small county outside, figures and products in force."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from celery import current_app

from admission import services as admission
from core import publishing
from core.models import User
from core.roles import Role
from credit.reference import load_parameters
from credit.services import granting, products
from sandbox.county.making import make_county
from sandbox.server.testing import Running, running
from tests import make
from tests.admission.conftest import visited
from tests.kept import Kept
from village.models import Campaign, Customer, Household

DAY = date(2026, 6, 30)
AT = datetime(2026, 6, 30, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def county(tmp_path_factory) -> Path:
    """A small county, made once."""
    directory = tmp_path_factory.mktemp("county-of-credit")
    make_county(directory, villages=2, customers=1200, seed=1)
    return directory


@pytest.fixture
def outside(county, settings) -> Running:
    """The outside world, with nothing broken; a held line is let go after a moment."""
    with running(county, hold_seconds=0.3) as sandbox:
        settings.SOURCES_URL = sandbox.url
        yield sandbox


@pytest.fixture
def at_once():
    """The worker's tasks are done where they are asked for, as in the demo."""
    before = current_app.conf.task_always_eager
    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = before


@dataclass(frozen=True)
class Bank:
    """Who works here."""

    author: User
    publisher: User
    manager: User
    approvers: list[User]


@pytest.fixture(scope="session")
def _kept_bank(keep) -> Kept:
    return keep(_open_bank)


@pytest.fixture
def bank(_kept_bank, db) -> Bank:
    """A bank with figures, rules, policy and two products in force."""
    return _kept_bank.again()


def _open_bank() -> Bank:
    load_parameters()
    author = make.staff(Role.PRODUCT_MANAGER)
    publisher = make.staff(Role.RISK_OFFICER)
    drafts = [
        *products.draft_processes(author),
        *products.draft_products(author),
        granting.draft_limit_policy(author),
        admission.draft_rule_set(author),
    ]
    for draft in drafts:
        publishing.submit(draft, actor=author)
        publishing.publish(draft, actor=publisher)
    return Bank(author, publisher, make.staff(), [make.staff(Role.APPROVER) for _ in range(3)])


def spotless(county: Path) -> list[dict]:
    """Unmarried grown people in the county against whom no office and no bureau has anything."""
    return [dict(each) for each in _spotless(county)]


@cache
def _spotless(county: Path) -> list[dict]:
    people = pl.read_csv(
        county / "world.csv",
        comment_prefix="#",
        infer_schema_length=5000,
        schema_overrides={"phone": pl.String, "household_no": pl.String},
    )
    with_account = pl.read_csv(county / "deposits.csv", comment_prefix="#")["证件号码"]
    return (
        people.filter(
            pl.col("gov_marital") == "未婚",
            pl.col("id_number").is_in(with_account.implode()),
            pl.col("police_id_match"),
            pl.col("police_person_status") == "正常",
            pl.col("face_score") > 0.9,
            ~pl.col("gov_dishonest"),
            ~pl.col("bh_special_list"),
            ~pl.col("aml_list_hit"),
            pl.col("gov_police_list").is_null(),
            pl.col("pb_od_months_24") == 0,
            pl.col("pb_cur_od_cnt") == 0,
            pl.col("pb_loan_bal") < 50_000,
            pl.col("trouble_month") > 24,
            pl.col("court_capacity") == "完全",
            pl.col("born_on").str.to_date().is_between(date(1970, 1, 1), date(2002, 1, 1)),
        )
        .sort(pl.col("pb_first_month").is_null(), -pl.col("z"))
        .to_dicts()
    )


@dataclass(frozen=True)
class Borrower:
    """A household that may be lent to, and its head."""

    household: Household
    customer: Customer
    campaign: Campaign


@pytest.fixture
def village(bank):
    """A village whose grid the bank's manager walks."""
    return make.village(bank.manager)


@pytest.fixture
def borrower(bank, village, county) -> Borrower:
    """Somebody the outside world knows nothing bad of."""
    person = spotless(county)[0]
    household = make.household(
        village,
        income_year=120_000_00,
        operating_cost_year=30_000_00,
        house_value=300_000_00,
        vehicle_value=50_000_00,
        debt=0,
        private_debt=0,
    )
    customer = make.customer(
        household,
        name=person["name"],
        id_number=person["id_number"],
        mobile=person["phone"],
        born_on=date.fromisoformat(person["born_on"]),
        sex="male" if person["male"] else "female",
        marital=person["gov_marital"],
    )
    visited(customer)
    campaign = Campaign.objects.create(
        village=village, seed=1, business_day=DAY, status=Campaign.Status.CONCLUDED, seal="s"
    )
    return Borrower(household, customer, campaign)


@pytest.fixture
def campaign(bank, village) -> Campaign:
    """A concluded review of the village."""
    return Campaign.objects.create(
        village=village, seed=1, business_day=DAY, status=Campaign.Status.CONCLUDED, seal="s"
    )
