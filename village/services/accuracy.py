"""What repayment teaches about reviewers: weights for the next campaign 评议准确度."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from random import SystemRandom

import numpy as np
from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Coalesce

from core import audit
from core.audit import Deed
from core.models import User
from village.models import ReviewerRecord, Seat
from village.review_rules.accuracy import AccuracyRules, accuracy, chance_of_default

LOWEST_RATE, HIGHEST_RATE = 0.01, 0.5


@dataclass(frozen=True, slots=True)
class Experience:
    """What came of one loan to a household, a year or more after ``lent_on``."""

    household_id: int
    defaulted: bool
    lent_on: date


@dataclass(frozen=True, slots=True)
class _Said:
    """One reviewer's opinion of a household; a second panel's belongs to the round of the first."""

    person: int
    opinion: float
    said_on: date
    began_on: date


@transaction.atomic
def learn(told: Iterable[Experience], *, as_of: date, actor: User | None = None) -> int:
    """Measure every reviewer's opinions against what came of the loans; returns how many reviewers.

    A loan is held against the round of review that it followed, and no other: opinions of earlier
    rounds were not asked about it. The average default of all loans told is what somebody who says
    nothing would have foretold.
    """
    loans = list(told)
    if not loans:
        return 0
    share = float(np.mean([each.defaulted for each in loans]))
    base_rate = min(max(share, LOWEST_RATE), HIGHEST_RATE)
    said_of = _opinions({each.household_id for each in loans})
    opinions: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for loan in loans:
        before = [each for each in said_of[loan.household_id] if each.said_on <= loan.lent_on]
        newest = max((each.began_on for each in before), default=None)
        for each in before:
            if each.began_on == newest:
                opinions[each.person].append((each.opinion, loan.defaulted))
    people = sorted(opinions)
    SystemRandom().shuffle(people)  # a record bears its number, which is not to tell whose it is
    records = [
        _record(person, opinions[person], base_rate=base_rate, as_of=as_of) for person in people
    ]
    ReviewerRecord.objects.bulk_create(
        records,
        update_conflicts=True,
        unique_fields=["customer"],
        update_fields=["loans", "defaults", "brier", "silent", "weight", "as_of"],
        batch_size=2_000,
    )
    audit.record_all(
        ReviewerRecord,
        "village.reviewer.weighed",
        (Deed(each.pk, {"weight": each.weight, "loans": each.loans}) for each in records),
        actor=actor,
    )
    return len(records)


def last_learned() -> date | None:
    """The day on which reviewers were measured last; None where nobody ever was."""
    return ReviewerRecord.objects.aggregate(last=Max("as_of"))["last"]


def _opinions(household_ids: set[int]) -> dict[int, list[_Said]]:
    """What concluded reviews said of these households, by household."""
    seats = (
        Seat.objects.filter(household__in=household_ids, opinion__isnull=False)
        .annotate(
            began_on=Coalesce(
                "reviewer__campaign__follows__business_day", "reviewer__campaign__business_day"
            )
        )
        .values_list(
            "household",
            "reviewer__customer",
            "opinion",
            "reviewer__campaign__business_day",
            "began_on",
        )
    )
    found: dict[int, list[_Said]] = defaultdict(list)
    for household, *said in seats.iterator(chunk_size=5_000):
        found[household].append(_Said(*said))
    return found


def _record(
    person: int, said: list[tuple[float, bool]], *, base_rate: float, as_of: date
) -> ReviewerRecord:
    rules = AccuracyRules()
    z = np.array([opinion for opinion, _came in said])
    defaulted = np.array([float(came) for _opinion, came in said])
    foretold = chance_of_default(z, base_rate=base_rate, strength=rules.opinion_strength)
    return ReviewerRecord(
        customer_id=person,
        loans=len(said),
        defaults=int(defaulted.sum()),
        brier=round(float(np.mean((foretold - defaulted) ** 2)), 6),
        silent=round(float(np.mean((base_rate - defaulted) ** 2)), 6),
        weight=round(accuracy(z, defaulted, base_rate=base_rate, rules=rules), 4),
        as_of=as_of,
    )
