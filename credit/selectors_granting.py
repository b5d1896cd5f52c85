"""What there is to grant: villages with decided outcomes that have no limit yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from admission.models import Decision
from core import parameters
from core.models import User
from credit.models import MAY_BORROW, LimitDecision
from village.models import Campaign, Customer, Outcome

GRANTABLE = [Campaign.Status.CONCLUDED, Campaign.Status.VISITING, Campaign.Status.GRANTED]
ANSWERS = [
    Decision.Outcome.ADMIT,
    Decision.Outcome.NOTICE,
    Decision.Outcome.MANUAL,
    Decision.Outcome.REFUSE,
]
"""What admission says when it says something; while it waits for a source, it has not."""


ADMISSION_DAYS = 365
"""How old an admission may be for granting where the bank has not said."""


def admission_since(day: date) -> date:
    """The first day of admission that granting still reads ``day``: who was heard before is unknown
    by now, and goes to a person."""
    try:
        days = int(parameters.number("granting.admission_days", on=day))
    except parameters.ParameterUnknown:
        days = ADMISSION_DAYS
    return day - timedelta(days=days)


@dataclass(frozen=True)
class Ready:
    """A village whose households wait for their limits."""

    campaign: Campaign
    households: int


@dataclass(frozen=True)
class ToGrant:
    """What would be worked: villages, households, and those about whom admission says nothing, or
    nothing of late."""

    villages: int
    households: int
    unanswered: int


def undecided(campaigns: QuerySet[Campaign]) -> QuerySet[Outcome]:
    """Outcomes that granting may read and has not, of these campaigns.

    A village that was granted before is here too, with what was decided in it since. A household
    in which nobody can ever be the borrower has no limit and waits for none, and one that a later
    round has judged waits for that. Before a first grant the branch has to have spoken: that a
    household is void does not make a village ready.
    """
    limits = LimitDecision.objects.filter(
        campaign=OuterRef("campaign"), household=OuterRef("household")
    )
    borrowers = Customer.objects.filter(household=OuterRef("household"), role__in=MAY_BORROW)
    spoken = Outcome.objects.opening_granting().filter(campaign=OuterRef("pk"))
    open_ones = (
        campaigns.first_rounds()
        .filter(Exists(spoken) | Q(status=Campaign.Status.GRANTED), status__in=GRANTABLE)
        .order_by()
    )
    return (
        Outcome.objects.settled()
        .standing()
        .filter(campaign__in=open_ones.values("pk"))
        .filter(~Exists(limits), Exists(borrowers))
        .order_by()
    )


def _seen_by(user: User) -> QuerySet[Outcome]:
    return undecided(Campaign.objects.visible_to(user))


def ready(user: User) -> list[Ready]:
    """Villages with households to grant, the largest first; two queries however many there are."""
    counts = dict(_seen_by(user).values_list("campaign").annotate(n=Count("pk")))
    campaigns = Campaign.objects.filter(pk__in=counts).select_related(
        "village__town", "village__grid__branch"
    )
    found = [Ready(each, counts[each.pk]) for each in campaigns]
    return sorted(found, key=lambda each: (-each.households, each.campaign.village.code))


def ready_ids(user: User, campaign_ids: Iterable[int] | None = None) -> list[int]:
    """The campaigns with something to grant; of those named, or of all."""
    found = _seen_by(user)
    if campaign_ids is not None:
        found = found.filter(campaign__in=campaign_ids)
    return sorted(found.values_list("campaign_id", flat=True).distinct())


def ready_in(user: User, village_id: int) -> list[int]:
    """The campaigns of one village with something to grant."""
    return ready_ids(user, Campaign.objects.filter(village=village_id).values_list("pk", flat=True))


def to_grant(user: User, campaign_ids: Iterable[int], *, day: date) -> ToGrant:
    """How much work these campaigns are, and how much of it will wait for a person."""
    answers = Decision.objects.standing().filter(
        customer__household=OuterRef("household"),
        purpose="granting",
        outcome__in=ANSWERS,
        as_of__gte=admission_since(day),
    )
    counted = (
        _seen_by(user)
        .filter(campaign__in=campaign_ids)
        .annotate(is_answered=Exists(answers))
        .aggregate(
            villages=Count("campaign__village", distinct=True),
            households=Count("pk"),
            unanswered=Count("pk", filter=Q(is_answered=False)),
        )
    )
    return ToGrant(**counted)
