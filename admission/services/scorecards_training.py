"""Scorecards trained on the county's own history: its decisions, loans and repayments."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
from django.db import connection
from django.utils.translation import gettext as _

from admission.errors import NoScorePolicy, ScorecardRefused
from admission.models import Authorisation, CardSegment, Decision, Scorecard
from admission.scorecard_words import in_words
from admission.scorecards import Unusable
from admission.scoring import SCORABLE, SEGMENTS
from admission.scoring.history import (
    FEWEST_OF_A_KIND,
    TARGET,
    Counted,
    Performing,
    counted,
    labelled,
)
from admission.services import scorecards, scoring
from admission.services.stored_inputs import frame_of
from admission.sources.performance import performance
from core.models import User

if TYPE_CHECKING:
    from admission.scorecards.splitting import Split

BY_TIME, BY_VILLAGE, BY_CHANCE = "time", "village", "chance"
SPLITS = (BY_TIME, BY_VILLAGE, BY_CHANCE)
_DECISIONS = {
    "decision": pl.Int64,
    "customer_id": pl.Int64,
    "as_of": pl.Date,
    "village": pl.String,
}


PEOPLE_AT_ONCE = 5_000
"""Decisions whose inputs are read together."""
_STORED = """
SELECT d.id, (SELECT coalesce(jsonb_object_agg(each.key, each.value), '{}')
                FROM jsonb_each(d.inputs) each WHERE each.key = ANY(wanted.names))::text
  FROM admission_decision d JOIN unnest(%s::bigint[]) asked (id) USING (id),
       (SELECT %s::text[] AS names) wanted
"""


@dataclass(frozen=True)
class History:
    """Everybody whose end is known or will be: a row a decision, with the segment it fell into."""

    people: pl.DataFrame
    how: Performing
    day: date

    def counts(self) -> list[Counted]:
        """Of each segment how many there are to learn from."""
        return counted(self.people, SEGMENTS)

    def of(self, segment: str) -> pl.DataFrame:
        """The people of one segment whose end is known, bad or good, with the features of that
        day: read from the database here, since counting does without."""
        known = pl.col("is_mature") & pl.col(TARGET).is_not_null()
        people = self.people.filter(known & (pl.col("segment") == segment))
        return people.hstack(_inputs(people["decision"].to_list(), SCORABLE))


def history(how: Performing, *, day: date) -> History:
    """What the county's decisions came to by ``day``. A handful of queries, however many people.

    Whose segment somebody belongs to is what the policy in force says of the inputs stored then.
    Raises NoScorePolicy.
    """
    used = scored_by()
    loans = performance(how.months, day=day)
    people = labelled(_decisions(loans, day), loans, how)
    inputs = _inputs(people["decision"].to_list(), used.book.fields)
    segments = used.book.segments(inputs)["segment"]
    return History(people.with_columns(segment=segments), how, day)


def scored_by() -> scoring.Scoring:
    """The scoring policy that says who belongs to which segment. Raises NoScorePolicy."""
    used = scoring.in_force()
    if used is None:
        raise NoScorePolicy(_("Put a scoring policy into force first: it says who is whose."))
    return used


def _decisions(loans: pl.DataFrame, day: date) -> pl.DataFrame:
    borrowers = loans["customer_id"].unique().to_list()
    rows = (
        Decision.objects.standing()
        .filter(customer__in=borrowers, as_of__lte=day)
        .exclude(purpose=Authorisation.Purpose.GUARANTEE)  # it says nothing of loans of their own
        .order_by("id")
        .values_list("id", "customer_id", "as_of", "village__code")
    )
    return pl.DataFrame(list(rows), schema=_DECISIONS, orient="row")


def _inputs(decisions: list[int], names: Collection[str]) -> pl.DataFrame:
    """Some fields as they were stored with decisions, in their order; the rest of what was stored,
    some hundred fields each, stays in the database."""
    pieces = [
        _some_inputs(decisions[start : start + PEOPLE_AT_ONCE], names)
        for start in range(0, max(len(decisions), 1), PEOPLE_AT_ONCE)
    ]
    return pl.concat(pieces)


def _some_inputs(decisions: list[int], names: Collection[str]) -> pl.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(_STORED, (decisions, sorted(names)))
        stored = dict(cursor.fetchall())
    return frame_of((json.loads(stored[each]) for each in decisions), names)


def draft_from(
    known: History,
    segment: str,
    *,
    split: str,
    actor: User,
) -> Scorecard:
    """A new draft for a segment, to be fitted by a worker, with its rows sealed as files.

    Raises ScorecardRefused with the counts where there are too few to learn from.
    """
    (count,) = [each for each in known.counts() if each.segment == segment]
    if not count.is_enough:
        raise ScorecardRefused(too_few(count))
    try:
        parts = _split(known.of(segment), split)
    except Unusable as exc:
        raise ScorecardRefused(in_words(exc)) from exc
    return scorecards.draft(
        segment,
        train=_as_csv(parts.train),
        test=_as_csv(parts.test),
        target=TARGET,
        settings={},
        actor=actor,
        note=_("The county's own history until %(day)s.") % {"day": known.day},
        origin={
            "day": known.day.isoformat(),
            "split": split,
            **asdict(known.how),
            **asdict(count),
        },
    )


def too_few(count: Counted) -> str:
    """How many there are, and how many it takes."""
    return _(
        "%(segment)s: too few to train on. Seen long enough: %(bads)s bad, %(goods)s good, "
        "%(between)s neither; not yet long enough: %(young)s. At least %(least)s bad and "
        "%(least)s good are needed."
    ) % {
        "segment": CardSegment(count.segment).label,
        "bads": count.bads,
        "goods": count.goods,
        "between": count.between,
        "young": count.too_young,
        "least": FEWEST_OF_A_KIND,
    }


def _split(people: pl.DataFrame, how: str) -> "Split":
    # Scikit-learn takes a second and 60 MB to load: only who trains pays for it.
    from admission.scorecards.splitting import by_group, by_time, stratified

    if how == BY_TIME:
        return by_time(people, "as_of")
    if how == BY_VILLAGE:
        return by_group(people, "village")
    return stratified(people, TARGET)


def _as_csv(people: pl.DataFrame) -> bytes:
    """Features and target alone: no key leads from a sealed file back to a person."""
    kept = [name for name in people.columns if name in SCORABLE]
    return people.select(*kept, TARGET).write_csv().encode()
