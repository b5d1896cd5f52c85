"""Builders of the credit room: lines, applications, and how far they have come."""

from datetime import timedelta

from admission import services as admission
from credit.loan_rules.months import add_months
from credit.models import Contract, CreditLine, LimitDecision, LimitPolicy
from credit.services import applications, contracts
from tests.credit.conftest import AT, DAY

READ = timedelta(seconds=60)


def line(borrower, *, amount=80_000_00, status=CreditLine.Status.GRANTED):
    """A line as granting would leave it."""
    decision = LimitDecision.objects.create(
        household=borrower.household,
        borrower=borrower.customer,
        campaign=borrower.campaign,
        policy=LimitPolicy.objects.get(status="published"),
        decided_on=DAY,
        limit=amount,
        outcome=LimitDecision.Outcome.GRANT,
        explanation={"line_months": 36},
    )
    return CreditLine.objects.create(
        household=borrower.household,
        borrower=borrower.customer,
        decision=decision,
        amount=amount,
        valid_from=DAY,
        valid_to=add_months(DAY, 36),
        status=status,
    )


def authorise(borrower):
    """The customer's leave to ask about them for an application; it must hold today as well."""
    return admission.authorise(
        borrower.customer.pk,
        purpose="application",
        actor=None,
        at=AT,
        valid_until=DAY + timedelta(days=3650),
    )


def application(borrower, **given):
    """A request that is handed in."""
    asked = {
        "product_code": "sunshine-e",
        "amount": 30_000_00,
        "term_months": 12,
        "method": "equal_instalment",
        "purpose": "购买农资",
        "channel": "mini_program",
        "business_day": DAY,
    }
    made = applications.apply(borrower.customer.pk, **asked | given)
    return applications.submit(made.pk, at=AT)


def read_and_sign(asked):
    """The customer reads the sheet of costs for a minute and signs."""
    contract = Contract.objects.get(application=asked)
    contracts.show_cost_sheet(contract.pk, at=AT)
    return contracts.sign(contract.pk, signature=contracts.Signature("sms", "sms-1"), at=AT + READ)
