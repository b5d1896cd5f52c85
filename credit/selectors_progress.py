"""Counting how far villages have come: one query for each stage, however many villages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from credit.models import Contract, CreditLine, LineSigning, Loan
from credit.selectors import OWING
from village.models import Campaign, Customer, Household, Outcome
from village.selectors import inhabited
from visits.models import Survey, VisitTask

SEEN = [VisitTask.Status.ACCEPTED, VisitTask.Status.CLOSED]
HERE = list(map(str, Customer.HERE))
UNDER_CONTRACT = [Contract.Status.SIGNED, Contract.Status.EFFECTIVE]


class Stage(StrEnum):
    """The stages of the road, in their order; each is a pair of columns of the count."""

    REVIEWED = "reviewed"
    VISITED = "visited"
    GRANTED = "granted"
    SIGNED = "signed"
    DRAWN = "drawn"


@dataclass(frozen=True, slots=True)
class Counted:
    """Households that have reached one stage, and how much money that is, fen."""

    households: int
    amount: int


NOBODY = Counted(0, 0)


def households_by_village(village_ids: Sequence[int] | None) -> dict[int, int]:
    """How many households of each village somebody lives in; of all villages where none are
    named."""
    rows = _only(Household.objects.filter(inhabited()), "village", village_ids)
    return dict(rows.order_by().values_list("village").annotate(n=Count("pk")))


def stage_by_village(stage: Stage, village_ids: Sequence[int] | None) -> dict[int, Counted]:
    """How many households of each village have reached a stage, and with how much.

    Reviewed: concluded on in the village's newest concluded round; reviewed limits. Visited: an
    accepted visit; surveyed limits, the newest of each household. Both where somebody still lives
    there; a line and a debt count until they end. Granted: a line that has not
    ended, in advance or not; its amount. Signed: a contract signed or in force, its amount;
    or the line signed on the printed list before any contract, the amount of the line.
    Drawn: principal is owed today; the principal left.
    """
    if stage == Stage.VISITED:
        return _visited(village_ids)
    if stage == Stage.SIGNED:
        return _together(_count(_signed(village_ids)), _count(_signed_on_list(village_ids)))
    return _count(_COUNTS[stage](village_ids))


def _count(what: "_Count") -> dict[int, Counted]:
    rows, path, households, amount = what
    return {
        village: Counted(count, total or 0)
        for village, count, total in rows.order_by()
        .values_list(path)
        .annotate(count=households, total=Sum(amount))
        .values_list(path, "count", "total")
    }


def _together(one: dict[int, Counted], other: dict[int, Counted]) -> dict[int, Counted]:
    """Two counts that share no household."""
    return {
        village: Counted(
            one.get(village, NOBODY).households + other.get(village, NOBODY).households,
            one.get(village, NOBODY).amount + other.get(village, NOBODY).amount,
        )
        for village in one.keys() | other.keys()
    }


def _visited(village_ids: Sequence[int] | None) -> dict[int, Counted]:
    """The newest survey of each household in one sort; Django would join the table to itself.

    Once the neighbours have spoken again, the visits of the round before no longer count.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _VISITED, {"seen": list(map(str, SEEN)), "here": HERE, "villages": village_ids}
        )
        return {village: Counted(count, int(total)) for village, count, total in cursor}


_VISITED = """
WITH newest_round AS (
    SELECT DISTINCT ON (village_id) village_id, business_day
      FROM village_campaign
     WHERE follows_id IS NULL AND concluded_at IS NOT NULL
     ORDER BY village_id, round DESC
)
SELECT newest.village_id, count(*), sum(newest.surveyed_limit)
  FROM (SELECT DISTINCT ON (task.household_id) household.village_id, survey.surveyed_limit
          FROM visits_survey survey
          JOIN visits_visittask task ON task.id = survey.task_id
          JOIN village_household household ON household.id = task.household_id
          LEFT JOIN newest_round ON newest_round.village_id = household.village_id
         WHERE task.status = ANY(%(seen)s)
           AND (newest_round.village_id IS NULL OR survey.seen_on >= newest_round.business_day)
           AND (%(villages)s::bigint[] IS NULL OR household.village_id = ANY(%(villages)s))
           AND EXISTS (SELECT FROM village_customer person
                        WHERE person.household_id = household.id AND person.state = ANY(%(here)s))
         ORDER BY task.household_id, survey.seen_on DESC, survey.revision DESC, survey.id DESC
       ) newest
 GROUP BY newest.village_id
"""

_Count = tuple[QuerySet[Any], str, Count, str]


def _reviewed(village_ids: Sequence[int] | None) -> _Count:
    newest = (
        _only(
            Campaign.objects.first_rounds().filter(concluded_at__isnull=False),
            "village",
            village_ids,
        )
        .order_by("village_id", "-round")
        .distinct("village_id")
        .values("pk")
    )
    # Who has moved to another village since is no household of this one any more.
    rows = Outcome.objects.filter(
        inhabited("household"), campaign__in=newest, household__village=F("campaign__village")
    )
    return rows, "campaign__village", Count("pk"), "reviewed_limit"


def _granted(village_ids: Sequence[int] | None) -> _Count:
    rows = _only(
        CreditLine.objects.exclude(status__in=CreditLine.ENDED), "household__village", village_ids
    )
    return rows, "household__village", Count("pk"), "amount"


def _signed(village_ids: Sequence[int] | None) -> _Count:
    rows = _only(Contract.objects.filter(status__in=UNDER_CONTRACT), "village", village_ids)
    households = Count("application__customer__household", distinct=True)
    return rows, "village", households, "application__approved_amount"


def _signed_on_list(village_ids: Sequence[int] | None) -> _Count:
    """Lines signed on the printed list under which no contract was signed yet."""
    contracts = Contract.objects.filter(
        application__customer__household=OuterRef("line__household"), status__in=UNDER_CONTRACT
    )
    rows = _only(
        LineSigning.objects.exclude(line__status__in=CreditLine.ENDED).filter(~Exists(contracts)),
        "line__household__village",
        village_ids,
    )
    return rows, "line__household__village", Count("pk"), "line__amount"


def _drawn(village_ids: Sequence[int] | None) -> _Count:
    rows = _only(
        Loan.objects.filter(status__in=OWING, principal_left__gt=0),
        "village",
        village_ids,
    )
    households = Count("customer__household", distinct=True)
    return rows, "village", households, "principal_left"


_COUNTS = {
    Stage.REVIEWED: _reviewed,
    Stage.GRANTED: _granted,
    Stage.DRAWN: _drawn,
}


def _only(rows: QuerySet[Any], path: str, village_ids: Sequence[int] | None) -> QuerySet[Any]:
    return rows if village_ids is None else rows.filter(**{f"{path}__in": village_ids})


def with_stages(households: QuerySet[Household]) -> QuerySet[Household]:
    """Households with yes or no for each stage, as ``is_reviewed`` … ``is_drawn``."""
    return households.annotate(**{f"is_{stage}": _REACHED[stage] for stage in Stage})


def in_list(households: QuerySet[Household], stage: Stage, *, reached: bool) -> QuerySet[Household]:
    """Households that have reached a stage, or those that are next to reach it.

    Next is who has come as far as the stage before; for a review, everybody not reviewed. Nobody
    waits for a household that everybody has left.
    """
    if reached:
        return households.filter(_REACHED[stage])
    order = list(Stage)
    at = order.index(stage)
    waiting = households.filter(inhabited(), ~_REACHED[stage])
    return waiting.filter(_REACHED[order[at - 1]]) if at else waiting


def for_a_list(households: QuerySet[Household]) -> QuerySet[Household]:
    """Households with their head's name, their line and what they owe, in the village's order."""
    heads = Customer.objects.filter(household=OuterRef("pk"), role=Customer.Role.HEAD)
    lines = CreditLine.objects.filter(household=OuterRef("pk")).exclude(status__in=CreditLine.ENDED)
    owed = (
        Loan.objects.filter(customer__household=OuterRef("pk"), status__in=OWING)
        .order_by()
        .values("customer__household")
        .annotate(sum=Sum("principal_left"))
        .values("sum")
    )
    return (
        with_stages(households)
        .select_related("group")
        .annotate(
            head_name=Subquery(heads.values("name")[:1]),
            line_amount=Subquery(lines.values("amount")[:1]),
            owed=Subquery(owed),
        )
        .order_by("number")
    )


def placed_in(village_id: int) -> QuerySet[Household]:
    """A village's households that have a place on the map, with their stages and head's name."""
    heads = Customer.objects.filter(household=OuterRef("pk"), role=Customer.Role.HEAD)
    return (
        with_stages(Household.objects.filter(village=village_id, position__isnull=False))
        .annotate(
            x=F("position__longitude"),
            y=F("position__latitude"),
            head_name=Subquery(heads.values("name")[:1]),
            group_name=F("group__name"),
        )
        .order_by("number")
    )


def furthest(reached: Iterable[bool]) -> int:
    """The last stage reached, counted from 1; 0 for none."""
    return max((at for at, yes in enumerate(reached, start=1) if yes), default=0)


_NEWEST_ROUND = (
    Campaign.objects.first_rounds()
    .filter(village=OuterRef(OuterRef("village")), concluded_at__isnull=False)
    .order_by("-round")
)
_REACHED = {
    Stage.REVIEWED: Exists(
        Outcome.objects.filter(
            household=OuterRef("pk"), campaign=Subquery(_NEWEST_ROUND.values("pk")[:1])
        )
    ),
    Stage.VISITED: Exists(
        Survey.objects.filter(
            task__household=OuterRef("pk"),
            task__status__in=SEEN,
            seen_on__gte=Coalesce(
                Subquery(_NEWEST_ROUND.values("business_day")[:1]), Value(date.min)
            ),
        )
    ),
    Stage.GRANTED: Exists(
        CreditLine.objects.filter(household=OuterRef("pk")).exclude(status__in=CreditLine.ENDED)
    ),
    Stage.SIGNED: Exists(
        Contract.objects.filter(
            application__customer__household=OuterRef("pk"), status__in=UNDER_CONTRACT
        )
    )
    | Exists(
        LineSigning.objects.filter(line__household=OuterRef("pk")).exclude(
            line__status__in=CreditLine.ENDED
        )
    ),
    Stage.DRAWN: Exists(
        Loan.objects.filter(
            customer__household=OuterRef("pk"), status__in=OWING, principal_left__gt=0
        )
    ),
}
