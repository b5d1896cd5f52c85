"""Weighted medians of many households at once, and how far chance could have moved them."""

import numpy as np

_SLACK = 1e-9  # weights such as 1/3 + 1/3 + 1/3 must still count as a whole


def weighted_median(value: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The value with half the weight on either side, for each row; NaN where nobody has weight.

    A cell with weight 0 is not heard. When exactly half the weight lies on one side, the two
    neighbouring values are averaged, so equal weights give the ordinary median.
    """
    order = np.argsort(np.where(weight > 0, value, np.inf), axis=-1)
    return _median_of_sorted(
        np.take_along_axis(value, order, axis=-1), np.take_along_axis(weight, order, axis=-1)
    )


def bootstrap_interval(
    value: np.ndarray, weight: np.ndarray, *, draws: int, level: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Where the weighted median would lie with ``level`` certainty had other neighbours answered.

    Each household's opinions are drawn again with replacement, ``draws`` times, repeatably by
    ``seed``. Returns the lower and upper ends per row, NaN where nobody has weight.
    """
    heard = weight > 0
    order = np.argsort(np.where(heard, value, np.inf), axis=1)
    ranked = np.take_along_axis(value, order, axis=1)
    votes = np.take_along_axis(np.where(heard, weight, 0.0), order, axis=1)
    count = heard.sum(axis=1)
    rows, width = value.shape
    chance = np.random.default_rng(seed).random((draws, rows, width), dtype=np.float32)
    picked = np.minimum(
        (chance * count[:, None]).astype(np.intp), np.maximum(count - 1, 0)[:, None]
    )
    drawn = np.arange(width) < count[:, None]  # as many are drawn as there were
    row_start = np.arange(draws * rows).reshape(draws, rows, 1) * width
    times = np.bincount(
        (picked + row_start).reshape(-1),
        weights=np.broadcast_to(drawn, picked.shape).reshape(-1),
        minlength=draws * rows * width,
    ).reshape(draws, rows, width)
    medians = _median_of_sorted(np.broadcast_to(ranked, times.shape), times * votes)
    tail = (1 - level) / 2
    low, high = np.quantile(medians, [tail, 1 - tail], axis=0)
    return low, high


def _median_of_sorted(value: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """:func:`weighted_median` of rows whose heard values already ascend."""
    reached = np.cumsum(weight, axis=-1)
    half = reached[..., -1:] / 2
    lower = _first(reached >= half - _SLACK, weight)
    upper = _first(reached > half + _SLACK, weight)
    middle = (
        np.take_along_axis(value, lower, axis=-1) + np.take_along_axis(value, upper, axis=-1)
    ) / 2
    return np.where(half > 0, middle, np.nan)[..., 0]


def _first(reached: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The first place that has weight and where ``reached`` is true."""
    return (reached & (weight > 0)).argmax(axis=-1)[..., None]
