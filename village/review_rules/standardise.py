"""One reviewer's answers on a common scale: places in a queue, not points or yuan."""

from functools import lru_cache
from statistics import NormalDist

import numpy as np

_NORMAL = NormalDist()


def standardise(reviewer: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Turn each answer into ``z = Φ⁻¹((rank − ½)/n)`` among the answers of the same reviewer.

    ``reviewer`` names who gave each answer; ``value`` is a score or a rank, higher is better.
    Equal answers share the mean of their places, so whoever gives everybody 50,000 yields 0
    throughout, and generous and strict reviewers become comparable. Standard deviations.
    """
    if reviewer.shape != value.shape:
        raise ValueError("Each answer needs exactly one reviewer.")
    if not np.isfinite(value.astype(float)).all():
        raise ValueError("An answer without a value cannot be ranked.")
    if value.size == 0:
        return np.empty(0)
    order = np.lexsort((value, reviewer))
    by, given = reviewer[order], value[order]
    new_reviewer = np.r_[True, by[1:] != by[:-1]]
    new_tie = new_reviewer | np.r_[True, given[1:] != given[:-1]]
    first, count = _runs(new_reviewer)
    tie_first, tie_count = _runs(new_tie)
    twice_place = 2 * (tie_first - first) + tie_count  # twice (rank − ½), still a whole number
    z = np.empty(value.size)
    z[order] = _quantiles(twice_place, 2 * count)
    return z


def _runs(starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each row, where its run begins and how long it is."""
    at = np.flatnonzero(starts)
    length = np.diff(np.r_[at, starts.size])
    return np.repeat(at, length), np.repeat(length, length)


def _quantiles(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    pairs, back = np.unique(np.c_[numerator, denominator], axis=0, return_inverse=True)
    return np.array([_quantile(int(a), int(b)) for a, b in pairs])[back.reshape(-1)]


@lru_cache(maxsize=65536)
def _quantile(numerator: int, denominator: int) -> float:
    return _NORMAL.inv_cdf(numerator / denominator)
