"""To whom a village's lines would go: credit's own answer to admission's question."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Exists, OuterRef

from admission.sources.borrowers import register_borrowers
from credit.models import LimitDecision
from credit.services import granting_frames, granting_policy
from village.models import Outcome


def register() -> None:
    """Say that this room chooses the main borrower of a household."""
    register_borrowers(of_villages)


def of_villages(villages: Sequence[str], day: date) -> list[int]:
    """The main borrowers of reviewed households whose limit is not decided, or waits for a person.

    Raises NotPublished without a limit policy: it says who may borrow.
    """
    policy = granting_policy.in_force()
    if not villages:
        return []
    decided = LimitDecision.objects.filter(
        campaign=OuterRef("campaign"), household=OuterRef("household")
    ).exclude(outcome=LimitDecision.Outcome.MANUAL, settled_by=None)
    outcomes = Outcome.objects.to_be_granted().filter(campaign__village__code__in=villages)
    return granting_frames.main_borrowers(
        outcomes.exclude(Exists(decided)),
        day=day,
        engine=policy.engine,
        granting=policy.granting,
    ).to_list()
