"""Signed lines in a later round: what they were used for and how they were paid decides a raise."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from core.roles import Role
from credit import movement_words
from credit.letter_words import KEPT_BECAUSE, reasons_in_plain_words
from credit.models import CreditLine, Instalment, LimitDecision, LimitPolicy, LineRaise
from credit.services import limit_appeals, raises
from credit.services.granting_rounds import move_lines
from tests import make
from tests.credit import lent
from tests.credit.conftest import AT, DAY
from tests.credit.judged import YUAN, decide, grant, next_round, reviewed, scored, visited

pytestmark = pytest.mark.django_db
NEXT = date(DAY.year + 1, DAY.month, DAY.day)


@pytest.fixture
def household(campaign):
    """Signed for 60,000 yuan, in the best band, with half of it drawn."""
    found = reviewed(campaign)
    visited(found, campaign, 60_000 * YUAN)
    grant(campaign)
    scored(found, "A")
    line = CreditLine.objects.get()
    CreditLine.objects.update(status="active")
    lent.loan(customer=line.borrower, line=line, amount=30_000 * YUAN)
    return found


@pytest.fixture
def president(campaign):
    return make.staff(Role.BRANCH_PRESIDENT, branch=campaign.village.grid.branch)


def of_next_round(household, campaign, found=90_000 * YUAN):
    second = next_round(household, campaign, limit=found, on=NEXT)
    visited(household, second, found, on=NEXT)
    grant(second, on=NEXT)
    return LimitDecision.objects.get(campaign=second)


def kept_because(decision):
    return decision.explanation["moved"]["kept_because"]


def test_a_raise_is_offered_up_to_three_tenths_more(household, campaign, president):
    decision = of_next_round(household, campaign)

    raises.offer([decision.pk], actor=president, on=NEXT)

    offer = LineRaise.objects.get()
    assert (decision.movement, decision.limit) == ("raise", 90_000 * YUAN)
    assert (offer.before, offer.amount) == (60_000 * YUAN, 78_000 * YUAN)
    with override("en"):
        said = movement_words.in_words(decision.explanation)
    assert "risk band A, use 50 %, 0 instalments late" in said[0]
    assert "7.80" in said[1]


@pytest.mark.parametrize(
    ("done", "because", "said"),
    [
        ("band", "band", "the risk band is C"),
        ("use", "use", "use was 12 %"),
        ("late", "late", "1 instalment was late within 12 months"),
    ],
)
def test_a_line_is_kept_and_the_decision_says_why(household, campaign, client, done, because, said):
    if done == "band":
        scored(household, "C")
    if done == "use":
        CreditLine.objects.get().borrower.loans.update(principal_left=7_200 * YUAN)
    if done == "late":
        late = Instalment.objects.order_by("pk").first()
        late.loan.worked_up_to = late.due_on + timedelta(days=9)
        late.loan.save(update_fields=["worked_up_to"])
        Instalment.objects.filter(pk=late.pk).update(paid_on=late.due_on + timedelta(days=5))

    decision = of_next_round(household, campaign)

    line = CreditLine.objects.get()
    assert (decision.movement, kept_because(decision)) == ("keep", [because])
    assert (line.amount, line.decision) == (60_000 * YUAN, decision)
    client.force_login(make.staff(Role.RISK_OFFICER))
    page = client.get(reverse("admin:credit_limitdecision_change", args=[decision.pk]))
    (told,) = movement_words.in_words(decision.explanation)
    assert told in page.content.decode()
    with override("en"):
        assert said in movement_words.in_words(decision.explanation)[0]
    assert KEPT_BECAUSE[because] in reasons_in_plain_words(decision.explanation)


def test_a_late_payment_of_anybody_in_the_household_counts(household, campaign):
    spouse = make.customer(household, role="spouse")
    loan = lent.loan(customer=spouse, amount=10_000 * YUAN)
    loan.days_past_due = 4
    loan.save(update_fields=["days_past_due"])

    assert kept_because(of_next_round(household, campaign)) == ["late"]


def test_what_was_kept_is_renewed_for_as_much_as_it_is(household, campaign, president):
    scored(household, "C")
    decision = of_next_round(household, campaign)
    CreditLine.objects.update(valid_to=NEXT + timedelta(days=30))

    raises.offer([decision.pk], actor=president, on=NEXT)

    offer = LineRaise.objects.get()
    assert (offer.before, offer.amount) == (60_000 * YUAN, 60_000 * YUAN)
    assert offer.valid_to > NEXT + timedelta(days=30)


def test_an_appeal_may_give_what_the_round_did_not(household, campaign):
    scored(household, "C")
    decision = of_next_round(household, campaign)
    appeal = limit_appeals.open_appeal(decision.pk, statement="信用报告已更正", at=AT)
    officer = make.staff(Role.RISK_OFFICER)

    limit_appeals.change(
        appeal.pk, amount=85_000 * YUAN, actor=officer, answer="已核实", at=AT, on=NEXT
    )

    assert LineRaise.objects.get().amount == 85_000 * YUAN


def test_a_policy_published_before_raises_without_conditions(household, campaign):
    scored(household, "C")
    policy = LimitPolicy.objects.get()
    figures = {
        name: said
        for name, said in policy.settings["figures"].items()
        if not name.startswith("raise_")
    }
    LimitPolicy.objects.update(settings=policy.settings | {"figures": figures})

    decision = of_next_round(household, campaign)

    assert decision.movement == "raise"
    assert decision.offered_for(60_000 * YUAN) == decision.limit > 72_000 * YUAN


def test_a_village_takes_as_many_queries_as_a_household(household, campaign):
    second = next_round(household, campaign, limit=90_000 * YUAN, on=NEXT)
    more = [_signed_and_judged(campaign, second) for _number in range(5)]
    first = LimitDecision.objects.create(**_judged(household, second))

    with CaptureQueriesContext(connection) as one:
        move_lines([second.pk], day=NEXT, actor=None, only=[first.pk])
    with CaptureQueriesContext(connection) as five:
        move_lines([second.pk], day=NEXT, actor=None)

    moved = LimitDecision.objects.filter(pk__in=more).values_list("movement", flat=True)
    assert set(moved) == {"keep"}
    assert len(five) == len(one)


def _judged(household, campaign):
    return {
        "household": household,
        "borrower": household.members.first(),
        "campaign": campaign,
        "policy": LimitPolicy.objects.get(),
        "decided_on": NEXT,
        "limit": 90_000 * YUAN,
        "outcome": "grant",
        "explanation": {"line_months": 36, "risk_band": "A"},
    }


def _signed_and_judged(campaign, second):
    """A household with a signed line that was never used, and the limit of the next round."""
    household = make.household(campaign.village)
    head = make.customer(household)
    decide(head, "admit")
    before = LimitDecision.objects.create(
        **_judged(household, campaign) | {"decided_on": DAY, "limit": 50_000 * YUAN}
    )
    CreditLine.objects.create(
        household=household,
        borrower=head,
        decision=before,
        amount=50_000 * YUAN,
        valid_from=DAY,
        valid_to=date(2029, 6, 30),
        status="signed",
    )
    return LimitDecision.objects.create(**_judged(household, second)).pk
