"""What the bank itself knows of its customers, as features read it."""

import pytest

from admission.reference.tag_texts import first_tags
from admission.services import own_sources
from tests import make
from village.models import Campaign, Outcome

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "word"),
    [
        ("head", "户主"),
        ("child", "子女"),
        ("grand", "孙子女"),
        ("sibling", "兄弟姐妹"),
        ("other", "其他"),
    ],
)
def test_a_role_in_the_household_is_a_word_that_a_tag_gives(role, word):
    customer = make.customer(role=role)
    (definition,) = [each for each in first_tags() if each.code == "T08-01"]

    (row,) = own_sources.household_files([customer.pk]).to_dicts()

    assert row["role"] == word
    assert word in definition.choices


@pytest.mark.parametrize(("kept", "known"), [({"dispersion": 0.25}, 0.25), ({}, None)])
def test_a_review_tells_how_far_apart_its_amounts_were(kept, known):
    customer = make.customer()
    campaign = Campaign.objects.create(
        village=customer.household.village, round=1, seed=7, panel_size=7, business_day=make.DAY,
    )  # fmt: skip
    Outcome.objects.create(
        campaign=campaign, household=customer.household, sheets=7, valid_sheets=6,
        explanation={"negatives": [["偏大", 2]]} | kept,
    )  # fmt: skip

    (row,) = own_sources.reviews([customer.pk]).to_dicts()

    assert (row["dispersion"], row["valid_sheets"], row["negatives"]) == (known, 6, 2)


@pytest.mark.parametrize(
    ("debt", "private_debt", "net_worth"),
    [
        (None, None, None),
        (100_000_00, None, 200_000_00),
        (None, 50_000_00, 250_000_00),
        (100_000_00, 50_000_00, 150_000_00),
        (0, None, 300_000_00),
    ],
)
def test_debts_of_which_nothing_was_told_are_unknown_and_not_nothing(debt, private_debt, net_worth):
    home = make.household(house_value=300_000_00, debt=debt, private_debt=private_debt)
    customer = make.customer(home)

    (row,) = own_sources.household_files([customer.pk]).to_dicts()

    assert row["net_worth"] == net_worth


@pytest.mark.parametrize(("costs", "net"), [(None, None), (0, 90_000_00), (40_000_00, 50_000_00)])
def test_costs_that_were_not_told_leave_the_net_income_unknown(costs, net):
    home = make.household(income_year=90_000_00, operating_cost_year=costs)
    customer = make.customer(home)

    (row,) = own_sources.household_files([customer.pk]).to_dicts()

    assert row["declared_net_income"] == net
