"""Reading across this room's tables."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from core import crypto
from core.models import User
from village.models import (
    Campaign,
    Customer,
    Household,
    ListFlag,
    Outcome,
    PaperSheet,
    Relation,
    Reviewer,
    ReviewerRecord,
    RosterChange,
    RosterImport,
    Seat,
    Sheet,
    SpotCheck,
    Village,
)

PRESENT = (Customer.State.LIVING, Customer.State.AWAY)
_ON_A_CARD = ("head", "spouse", "parent", "child", "grand", "sibling", "other")


def inhabited(household: str = "pk") -> Exists:
    """Whether somebody belongs to a household; from one that joined another everybody has gone.
    ``household`` is the path that leads to it."""
    return Exists(Customer.objects.filter(household=OuterRef(household), state__in=PRESENT))


def register_day(about: Household | Customer) -> date:
    """The day on which what the register says of somebody was true: that of the newest roster that
    brought or changed it, or on which it was corrected by hand. Lists say nothing of the kind."""
    changes = RosterChange.objects.filter(**{about._meta.model_name: about})
    rosters = RosterImport.objects.filter(
        Q(pk=about.brought_by_id)
        | Q(pk__in=changes.exclude(columns="list_flag").values("roster_import")),
        kind=RosterImport.Kind.ROSTER,
        status=RosterImport.Status.BROUGHT,
    )
    told = rosters.aggregate(day=Max("as_of"))["day"]
    known = [each for each in (told, about.corrected_on) if each]
    return max(known) if known else timezone.localdate(about.updated_at)


def judgeable_households(village_id: int) -> QuerySet[Household]:
    """Households that neighbours are asked about: headed, somebody there, on no black list."""
    members = Customer.objects.filter(household=OuterRef("pk"))
    return Household.objects.filter(
        Exists(members.filter(role=Customer.Role.HEAD)), inhabited(), village_id=village_id
    ).exclude(list_flag=ListFlag.BLACK)


def conflicts(village_id: int) -> list[tuple[int, int]]:
    """Pairs of a village's households that are kin, guarantor or partner of each other."""
    ties = Relation.objects.standing().filter(
        one__village_id=village_id, other__village_id=village_id
    )
    return list(ties.order_by("pk").values_list("one__household_id", "other__household_id"))


def tied(household_id: int, other_household_id: int) -> bool:
    """Whether two households are kin, guarantor or partner of each other."""
    one_way = Q(one__household_id=household_id, other__household_id=other_household_id)
    back = Q(one__household_id=other_household_id, other__household_id=household_id)
    return Relation.objects.standing().filter(one_way | back).exists()


def live_sheets(campaign_id: int) -> QuerySet[Sheet]:
    """A campaign's sheets that were not withdrawn, in the order in which they are sealed."""
    return Sheet.objects.filter(
        seat__reviewer__campaign_id=campaign_id, withdrawn_at=None
    ).order_by("seat_id")


def token_hash(token: str) -> str:
    """What is stored of a reviewer's link."""
    return hashlib.sha256(token.encode()).hexdigest()


def reviewer_by_token(token: str, *, at: datetime) -> Reviewer | None:
    """The neighbour whose link, or turn at a meeting, this is; None where there is none or it has
    expired. ``at_meeting`` says which."""
    hashed = token_hash(token)
    by_link = Q(token_hash=hashed, link_expires_at__gt=at)
    by_turn = Q(turn_hash=hashed, turn_ends_at__gt=at)
    return (
        Reviewer.objects.select_related("campaign__village__town", "customer")
        .filter(by_link | by_turn)
        .annotate(at_meeting=Case(When(by_turn, then=True), default=False))
        .first()
    )


def has_gone(reviewer: Reviewer) -> bool:
    """Whether a reviewer has died, moved away, or belongs to another village by now."""
    person = reviewer.customer
    return person.state not in PRESENT or person.village_id != reviewer.campaign.village_id


def meetings(token: str, *, at: datetime) -> QuerySet[Campaign]:
    """The campaign whose meeting is held behind this token, none where there is none any more."""
    return Campaign.objects.filter(
        meeting_hash=token_hash(token),
        meeting_ends_at__gt=at,
        status=Campaign.Status.REVIEWING,
    )


def reviewer_weights(customer_ids: Iterable[int]) -> dict[int, float]:
    """What repayment has taught about these people's judgement: weights, 1 where absent."""
    records = ReviewerRecord.objects.filter(customer__in=customer_ids)
    return dict(records.values_list("customer_id", "weight"))


@dataclass(frozen=True, slots=True)
class Voice:
    """How a reviewer, known by their number alone, was heard; ``weight`` is None for nobody heard.

    ``cluster`` numbers those who err alike and share one voice, 0 for whoever stands alone.
    """

    number: int
    sheets: int
    accuracy: float
    cluster: int
    weight: float | None


def voices(campaign: Campaign) -> list[Voice]:
    """A concluded campaign's reviewers as numbers, those counted as one voice first."""
    found = [
        Voice(each.number, each.sheets_count, each.accuracy, each.cluster or 0, each.weight)
        for each in with_sheets(campaign.reviewers.order_by("number"))
    ]
    return sorted(found, key=lambda each: (not each.cluster, each.cluster, each.number))


def seats_of(reviewer: Reviewer) -> QuerySet[Seat]:
    """A reviewer's households, each with its head's name and whether a sheet is in."""
    heads = Customer.objects.filter(role=Customer.Role.HEAD)
    return (
        reviewer.seats.select_related("household__group")
        .prefetch_related(Prefetch("household__members", queryset=heads, to_attr="heads"))
        .annotate(is_done=Exists(Sheet.objects.filter(seat=OuterRef("pk"), withdrawn_at=None)))
        .order_by("household__group__code", "household__number")
    )


def checks_of(user: User) -> QuerySet[SpotCheck]:
    """Spot checks given to one person, each with its household and the head's name."""
    heads = Customer.objects.filter(role=Customer.Role.HEAD)
    return (
        SpotCheck.objects.filter(assigned_to=user)
        .select_related("outcome__household__village", "outcome__household__group")
        .prefetch_related(Prefetch("outcome__household__members", queryset=heads, to_attr="heads"))
    )


@dataclass(frozen=True, slots=True)
class SheetsIn:
    """How many sheets a campaign waits for and has."""

    seats: int
    sheets: int

    @property
    def percent(self) -> int:
        """How far it has come, whole per cent."""
        return self.sheets * 100 // self.seats if self.seats else 0


def sheets_in(campaign_id: int) -> SheetsIn:
    """How far a campaign has come."""
    return SheetsIn(
        seats=Seat.objects.filter(reviewer__campaign_id=campaign_id).count(),
        sheets=live_sheets(campaign_id).count(),
    )


def with_counts(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    """Campaigns with their sheets, how far the outcomes are, and what spot checks found.

    Each figure is a sum of its own, so that none multiplies another.
    """
    seats = Seat.objects.filter(reviewer__campaign=OuterRef("pk"))
    sheets = Sheet.objects.filter(campaign=OuterRef("pk"), withdrawn_at=None)
    outcomes = Outcome.objects.filter(campaign=OuterRef("pk"))
    checks = SpotCheck.objects.filter(draw__campaign=OuterRef("pk"))
    done = checks.filter(status=SpotCheck.Status.DONE)
    return campaigns.annotate(
        seats_count=_how_many(seats),
        sheets_count=_how_many(sheets),
        decided_count=_how_many(outcomes.filter(stage=Outcome.Stage.DECIDED)),
        doubted_count=_how_many(outcomes.doubted()),
        checks_count=_how_many(checks),
        checks_done=_how_many(done),
        checks_agree=_how_many(done.filter(finding=SpotCheck.Finding.AGREE)),
    )


def with_open_paper(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    """Campaigns with their sheets on paper that did not come in yet: keyed once, or disputed."""
    papers = PaperSheet.objects.filter(seat__reviewer__campaign=OuterRef("pk"))
    return campaigns.annotate(
        paper_once=_how_many(papers.filter(status=PaperSheet.Status.ONCE)),
        paper_differs=_how_many(papers.filter(status=PaperSheet.Status.DIFFERS)),
    )


@dataclass(frozen=True, slots=True)
class ToDecide:
    """What somebody's word would settle in one campaign, amounts in fen, and what stays open."""

    campaign: Campaign
    ready: int
    limits: int
    black: int
    doubted: int


def to_decide(campaigns: QuerySet[Campaign], user: User) -> list[ToDecide]:
    """Of each campaign, the outcomes ``user`` may confirm for the branch now; one query for all."""
    chosen = list(campaigns)
    outcomes = Outcome.objects.filter(campaign__in=chosen).order_by()
    counted = outcomes.values("campaign").annotate(**_decidable(outcomes, user))
    found = {each.pop("campaign"): each for each in counted}
    nothing = {"ready": 0, "limits": 0, "black": 0, "doubted": 0}
    return [ToDecide(each, **found.get(each.pk, nothing)) for each in chosen]


def chosen_to_decide(outcomes: QuerySet[Outcome], user: User) -> dict[str, int]:
    """Of the chosen outcomes: how many ``user`` may confirm now and of how much, how many are void
    for the black list and how many somebody has to look at again; ``others`` are left alone."""
    chosen = outcomes.order_by()
    told = chosen.aggregate(all=Count("pk"), **_decidable(chosen, user))
    told["others"] = told.pop("all") - told["ready"] - told["black"] - told["doubted"]
    return told


def _decidable(outcomes: QuerySet[Outcome], user: User) -> dict[str, Any]:
    is_black = Q(household__list_flag=ListFlag.BLACK)
    is_ready = Q(pk__in=outcomes.decidable_by(user).values("pk")) & ~is_black
    is_doubted = Q(pk__in=outcomes.doubted().values("pk")) & ~is_black
    return {
        "ready": Count("pk", filter=is_ready),
        "limits": Coalesce(Sum("reviewed_limit", filter=is_ready), 0),
        "black": Count("pk", filter=is_black & ~Q(stage=Outcome.Stage.VOIDED)),
        "doubted": Count("pk", filter=is_doubted),
    }


def with_sheets(reviewers: QuerySet[Reviewer]) -> QuerySet[Reviewer]:
    """Reviewers with how many sheets were asked of them and how many came in."""
    return reviewers.annotate(
        seats_count=_how_many(Seat.objects.filter(reviewer=OuterRef("pk"))),
        sheets_count=_how_many(
            Sheet.objects.filter(seat__reviewer=OuterRef("pk"), withdrawn_at=None)
        ),
    )


def until_sealed(reviewers: QuerySet[Reviewer]) -> QuerySet[Reviewer]:
    """Reviewers by name with how far they are, nothing of it once their campaign is sealed: sheets
    are shown from then on, and a count or a time would tell whose they are."""
    counted = with_sheets(reviewers)
    shown = {"came_in": "sheets_count", "asked_for": "seats_count", "opened_at": "first_opened_at"}
    return counted.annotate(
        **{name: Case(When(campaign__sealed_at=None, then=F(of))) for name, of in shown.items()}
    )


def _how_many(rows: QuerySet[Any]) -> Coalesce:
    """The number of rows of a subquery, 0 for none."""
    counted = rows.order_by().annotate(_all=Value(1)).values("_all").annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)


def with_progress(villages: QuerySet[Village]) -> QuerySet[Village]:
    """Villages with their registered households, how many were concluded on, and the newest round's
    state. Whether somebody still lives in each would be asked of a page's ten thousand households;
    the village's own page and its progress leave those out that everybody has left."""
    households = (
        Household.objects.filter(village=OuterRef("pk"))
        .order_by()
        .values("village")
        .annotate(n=Count("pk"))
        .values("n")
    )
    concluded = (
        Outcome.objects.filter(village=OuterRef("pk"))
        .order_by()
        .values("village")
        .annotate(n=Count("household", distinct=True))
        .values("n")
    )
    newest = Campaign.objects.first_rounds().filter(village=OuterRef("pk")).order_by("-round")
    return villages.annotate(
        households_count=Coalesce(households, 0),
        concluded_count=Coalesce(concluded, 0),
        campaign_status=newest.values("status")[:1],
    )


def campaign_word(status: str | None) -> str:
    """A campaign's state in words; empty for none."""
    return str(dict(Campaign.Status.choices).get(status, ""))


def villages_for(user: User, *, search: str = "") -> QuerySet[Village]:
    """This person's villages, searched by name, code or town."""
    found = Village.objects.visible_to(user).select_related("town")
    if search:
        found = found.filter(
            Q(name__contains=search) | Q(code=search) | Q(town__name__contains=search)
        )
    return with_progress(found).order_by("town__code", "code")


def newest_campaign(village_id: int) -> Campaign | None:
    """The village's latest round."""
    rounds = Campaign.objects.first_rounds().filter(village_id=village_id)
    return rounds.order_by("-round").first()


def households_of(village: Village, *, search: str = "") -> QuerySet[Household]:
    """A village's households with their members, heads first; searched by number or name."""
    members = Customer.objects.order_by("pk")
    found = Household.objects.filter(village=village).select_related("group")
    if search:
        somebody = Customer.objects.filter(household=OuterRef("pk"), name__startswith=search)
        found = found.filter(Q(number__startswith=search) | Exists(somebody))
    return found.prefetch_related(Prefetch("members", queryset=members)).order_by("number")


def concluded_outcomes(household_id: int) -> QuerySet[Outcome]:
    """What concluded reviews said of a household, the newest round first."""
    return (
        Outcome.objects.filter(household_id=household_id, campaign__concluded_at__isnull=False)
        .select_related("campaign")
        .order_by("-campaign__round")
    )


def newest_outcomes(household_ids: Iterable[int]) -> QuerySet[Outcome]:
    """The last concluded outcome of each of these households."""
    return (
        Outcome.objects.filter(household_id__in=household_ids, campaign__concluded_at__isnull=False)
        .order_by("household_id", "-campaign__round")
        .distinct("household_id")
    )


def find_customers(user: User, text: str) -> QuerySet[Customer]:
    """People this person may see, by the beginning of a name or an exact ID or mobile number."""
    seen = Customer.objects.visible_to(user).select_related("household__village__town")
    return matching(seen, text) if text.strip() else seen.none()


def matching(people: QuerySet[Customer], text: str) -> QuerySet[Customer]:
    """Those of ``people`` with this exact ID or mobile number, or whose name begins so."""
    text = "".join(text.split())
    if text[:-1].isdigit() and len(text) == 18:
        return people.filter(id_index=crypto.blind_index(text))
    if text.isdigit() and len(text) == 11:
        return people.filter(mobile_index=crypto.blind_index(text))
    return people.filter(name__startswith=text).order_by("name", "pk")


def heads_first(members: Iterable[Customer]) -> list[Customer]:
    """A household's people as its card shows them: head, spouse, parents, children, others."""
    return sorted(members, key=lambda each: (_ON_A_CARD.index(each.role), each.born_on, each.pk))


def village_figures(village_id: int) -> dict[str, int]:
    """A village in figures: households in which somebody lives, the people who belong there, and
    what the newest review said of them."""
    newest = newest_campaign(village_id)
    outcomes = Outcome.objects.filter(campaign=newest) if newest else Outcome.objects.none()
    counted = outcomes.aggregate(
        to_visit=Count("pk", filter=Q(visit_needed=True)),
        with_limit=Count("pk", filter=Q(reviewed_limit__gt=0)),
        white=Count("pk", filter=Q(list_flag=ListFlag.WHITE)),
        grey=Count("pk", filter=Q(list_flag=ListFlag.GREY)),
    )
    return {
        "households": Household.objects.filter(inhabited(), village_id=village_id).count(),
        "people": Customer.objects.filter(village_id=village_id, state__in=PRESENT).count(),
        **counted,
    }
