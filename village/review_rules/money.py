"""The reviewed limit 评议额度: what the neighbours' suggested amounts add up to, in fen."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from statistics import fmean, median, pstdev


class Reading(StrEnum):
    """The two published readings of how amounts become a limit.

    ``TRIMMED_MEAN``: the lowest of three or four, the mean without highest and lowest of more.
    ``LOWEST``: the conclusion never exceeds the lowest amount, however many there are.
    """

    TRIMMED_MEAN = "trimmed_mean"
    LOWEST = "lowest"


class Basis(StrEnum):
    """Which step set the amount before the score factor."""

    TOO_FEW = "too_few"
    LOWEST = "lowest"
    TRIMMED_MEAN = "trimmed_mean"
    MEDIAN_CAP = "median_cap"


@dataclass(frozen=True, slots=True)
class ScoreBand:
    """From ``score`` points upward (0 to 100) a limit is multiplied by ``factor``."""

    score: Decimal
    factor: Decimal


DISPERSION_PLACES = 4

STANDARD_BANDS = (
    ScoreBand(Decimal(90), Decimal("1.0")),
    ScoreBand(Decimal(80), Decimal("0.9")),
    ScoreBand(Decimal(70), Decimal("0.8")),
    ScoreBand(Decimal(60), Decimal("0.6")),
)


@dataclass(frozen=True, slots=True)
class ReviewedLimitPolicy:
    """How a bank turns suggested amounts into a limit.

    Fewer than ``fewest`` amounts give none, ``trim_from`` and more the trimmed mean; ``cap`` is
    the multiple of the median never exceeded. Below the lowest of ``bands`` the factor is 0.
    """

    fewest: int = 3
    trim_from: int = 5
    cap: Decimal = Decimal("1.2")
    bands: tuple[ScoreBand, ...] = STANDARD_BANDS
    reading: Reading = Reading.TRIMMED_MEAN

    def __post_init__(self) -> None:
        if not 1 <= self.fewest <= self.trim_from or self.trim_from < 3:
            raise ValueError("Trimming begins at three amounts, and not below the fewest allowed.")
        if any(above.score <= below.score for above, below in pairwise(self.bands)):
            raise ValueError("Score bands are listed from the highest score down.")

    def factor(self, score: Decimal) -> Decimal:
        """The multiplier for an average sheet score, 0 to 100."""
        return next((band.factor for band in self.bands if score >= band.score), Decimal(0))


@dataclass(frozen=True, slots=True)
class ReviewedLimit:
    """A reviewed limit with the steps that led to it; all amounts in fen, rounded down.

    ``limit_fen`` is None when too few sheets count, which is not a limit of zero. ``dropped_fen``
    are the amounts left out as lowest and highest, ``mean_fen`` the mean of the rest, ``cap_fen``
    the multiple of the median that may not be exceeded.
    """

    valid_sheets: int
    basis: Basis
    dropped_fen: tuple[int, ...] = ()
    mean_fen: int | None = None
    cap_fen: int | None = None
    average_score: Decimal | None = None
    factor: Decimal | None = None
    limit_fen: int | None = None


STANDARD_POLICY = ReviewedLimitPolicy()


def reviewed_limit(
    suggested_fen: Sequence[int],
    average_score: Decimal | None,
    policy: ReviewedLimitPolicy = STANDARD_POLICY,
) -> ReviewedLimit:
    """The limit that the amounts of the sheets that count lead to, with its explanation.

    ``average_score`` is the mean of the same sheets' points, 0 to 100. ValueError for a negative
    amount, or for enough amounts without a score.
    """
    amounts = sorted(suggested_fen)
    if amounts and amounts[0] < 0:
        raise ValueError("A suggested amount is never negative.")
    if len(amounts) < policy.fewest:
        return ReviewedLimit(
            valid_sheets=len(amounts), basis=Basis.TOO_FEW, average_score=average_score
        )
    if average_score is None:
        raise ValueError("Sheets that count have a score.")
    trimmed = policy.reading is Reading.TRIMMED_MEAN and len(amounts) >= policy.trim_from
    kept = amounts[1:-1] if trimmed else amounts
    mean = Fraction(sum(kept), len(kept))
    cap = Fraction(policy.cap) * median(map(Fraction, amounts))
    wished = mean if trimmed else Fraction(amounts[0])
    factor = policy.factor(average_score)
    return ReviewedLimit(
        valid_sheets=len(amounts),
        basis=_basis(trimmed=trimmed, capped=wished > cap),
        dropped_fen=(amounts[0], amounts[-1]) if trimmed else (),
        mean_fen=int(mean),
        cap_fen=int(cap),
        average_score=average_score,
        factor=factor,
        limit_fen=int(min(wished, cap) * Fraction(factor)),
    )


def dispersion(suggested_fen: Sequence[int]) -> float | None:
    """How far apart the amounts are: their standard deviation, as a share of their mean.

    None for fewer than two amounts, and where all of them are nothing.
    """
    if len(suggested_fen) < 2 or not any(suggested_fen):
        return None
    return round(pstdev(suggested_fen) / fmean(suggested_fen), DISPERSION_PLACES)


def _basis(*, trimmed: bool, capped: bool) -> Basis:
    if capped:
        return Basis.MEDIAN_CAP
    return Basis.TRIMMED_MEAN if trimmed else Basis.LOWEST
