"""A village's opinions, judged as a whole: each household's score and whether to go and look."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from village.review_rules.collusion import CollusionRules, clusters
from village.review_rules.combine import bootstrap_interval, weighted_median
from village.review_rules.keys import Key, listed_order
from village.review_rules.standardise import standardise


class VisitReason(StrEnum):
    """Why a household's score is not to be trusted without a visit."""

    TOO_FEW_OPINIONS = "too_few_opinions"
    WIDE_INTERVAL = "wide_interval"
    COLLUSION_SUSPECTED = "collusion_suspected"


@dataclass(frozen=True, slots=True)
class ScoringRules:
    """How opinions are combined. Widths are standard deviations, ``level`` is 0 to 1.

    Below ``fewest_opinions`` heard opinions, or with an interval wider than ``widest_interval``,
    a household is to be visited.
    """

    collusion: CollusionRules = field(default_factory=CollusionRules)
    fewest_opinions: int = 3
    widest_interval: float = 1.5
    level: float = 0.9
    draws: int = 200


@dataclass(frozen=True, slots=True)
class Opinions:
    """What a village's reviewers said, one entry per valid sheet; a higher value is better.

    ``value`` is a sheet's score, or a rank that counts up from the weakest household.
    """

    reviewer: tuple[Key, ...]
    household: tuple[Key, ...]
    value: tuple[float, ...]

    def __post_init__(self) -> None:
        if not len(self.reviewer) == len(self.household) == len(self.value):
            raise ValueError("Each opinion needs one reviewer, one household and one value.")
        if len(set(zip(self.reviewer, self.household, strict=True))) != len(self.reviewer):
            raise ValueError("One reviewer judges one household once.")


@dataclass(frozen=True, slots=True)
class HouseholdOutcome:
    """One household's standing among its neighbours, in standard deviations from the middle.

    ``score``, ``low`` and ``high`` are None when nobody who judged it said anything. ``opinions``
    counts the sheets that were heard.
    """

    household: Key
    score: float | None
    low: float | None
    high: float | None
    opinions: int
    visit_reasons: tuple[VisitReason, ...]

    @property
    def visit_needed(self) -> bool:
        return bool(self.visit_reasons)


@dataclass(frozen=True, slots=True)
class ReviewerOutcome:
    """How one reviewer was heard; ``cluster`` names the first reviewer of those who err alike.

    ``weight`` is 0 for a reviewer who gave everybody the same: that says nothing of anybody.
    """

    reviewer: Key
    cluster: Key
    cluster_size: int
    weight: float


@dataclass(frozen=True, slots=True)
class VillageOutcome:
    """What a sealed campaign concludes about one village, ordered by id."""

    households: tuple[HouseholdOutcome, ...]
    reviewers: tuple[ReviewerOutcome, ...]

    def scores(self) -> dict[Key, float]:
        """Scores of the households that have one."""
        return {each.household: each.score for each in self.households if each.score is not None}


def judge_village(
    opinions: Opinions,
    *,
    seed: int,
    rules: ScoringRules | None = None,
    accuracy: Mapping[Key, float] | None = None,
) -> VillageOutcome:
    """Combine a village's sealed opinions into one score per household.

    ``accuracy`` holds reviewers' weights earned by repayment, 1 where absent. The order of the
    sheets makes no difference, and the same ``seed`` gives the same intervals.
    """
    rules = rules or ScoringRules()
    if not opinions.value:
        return VillageOutcome(households=(), reviewers=())
    table = _Table.of(opinions)
    cluster = clusters(table.z, rules.collusion)
    size = np.bincount(cluster, minlength=cluster.size)[cluster]
    weight = np.array([(accuracy or {}).get(each, 1.0) for each in table.reviewers]) / size
    weight = np.where(table.silent(), 0.0, weight)
    value, votes, members = table.seats(weight, np.where(size > 1, cluster, -1))
    score = weighted_median(value, votes)
    low, high = bootstrap_interval(value, votes, draws=rules.draws, level=rules.level, seed=seed)
    heard = (votes > 0).sum(axis=1)
    suspected = _shared_membership(members)
    return VillageOutcome(
        households=tuple(
            HouseholdOutcome(
                household=household,
                score=_known(score[at]),
                low=_known(low[at]),
                high=_known(high[at]),
                opinions=int(heard[at]),
                visit_reasons=_visit_reasons(
                    int(heard[at]), float(high[at] - low[at]), bool(suspected[at]), rules
                ),
            )
            for at, household in enumerate(table.households)
        ),
        reviewers=tuple(
            ReviewerOutcome(
                reviewer=reviewer,
                cluster=table.reviewers[cluster[at]],
                cluster_size=int(size[at]),
                weight=float(weight[at]),
            )
            for at, reviewer in enumerate(table.reviewers)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """Standardised opinions: a row per household, a column per reviewer, NaN where none."""

    households: tuple[Key, ...]
    reviewers: tuple[Key, ...]
    z: np.ndarray

    @classmethod
    def of(cls, opinions: Opinions) -> "_Table":
        households, row = _numbered(opinions.household)
        reviewers, column = _numbered(opinions.reviewer)
        z = np.full((len(households), len(reviewers)), np.nan)
        z[row, column] = standardise(column, np.array(opinions.value, dtype=float))
        return cls(households, reviewers, z)

    def silent(self) -> np.ndarray:
        """Which reviewers placed everybody alike, or judged only one household."""
        return ~(np.nan_to_num(self.z) != 0).any(axis=0)

    def seats(
        self, weight: np.ndarray, suspect: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The same opinions pushed together: as many columns as the largest panel has seats.

        Returns opinions, their weights (0 on an empty seat) and the cluster of suspects (−1
        none).
        """
        judged = np.isfinite(self.z)
        widest = int(judged.sum(axis=1).max(initial=1))
        who = np.argsort(~judged, axis=1, kind="stable")[:, :widest]
        taken = np.take_along_axis(judged, who, axis=1)
        value = np.where(taken, np.take_along_axis(self.z, who, axis=1), 0.0)
        return value, np.where(taken, weight[who], 0.0), np.where(taken, suspect[who], -1)


def _numbered(keys: tuple[Key, ...]) -> tuple[tuple[Key, ...], np.ndarray]:
    distinct = tuple(sorted(set(keys), key=listed_order))
    number = {key: at for at, key in enumerate(distinct)}
    return distinct, np.array([number[key] for key in keys], dtype=np.intp)


def _shared_membership(members: np.ndarray) -> np.ndarray:
    """Which panels seat two or more of one cluster; a lone member is a voice like any other."""
    ranked = np.sort(members, axis=1)
    return ((ranked[:, 1:] == ranked[:, :-1]) & (ranked[:, 1:] >= 0)).any(axis=1)


def _visit_reasons(
    heard: int, width: float, suspected: bool, rules: ScoringRules
) -> tuple[VisitReason, ...]:
    found = {
        VisitReason.TOO_FEW_OPINIONS: heard < rules.fewest_opinions,
        VisitReason.WIDE_INTERVAL: width > rules.widest_interval,
        VisitReason.COLLUSION_SUSPECTED: suspected,
    }
    return tuple(reason for reason, holds in found.items() if holds)


def _known(number: float) -> float | None:
    return None if np.isnan(number) else float(number)
