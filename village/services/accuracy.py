"""What repayment teaches about reviewers: weights for the next campaign 评议准确度."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db import transaction

from core import audit
from core.audit import Deed
from core.models import User
from village.models import ReviewerRecord, Seat
from village.review_rules.accuracy import AccuracyRules, accuracy, chance_of_default

LOWEST_RATE, HIGHEST_RATE = 0.01, 0.5


@dataclass(frozen=True, slots=True)
class Experience:
    """What came of lending to one household, a year or more after ``lent_on``."""

    household_id: int
    defaulted: bool
    lent_on: date


@transaction.atomic
def learn(told: Iterable[Experience], *, as_of: date, actor: User | None = None) -> int:
    """Measure every reviewer's opinions against what came of the loans; returns how many reviewers.

    Only opinions given before the money was lent count. The average default of all loans told is
    what somebody who says nothing would have foretold.
    """
    experience = {each.household_id: each for each in told}
    if not experience:
        return 0
    share = float(np.mean([each.defaulted for each in experience.values()]))
    base_rate = min(max(share, LOWEST_RATE), HIGHEST_RATE)
    opinions: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    seats = Seat.objects.filter(household__in=list(experience), opinion__isnull=False).values_list(
        "reviewer__customer", "household", "opinion", "reviewer__campaign__business_day"
    )
    for person, household, opinion, said_on in seats.iterator(chunk_size=5_000):
        came_of = experience[household]
        if said_on <= came_of.lent_on:
            opinions[person].append((opinion, came_of.defaulted))
    records = [
        _record(person, said, base_rate=base_rate, as_of=as_of)
        for person, said in sorted(opinions.items())
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
