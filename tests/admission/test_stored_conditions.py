"""A condition asked of the county in SQL names whom the rule language names, and nobody unknown."""

import polars as pl
import pytest

from admission.errors import ProposalRefused
from admission.features import CATALOGUE
from admission.models import KnownFeatures, Profile
from admission.services import segments
from admission.services.stored_conditions import people_who
from admission.tags.choosing import Choice
from core.expressions import Kind
from core.roles import Role
from tests import make
from tests.admission.test_proposing import proposal

pytestmark = pytest.mark.django_db

PEOPLE = [
    {"age": 61, "dep_avg_12m": 5_000_000, "living_state": "外出", "ch_mobile_bank": True},
    {"age": 50, "dep_avg_12m": 4_999_999, "living_state": "常住", "ch_mobile_bank": False},
    {"age": 30, "land_mu_declared": 7.5, "ch_mobile_bank": False},
    {"living_state": "外出", "land_mu_declared": 0.0},
    {},
]


@pytest.fixture
def people(db):
    found = []
    for values in PEOPLE:
        one = make.customer()
        KnownFeatures.objects.create(customer=one, values=values, seal=1, since="2026-06-30")
        Profile.objects.create(customer=one, words=[], first_on="2026-06-30")
        found.append(one.pk)
    return found


@pytest.mark.parametrize(
    "condition",
    [
        "age >= 50",
        "age < 50 and not ch_mobile_bank",
        "dep_avg_12m >= 50000",
        "land_mu_declared >= 7.5",
        "land_mu_declared < 7.5 or age >= 61",
        "living_state == '外出'",
        "living_state != '外出'",
        "living_state in ('外出', '常住') and ch_mobile_bank",
        "not (age >= 50 and living_state == '外出')",
        "30 < age",
    ],
)
def test_the_database_names_whom_the_rule_language_names(people, condition):
    schema = {"age": pl.Int64, "dep_avg_12m": pl.Int64, "living_state": pl.String,
              "ch_mobile_bank": pl.Boolean, "land_mu_declared": pl.Float64}  # fmt: skip
    frame = pl.DataFrame(PEOPLE, schema=schema)
    column = CATALOGUE.parse(condition, want=Kind.BOOL).column()
    holds = frame.select(column.fill_null(value=False).alias("holds"))["holds"].to_list()

    found = people_who(condition).values_list("pk", flat=True)

    assert set(found) == {pk for pk, yes in zip(people, holds, strict=True) if yes}


@pytest.mark.parametrize("condition", ["age + 1 > 3", "asked_amount > 5"])
def test_what_cannot_be_asked_of_a_county_is_refused_and_not_guessed(condition):
    with pytest.raises(ProposalRefused):
        people_who(condition)


def test_a_list_of_a_proposed_group_names_its_people_in_the_readers_scope(people):
    officer = make.staff(Role.RISK_OFFICER)
    group = proposal(officer, "age >= 50")

    found = segments.carriers(Choice(), user=officer, proposal=group)

    assert set(found.values_list("pk", flat=True)) == set(people[:2])
    assert not segments.carriers(Choice(), user=make.staff(), proposal=group).exists()
