"""Reproducible chance: every subject draws from its own stream, so adding one moves no other."""

from zlib import crc32

import numpy as np
import polars as pl
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


def stream(seed: int, subject: str) -> np.random.Generator:
    """The chance of one subject in one county: same seed, same draws, on every machine."""
    return np.random.default_rng([seed, crc32(subject.encode())])


def happens(
    rng: np.random.Generator, merit: Numbers, rate: float | Numbers, *, tilt: float = 0.6
) -> Flags:
    """Whether something bad happens to each person, ``rate`` of them on average.

    ``tilt`` says how strongly it avoids merit: at 0.6 somebody one standard deviation better than
    the rest meets it little more than half as often. A negative tilt makes it a good thing.
    """
    chance = rate * np.exp(-tilt * merit - tilt * tilt / 2)
    return rng.random(merit.size) < chance


def money(
    rng: np.random.Generator,
    median: float | Numbers,
    spread: float,
    *,
    count: int | None = None,
    step: int = 100,
) -> Whole:
    """Amounts in yuan around ``median``, skewed as amounts of money are, in steps of ``step``."""
    drawn = median * np.exp(spread * rng.standard_normal(count or np.size(median)))
    return (np.round(drawn / step) * step).astype(np.int64)


def pick(rng: np.random.Generator, options: list[str], weights: list[float], count: int) -> NDArray:
    """``count`` draws from ``options`` in proportion to ``weights``."""
    ladder = np.cumsum(weights) / np.sum(weights)
    return np.array(options)[np.searchsorted(ladder, rng.random(count), side="right")]


def nullable(values: NDArray, known: Flags) -> pl.Series:
    """``values`` where they are known, and nothing elsewhere."""
    return pl.Series(values).set(pl.Series(~known), None)
