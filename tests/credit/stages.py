"""Households that have come as far as a stage of the road, and their village's count."""

from datetime import UTC, date, datetime

from core.roles import Role
from credit.models import CreditLine, LimitDecision, LimitPolicy, VillageProgress
from credit.selectors_progress import Stage
from tests import make
from tests.credit import lent
from village.models import Campaign, Outcome
from visits.models import Survey, VisitTask

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 2, tzinfo=UTC)


def lived_in(household):
    """Somebody of the household, who comes to live there where nobody does."""
    return household.members.first() or make.customer(household)


def reviewed(household, *, limit=50_000_00, round_=1, concluded=True):
    lived_in(household)
    campaign, _made = Campaign.objects.get_or_create(
        village=household.village,
        round=round_,
        defaults={
            "seed": 1,
            "business_day": DAY,
            "status": Campaign.Status.CONCLUDED,
            "seal": "s",
            "concluded_at": AT if concluded else None,
        },
    )
    Outcome.objects.create(
        campaign=campaign, household=household, sheets=7, valid_sheets=7, reviewed_limit=limit
    )
    return campaign


def visited(household, *, limit=40_000_00, status=VisitTask.Status.ACCEPTED, revisions=1):
    lived_in(household)
    manager = household.village.grid.manager
    task = VisitTask.objects.create(household=household, manager=manager, due_on=DAY, status=status)
    for number in range(1, revisions + 1):
        Survey.objects.create(
            task=task,
            revision=number,
            client_uuid=f"00000000-0000-0000-{number:04d}-{task.pk:012d}",
            met="户主",
            seen_on=DAY,
            surveyed_limit=limit * number // revisions,
            term_months=12,
            by=manager,
            **dict.fromkeys(
                ["income_year", "operating_cost_year", "living_cost_year", "debt_service_year"], 0
            ),
            **dict.fromkeys(["assets", "debts", "need"], 0),
        )
    return task


def granted(household, *, amount=30_000_00, status=CreditLine.Status.GRANTED):
    policy, _made = LimitPolicy.objects.get_or_create(
        code="p", defaults={"name": "额度政策", "author": make.staff(Role.RISK_OFFICER)}
    )
    borrower = lived_in(household)
    decision = LimitDecision.objects.create(
        household=household,
        borrower=borrower,
        policy=policy,
        decided_on=DAY,
        limit=amount,
        outcome=LimitDecision.Outcome.GRANT,
    )
    return CreditLine.objects.create(
        household=household,
        borrower=borrower,
        decision=decision,
        amount=amount,
        valid_from=DAY,
        valid_to=date(2029, 3, 2),
        status=status,
    )


def borrowing(household, *, amount=20_000_00):
    return lent.loan(customer=lived_in(household), amount=amount)


def figures(village):
    row = VillageProgress.objects.get(village=village)
    return {stage.value: (getattr(row, stage), getattr(row, f"{stage}_amount")) for stage in Stage}
