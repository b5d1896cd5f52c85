"""In a household's file every row of credit and every tag figure says whose word it is, and of
which day; more rows cost no more queries."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from admission import contexts as admission_file
from admission import contexts_tags
from admission.models import Profile, TagWord
from admission.services import tagging
from admission.tags.judging import GROUPS, PORTRAITS
from core.models import Run, Shard
from core.roles import Role
from credit import contexts as credit_file
from credit import contexts_loans
from credit.models import BusinessDay, CreditLine
from tests import make
from tests.credit import lent
from tests.credit.conftest import AT
from tests.credit.judged import YUAN, grant, next_round, reviewed, visited
from tests.credit.stages import granted

pytestmark = pytest.mark.django_db
CLOSED = date(2026, 3, 20)
SOURCE = '<span class="figure-source">'


@pytest.fixture
def officer():
    return make.staff(Role.RISK_OFFICER)


def html_of(build, household, user):
    with override("en"):
        return build(household, user).html()


def source(words, day):
    return f'{SOURCE}{words} · <time datetime="{day:%Y-%m-%d}"'


def queries(build, household, user):
    with CaptureQueriesContext(connection) as asked:
        build(household, user).html()
    return len(asked)


def test_a_line_is_as_of_the_round_that_last_spoke_of_it(campaign, officer):
    household = reviewed(campaign)
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    CreditLine.objects.update(status="signed")
    later = campaign.business_day + timedelta(days=365)
    second = next_round(household, campaign, limit=60_000 * YUAN, on=later)
    visited(household, second, 60_000 * YUAN, on=later)
    grant(second, on=later)

    page = html_of(credit_file.household_section, household, officer)

    assert source("Register of credit lines", later) in page
    assert source("Limits worked out by the policy", later) in page
    assert source("Limits worked out by the policy", campaign.business_day) in page
    figure = credit_file.household_section(household, officer).figures[-1]
    assert figure.day == later


def test_admission_says_of_which_day_its_answer_is(campaign, officer):
    household = reviewed(campaign)

    page = html_of(admission_file.household_section, household, officer)

    words = "Rules of admission and the sources they read"
    assert source(words, campaign.business_day) in page


def test_a_loan_without_anything_to_pay_is_as_true_as_the_day_closed_last(officer):
    loan = lent.loan()
    home = loan.customer.household
    assert source("Loan book", loan.worked_up_to) in html_of(
        contexts_loans.household_section, home, officer
    )

    BusinessDay.objects.create(day=CLOSED, status="closed", closed_at=AT)

    section = contexts_loans.household_section(home, officer)
    assert source("Loan book", CLOSED) in html_of(contexts_loans.household_section, home, officer)
    assert {each.day for each in section.figures} == {CLOSED}


def test_a_settled_loan_is_as_of_the_day_it_was_settled(officer):
    loan = lent.loan()
    type(loan).objects.update(status="settled", settled_on=CLOSED, principal_left=0)
    BusinessDay.objects.create(day=CLOSED + timedelta(days=30), status="closed", closed_at=AT)

    page = html_of(contexts_loans.household_section, loan.customer.household, officer)

    assert source("Loan book", CLOSED) in page


def tagged(household, **given):
    words = [
        TagWord.objects.get_or_create(code=code, word=word)[0].pk
        for code, word in ((PORTRAITS, "P1"), (GROUPS, "G1"))
    ]
    return Profile.objects.create(
        customer=make.customer(household, **given),
        words=words,
        figures={"contribution_score": 71.5, "loyalty_score": 40, "churn_prob": 0.12},
        first_on=CLOSED - timedelta(days=90),
    )


def test_portrait_and_figures_of_tags_are_as_of_the_last_run_in_the_village(officer):
    home = make.household()
    tagged(home)
    for day, status in ((CLOSED, "done"), (CLOSED + timedelta(days=1), "waiting")):
        run = Run.objects.create(kind=tagging.KIND, business_day=day)
        Shard.objects.create(run=run, key=home.village.code, status=status)
    elsewhere = Run.objects.create(kind=tagging.KIND, business_day=CLOSED + timedelta(days=9))
    Shard.objects.create(run=elsewhere, key="another", status="done")

    page = html_of(contexts_tags.household_section, home, officer)

    assert page.count(source("Tags, as last worked out", CLOSED)) == 5
    assert "contribution_score" in page
    assert "71.5" in page


def test_tags_of_a_village_never_worked_are_of_no_day(officer):
    home = make.household()
    tagged(home)

    page = html_of(contexts_tags.household_section, home, officer)

    assert page.count(f"{SOURCE}Tags, as last worked out</span>") == 5


def test_more_rows_cost_no_more_queries(officer):
    home = make.household()
    head = tagged(home).customer
    granted(home)
    lent.loan(customer=head)
    BusinessDay.objects.create(day=CLOSED, status="closed", closed_at=AT)
    sections = (
        credit_file.household_section,
        contexts_loans.household_section,
        contexts_tags.household_section,
    )
    few = [queries(build, home, officer) for build in sections]

    for number in range(4):
        tagged(home, role="child", born_on=date(2000, 1, 1 + number))
        CreditLine.objects.filter(household=home).update(status="closed")
        granted(home)
        lent.loan(customer=head)

    assert [queries(build, home, officer) for build in sections] == few
