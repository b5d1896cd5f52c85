"""What the risk wall counts, each figure by one statement over one day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Count, OuterRef, Subquery
from django.db.models.fields.json import KeyTransform

from admission.models import Decision, Override, Scorecard, ScorecardWatch
from admission.sources.breaker import AFTER_FAILURES


@dataclass(frozen=True)
class Requests:
    """Decisions of one outcome, purpose, branch and hour."""

    outcome: str
    purpose: str
    branch: int
    branch_name: str
    hour: int
    count: int


@dataclass(frozen=True)
class RuleCount:
    """How many decisions one rule held for, and how many of those were refused for it."""

    code: str
    name: str
    level: str
    hits: int
    refused: int


@dataclass(frozen=True)
class SourceHealth:
    """How one source answered since a moment; ``newest`` are its last statuses, newest first."""

    source: str
    asked: int
    failed: int
    quarantined: int
    p50_ms: float
    p95_ms: float
    asked_last: datetime
    newest: tuple[str, ...]


@dataclass(frozen=True)
class Drift:
    """A scorecard in use and how far the people it last scored have moved; None before a look."""

    scorecard: int
    name: str
    status: str
    psi: float | None
    standing: str
    on: date | None


# What ``Decision.objects.requests()`` says, of the decision d.
_IS_REQUEST = """NOT (d.outcome = 'wait' AND EXISTS (
       SELECT FROM admission_decision n WHERE n.customer_id = d.customer_id AND n.id > d.id
          AND n.purpose = d.purpose AND n.as_of = d.as_of))
   AND d.outcome <> d.rules_outcome
   AND (d.override_id IS NULL OR EXISTS (
       SELECT FROM admission_decision e WHERE e.override_id = d.override_id AND e.id < d.id))"""
_REQUESTS = f"""
SELECT d.outcome, d.purpose, b.id, b.name,
       extract(hour FROM d.decided_at AT TIME ZONE %(zone)s)::int, count(*)
  FROM admission_decision d JOIN village_village v ON v.id = d.village_id
  JOIN village_grid g ON g.id = v.grid_id JOIN core_branch b ON b.id = g.branch_id
 WHERE d.as_of = %(day)s AND {_IS_REQUEST}
 GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608 - no word of it comes from outside


def last_day(*, before: date) -> date | None:
    """The newest day with a decision before this one."""
    earlier = Decision.objects.filter(as_of__lt=before).order_by("-as_of")
    return earlier.values_list("as_of", flat=True).first()


def requests(day: date, *, zone: str) -> list[Requests]:
    """The decisions of a day; hours are those of the clock in ``zone``."""
    return [Requests(*row) for row in _rows(_REQUESTS, {"day": day, "zone": zone})]


# What ``Decision.objects.refused_for()`` says, of the hit of the decision d.
_REFUSED_FOR = """d.outcome = 'refuse' AND hit->>'level' = CASE
            WHEN d.hits @> '[{"level": "high"}]' THEN 'high'
            WHEN d.hits @> '[{"level": "medium"}]' THEN 'medium' ELSE 'low' END"""
_RULES = f"""
SELECT hit->>'code', min(hit->>'name'), min(hit->>'level'), count(*),
       count(*) FILTER (WHERE {_REFUSED_FOR})
  FROM admission_decision d CROSS JOIN LATERAL jsonb_array_elements(d.hits) AS hit
 WHERE d.as_of = %(day)s AND d.hits <> '[]' AND {_IS_REQUEST}
 GROUP BY 1 ORDER BY 4 DESC, 1
"""  # noqa: S608 - no word of it comes from outside


def rules(day: date) -> list[RuleCount]:
    """Which rules held on a day, the most frequent first."""
    return [RuleCount(*row) for row in _rows(_RULES, {"day": day})]


_SOURCES = """
SELECT source, count(*), count(*) FILTER (WHERE status = 'failed'),
       count(*) FILTER (WHERE status = 'quarantined'),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY took_ms),
       percentile_cont(0.95) WITHIN GROUP (ORDER BY took_ms),
       max(asked_at), (array_agg(status::text ORDER BY id DESC))[1:%(newest)s]
  FROM admission_sourcerecord WHERE asked_at >= %(since)s GROUP BY source ORDER BY source
"""


def sources(since: datetime) -> list[SourceHealth]:
    """How every source asked since a moment has answered."""
    rows = _rows(_SOURCES, {"since": since, "newest": AFTER_FAILURES})
    return [SourceHealth(*row[:-1], newest=tuple(row[-1])) for row in rows]


def days(first: date, last: date) -> list[tuple[date, str, int]]:
    """How many decisions of which outcome there were on the days from one to another."""
    counted = (
        Decision.objects.requests()
        .filter(as_of__gte=first, as_of__lte=last)
        .order_by("as_of", "outcome")
        .values_list("as_of", "outcome")
        .annotate(count=Count("pk"))
    )
    return list(counted)


def drifts() -> list[Drift]:
    """Every scorecard in use with its newest look at people it scored."""
    newest = ScorecardWatch.objects.filter(scorecard=OuterRef("pk")).order_by("-id")
    psi = KeyTransform("psi", KeyTransform("everybody", "result"))
    used = [Scorecard.Status.CHAMPION, Scorecard.Status.SHADOW, Scorecard.Status.SUSPENDED]
    rows = (
        Scorecard.objects.filter(status__in=used)
        .order_by("segment", "version")
        .annotate(seen=Subquery(newest.values(told=psi)[:1]), at=Subquery(newest.values("at")[:1]))
        .only("segment", "version", "status")
    )
    return [
        Drift(
            scorecard=each.pk,
            name=str(each),
            status=each.status,
            psi=(each.seen or {}).get("value"),
            standing=(each.seen or {}).get("standing", ""),
            on=each.at.date() if each.at else None,
        )
        for each in rows
    ]


def overrides_waiting() -> int:
    """Overrides proposed that a second person has yet to settle."""
    return Override.objects.filter(status=Override.Status.PROPOSED).count()


def overrides_approved(day: date) -> int:
    """Overrides to which a second person agreed on a day."""
    return Override.objects.filter(status__in=Override.AGREED, settled_at__date=day).count()


def _rows(query: str, params: dict[str, object]) -> Sequence[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchall()
