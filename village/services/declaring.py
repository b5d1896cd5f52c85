"""What a household declares beside the roster, proven by a paper somebody has looked at."""

from datetime import date

from django.db import transaction

from core import audit
from core.models import User
from village.models import Customer, Household
from village.roster import means

LONGEST = 40


@transaction.atomic
def declare_business(customer_id: int, *, words: str, actor: User | None, proof: str) -> bool:
    """What a person lives by, where the register does not say it yet; whether it was taken."""
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer_id)
    if customer.main_business or not words:
        return False
    customer.main_business = words[:LONGEST]
    customer.save(update_fields=["main_business", "updated_at"])
    audit.record(
        customer,
        "village.customer.business_declared",
        actor=actor,
        words=customer.main_business,
        proof=proof,
    )
    return True


@transaction.atomic
def declare_house(household_id: int, *, fen: int, on: date, actor: User | None, proof: str) -> None:
    """What a household says its house is worth, on a day; what else it said stays as old as it
    is."""
    household = Household.objects.select_for_update(of=("self",)).get(pk=household_id)
    earlier = {
        each: household.told_on(each).isoformat()
        for each in (*means.AMOUNTS, *means.LANDS)
        if each != "house_value" and household.declared_on and getattr(household, each) is not None
    }
    before, household.house_value, household.declared_on = household.house_value, fen, on
    household.figure_days = earlier
    household.save(update_fields=["house_value", "declared_on", "figure_days", "updated_at"])
    audit.record(
        household,
        "village.household.house_declared",
        actor=actor,
        before=before,
        fen=fen,
        proof=proof,
    )
