"""What admission takes off a limit reaches the loan, once."""

from decimal import Decimal

import pytest

from credit import selectors
from credit.contexts import ApplicationPage
from credit.errors import ProcessNotWhole
from credit.loan_rules.admitted import lowered
from credit.nodes.screening import Limit
from credit.reference.products import ONLINE_ROAD
from credit.services import products
from tests.admission.heard import heard
from tests.credit import lend
from tests.credit.conftest import AT

TWO_RULES = {"gov_suit_def_24m": 1, "pb_q_hard_6m": 11}


@pytest.mark.parametrize(
    ("factor", "already", "left"),
    [
        ("1", "1", 80_000_00),
        ("0.7", "1", 56_000_00),
        ("0.7", "0.7", 80_000_00),
        ("0.5", "0.7", 57_142_00),
        ("1", "0.7", 80_000_00),
        ("0.7", "0", 80_000_00),
        ("0", "1", 0),
    ],
)
def test_a_limit_is_lowered_by_what_was_not_taken_off_it_before(factor, already, left):
    assert lowered(80_000_00, factor=Decimal(factor), already=Decimal(already)) == left


@pytest.fixture
def asked(bank, borrower):
    """70,000 yuan are asked for under a line of 80,000; two medium rules hold."""
    line = lend.line(borrower)
    made = lend.application(borrower, amount=70_000_00)
    made.admission, made.line = heard(borrower.customer, **TWO_RULES), line
    made.save(update_fields=["admission"])
    return made


def settled(asked, by="line"):
    """What the limit's node says, kept on its step as the road would keep it."""
    answer = Limit().settle(asked, {"by": by}, None, at=AT)
    step = asked.steps.get(node="limit")
    step.begin(at=AT)
    step.finish(at=AT, outcome=answer.outcome)
    step.save()
    return answer


@pytest.mark.django_db
def test_two_rules_that_hold_leave_seven_tenths_of_the_line(asked, bank):
    answer = settled(asked)

    assert answer.outcome["ceiling"] == 56_000_00
    assert selectors.ceiling_of(asked) == 56_000_00
    page = ApplicationPage.build(asked, bank.manager)
    (limit,) = [each for each in page.steps if "56,000.00" in each.note]
    assert "80,000.00" in limit.note


@pytest.mark.django_db
def test_a_line_that_granting_lowered_already_is_not_lowered_again(asked):
    decision = asked.line.decision
    decision.admission = heard(asked.customer, **TWO_RULES)
    decision.save(update_fields=["admission"])

    answer = settled(asked)

    assert answer.outcome["ceiling"] == 70_000_00
    assert "lowered" not in answer.outcome


@pytest.mark.django_db
def test_without_a_line_the_products_largest_amount_is_lowered(asked):
    asked.line, asked.asked_amount = None, asked.product.amount_max

    answer = settled(asked)

    assert answer.outcome["ceiling"] == asked.product.amount_max * 7 // 10


@pytest.mark.django_db
def test_the_factor_of_an_override_counts(asked):
    asked.admission.limit_factor = Decimal("0.50")

    assert settled(asked).outcome["ceiling"] == 40_000_00


@pytest.mark.django_db
def test_whoever_has_no_credit_history_is_lent_fifty_thousand_at_most(asked):
    asked.admission = heard(asked.customer, pb_first_month=None, pb_acct_open=0)

    assert settled(asked).outcome["ceiling"] == 50_000_00


@pytest.mark.django_db
def test_whoever_is_left_with_too_little_is_told_that_the_review_lowered_it(asked):
    asked.line.amount = asked.product.amount_min

    answer = Limit().settle(asked, {}, None, at=AT)

    assert answer.code == "limit"
    assert "降低" in answer.text
    assert not any(figure in answer.text for figure in "0123456789")


@pytest.mark.django_db
def test_a_road_without_a_limit_heeds_it_too(asked):
    asked.steps.filter(node="limit").delete()

    assert selectors.ceiling_of(asked) == 56_000_00


def test_admission_comes_before_the_limit_it_may_lower():
    nodes = [each for each in ONLINE_ROAD if each["node"] != "admission"]
    places = [each["node"] for each in nodes]
    nodes.insert(places.index("limit") + 1, {"node": "admission"})

    with pytest.raises(ProcessNotWhole):
        products.check_process(nodes)
