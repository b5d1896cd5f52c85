"""Why a household's limit is as it is: on the decision's page, and the way there from the file."""

import pytest
from django.urls import reverse

from core.roles import Role
from credit.contexts import household_section
from credit.contexts_loans import household_section as loans_section
from credit.models import CreditLine, LimitDecision
from credit.services import granting
from tests import make
from tests.credit import lent
from tests.credit.conftest import DAY
from tests.credit.judged import decide, reviewed, visited

pytestmark = pytest.mark.django_db
YUAN = 100


@pytest.fixture
def decision(campaign):
    """A limit that a visit was read for, lowered by admission."""
    household = reviewed(campaign)
    decide(household.members.get(), "notice", factor="0.70")
    visited(household, campaign, 70_000 * YUAN)
    granting.grant_campaign(campaign.pk, business_day=DAY, actor=None)
    return LimitDecision.objects.select_related("household__village__grid__branch").get()


@pytest.fixture
def risk(bank, client, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    client.force_login(bank.publisher)
    return client


def page_of(decision):
    return reverse("admin:credit_limitdecision_change", args=[decision.pk])


def test_the_page_shows_all_that_stood_behind_a_limit(risk, decision):
    page = risk.get(page_of(decision)).content.decode()

    task = decision.household.visit_tasks.get()
    for said in (
        "× 0.70",
        f"<td>{decision.explanation['risk_band']}</td>",
        f"<td>{decision.policy}</td>",
        reverse("admin:visits_visittask_change", args=[task.pk]),
        reverse("admin:credit_creditline_change", args=[CreditLine.objects.get().pk]),
    ):
        assert said in page


def test_what_is_unknown_is_said_to_be(risk, campaign):
    reviewed(campaign, admission=None)
    granting.grant_campaign(campaign.pk, business_day=DAY, actor=None)

    page = risk.get(page_of(LimitDecision.objects.get())).content.decode()

    assert page.count("<td>unknown</td>") == 2  # high and medium rules


def test_what_stood_before_and_what_a_person_settled_are_shown(risk, decision):
    LimitDecision.objects.update(
        explanation=decision.explanation
        | {
            "before": {"outcome": "pre_grant", "limit": 48_000 * YUAN},
            "settled": {"amount": 50_000 * YUAN, "why": "已核实"},
        }
    )

    page = risk.get(page_of(decision)).content.decode()

    assert "4.80" in page
    assert "5.00 · 已核实" in page


@pytest.mark.parametrize("role", [Role.CUSTOMER_MANAGER, Role.RISK_OFFICER])
def test_the_file_leads_to_decision_and_line(decision, role):
    user = make.staff(role)
    if role == Role.CUSTOMER_MANAGER:
        user = decision.household.village.grid.manager

    shown = household_section(decision.household, user).html()

    assert page_of(decision) in shown
    assert reverse("admin:credit_creditline_change", args=[CreditLine.objects.get().pk]) in shown


def test_who_may_not_see_limit_decisions_finds_no_way_there(decision):
    user = make.staff(Role.PRODUCT_MANAGER)

    shown = household_section(decision.household, user).html()

    assert page_of(decision) not in shown


def test_a_refused_household_is_explained_too(campaign):
    household = reviewed(campaign, admission="refuse")
    granting.grant_campaign(campaign.pk, business_day=DAY, actor=None)

    shown = household_section(household, make.staff(Role.RISK_OFFICER)).html()

    assert page_of(LimitDecision.objects.get()) in shown


def test_the_file_leads_to_the_loan():
    loan = lent.loan()
    household = loan.customer.household

    shown = loans_section(household, make.staff(Role.RISK_OFFICER)).html()

    assert reverse("admin:credit_loan_change", args=[loan.pk]) in shown
