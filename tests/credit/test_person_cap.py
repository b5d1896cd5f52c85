"""What one borrower may have of us in all: counted from the loan book, other lines and files."""

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from admission.models import Figures
from core.roles import Role
from credit import letter_words
from credit.errors import AmountNotOffered
from credit.models import CreditLine, LimitDecision
from credit.services import (
    granting,
    granting_owed,
    granting_policy,
    products,
    settling,
    simulating,
)
from tests import make
from tests.admission.test_services_deliveries import bring
from tests.credit import lent
from tests.credit.conftest import DAY
from tests.credit.judged import YUAN, reviewed, visited

pytestmark = pytest.mark.django_db
LOANS = "证件号码,数据日期,借据号,贷款余额(元),五级分类"


def owed_before(person, yuan, number="JD1"):
    """The file of loans says that somebody owes from before this platform."""
    bring(f"{person.id_number},{DAY},{number},{yuan},正常", head=LOANS, name="loans.csv")


def granted(campaign):
    granting.grant_campaign(campaign.pk, business_day=DAY, actor=None)
    return LimitDecision.objects.get()


@pytest.fixture
def household(campaign):
    """A household whose limits all say 60,000 yuan."""
    found = reviewed(campaign)
    visited(found, campaign, 60_000 * YUAN)
    return found


@pytest.fixture
def head(household):
    return household.members.get()


def test_whoever_owes_us_nothing_else_is_not_capped(campaign, head):
    decision = granted(campaign)

    figures = decision.explanation["figures"]
    assert (figures["given_to_borrower"], figures["person_cap"]) == (0, 300_000 * YUAN)
    assert (decision.limit, decision.explanation["capped_by"]) == (60_000 * YUAN, None)


def test_loans_made_before_the_platform_leave_less(campaign, head):
    owed_before(head, 265_000)

    decision = granted(campaign)

    assert decision.explanation["figures"]["given_to_borrower"] == 265_000 * YUAN
    assert (decision.limit, decision.explanation["capped_by"]) == (35_000 * YUAN, "person")
    assert CreditLine.objects.get().amount == 35_000 * YUAN
    said = letter_words.reasons_in_plain_words(decision.explanation)
    assert letter_words.CAPPED_BY["person"] in said


def test_a_loan_that_the_file_and_our_own_book_name_counts_once(campaign, head):
    loan = lent.loan(customer=head, village=head.household.village, amount=120_000 * YUAN)
    owed_before(head, 120_000, number=loan.number)
    owed_before_too = Figures.objects.filter(part=loan.number).count()

    decision = granted(campaign)

    assert owed_before_too == 1
    assert decision.explanation["figures"]["given_to_borrower"] == 120_000 * YUAN


def test_a_members_own_loan_caps_the_household_and_not_the_borrower(campaign, household, head):
    child = make.customer(household, role="child")
    lent.loan(customer=child, village=household.village, amount=100_000 * YUAN)

    figures = granted(campaign).explanation["figures"]

    assert (figures["given_to_members"], figures["given_to_borrower"]) == (100_000 * YUAN, 0)


def test_a_line_left_behind_in_another_household_counts_whole(campaign, household, head):
    line = CreditLine.objects.get(decision=granted(campaign))
    own = granting_owed.by_households_and_people([household.village_id])[1]
    head.household = make.household(household.village)
    head.save(update_fields=["household"])

    members, people = granting_owed.by_households_and_people([household.village_id])

    assert own.is_empty()
    assert members.is_empty()
    assert people.rows() == [(head.pk, line.amount)]


def test_nobody_settles_more_than_the_persons_cap_leaves(campaign, head):
    owed_before(head, 265_000)
    decision = granted(campaign)
    LimitDecision.objects.filter(pk=decision.pk).update(outcome="manual")
    settle = partial(
        settling.settle_manual, decision.pk, reason="核实", actor=make.staff(Role.APPROVER)
    )

    with pytest.raises(AmountNotOffered, match="35000"):
        settle(amount=36_000 * YUAN)

    assert settle(amount=35_000 * YUAN).limit == 35_000 * YUAN


def test_a_simulation_shows_what_a_lower_cap_takes(campaign, head):
    owed_before(head, 100_000)
    granted(campaign)
    draft = products.new_version(
        granting_policy.in_force().record, actor=make.staff(Role.RISK_OFFICER)
    )
    draft.settings["figures"]["person_cap"] = "120000"
    draft.save(update_fields=["settings"])

    summary = simulating.simulate(draft.pk, business_day=DAY, actor=None).summary

    assert (summary["was"]["total"], summary["now"]["total"]) == (60_000 * YUAN, 20_000 * YUAN)


def test_more_borrowers_cost_no_more_queries(campaign):
    counts = []
    for number in range(2):
        for more in range(3):
            owed_before(reviewed(campaign).members.get(), 1_000, number=f"JD{number}{more}")
        with CaptureQueriesContext(connection) as captured:
            granting_owed.by_households_and_people([campaign.village_id])
        counts.append(len(captured))

    assert counts == [3, 3]
