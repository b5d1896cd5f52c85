"""What pages show of admission."""

import pytest
from django.template.loader import render_to_string

from admission import services
from admission.contexts import DecisionPage, figure, household_section
from core.roles import Role
from tests import make
from tests.admission.conftest import AS_OF, allow

pytestmark = pytest.mark.django_db


def test_the_household_file_says_who_is_admitted_and_why_not(world, rules):
    customer = world.customer("dishonest")
    allow(customer)
    services.decide(customer.pk, purpose="granting", as_of=AS_OF, actor=None)

    section = household_section(customer.household, make.staff(Role.RISK_OFFICER))

    (line,) = section.context["lines"]
    assert line.reasons == ["H05 失信被执行人", "L11 建档或走访资料超过12个月未更新"]
    shown = render_to_string(section.template, section.context)
    assert customer.name in shown
    assert "H05" in shown


def test_a_household_without_decisions_has_an_empty_section():
    assert household_section(make.household(), make.staff(Role.RISK_OFFICER)).is_empty


def test_whoever_may_not_see_decisions_gets_no_section():
    customer = make.customer()
    allow(customer)

    assert household_section(customer.household, make.staff(Role.ADMINISTRATOR)) is None
    assert household_section(customer.household, make.staff(Role.RISK_OFFICER))


def test_a_decision_of_rules_long_gone_can_still_be_read(world, rules):
    customer = world.customer("sound")
    allow(customer)
    decision = services.decide(customer.pk, purpose="granting", as_of=AS_OF, actor=None)
    decision.inputs["a_field_of_1999"] = 3

    page = DecisionPage.build(decision)

    assert "a_field_of_1999" in [each.label for each in page.inputs]


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("pb_cur_od_amt", 123_456, "1,234.56"),
        ("pb_card_util_6m", 0.934, "93.4%"),
        ("gov_dishonest", False, "否"),
        ("age", None, "未知"),
        ("as_of", "2026-06-30", "2026-06-30"),
    ],
)
def test_stored_values_are_written_as_people_read_them(name, value, written):
    assert figure(name, value).value == written


def test_loans_are_counted_as_one_counts_them():
    assert [str(figure(name, 0).unit) for name in ("loan_cnt_open", "loan_guaranteed_cnt")] == (
        ["笔", "笔"]
    )
