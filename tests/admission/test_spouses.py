"""What rules make of a spouse, who applies for nothing: in a decision and in the county's run."""

from datetime import date

import pytest

from admission.features import OF_AN_APPLICATION
from admission.models import Standing
from tests.admission.conftest import allow, codes, decided, visited
from tests.admission.test_services_portfolio import run
from village.models import Customer
from village.services import relations

pytestmark = pytest.mark.django_db
SEVENTY = date(1956, 5, 1)


@pytest.mark.parametrize(
    ("nickname", "born_on", "hits"),
    [("sound", SEVENTY, []), ("incapable", SEVENTY, ["M11"]), ("dishonest", SEVENTY, ["M11"])],
)
@pytest.mark.parametrize("elsewhere", [True, False])
def test_a_spouse_too_old_to_borrow_is_no_reason_against_the_borrower(
    world, rules, tag_set, nickname, born_on, hits, elsewhere
):
    wife = visited(world.customer("wife"))
    home = {} if elsewhere else {"household": wife.household}
    husband = world.customer(
        nickname, role=Customer.Role.SPOUSE, marital="已婚", born_on=born_on, **home
    )
    if elsewhere:
        relations.tie(wife.pk, husband.pk, kind="spouse", actor=None)
    for each in (wife, husband):
        allow(each)

    decision = decided(wife)
    run(villages=[wife.household.village.code])

    assert codes(decision.hits) == Standing.objects.get(customer=wife).hits == hits
    assert decision.inputs["spouse_high_hit"] is bool(hits)


def test_a_spouse_who_died_is_no_spouse_though_nobody_ended_the_marriage(world, rules, tag_set):
    widow = visited(world.customer("wife", marital="丧偶"))
    husband = world.customer("dishonest")
    relations.tie(widow.pk, husband.pk, kind="spouse", actor=None)
    for each in (widow, husband):
        allow(each)
    Customer.objects.filter(pk=husband.pk).update(state=Customer.State.DIED)

    decision = decided(widow)
    run(villages=[widow.household.village.code])

    assert decision.inputs["spouse_high_hit"] is False
    assert not husband.source_records.exists()
    assert "M11" not in codes(decision.hits)
    assert "M11" not in Standing.objects.get(customer=widow).hits


def test_whoever_borrows_at_that_age_is_still_refused(world, rules):
    husband = visited(world.customer("sound", born_on=SEVENTY))
    allow(husband)

    assert codes(decided(husband).hits) == ["H12"]


def test_what_rests_on_an_application_is_of_it():
    assert {"term_months", "product_max_age", "age_at_maturity", "ss_employer_match"} <= (
        OF_AN_APPLICATION
    )
    assert not {"age", "as_of", "spouse_authorised"} & OF_AN_APPLICATION
