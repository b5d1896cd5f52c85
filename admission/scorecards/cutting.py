"""Where to cut ordered slices, so that good and bad people come apart most and risk runs one way.

The cut is exact: of all ways to join neighbouring slices into at most ``most_bins`` bins which are
large enough and whose bad rate runs as asked, the one with the highest penalised information value.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from admission.scorecards.settings import Binning, Trend

NEVER = -np.inf
CLEARLY, AT_LEAST = 1.15, 0.01
MANY = 3


@dataclass(frozen=True, slots=True)
class Cut:
    """The first slice of every bin but the first, how risk runs over bins, and the worth of it."""

    starts: list[int]
    trend: str
    worth: float


@dataclass(frozen=True, slots=True)
class Population:
    """How many good and bad people training has, whatever their value in this column."""

    goods: int
    bads: int

    def woe(self, goods: NDArray, bads: NDArray, smoothing: float) -> NDArray:
        """ln of the odds of a bin against those of all, with ``smoothing`` average people in it."""
        share = self.goods / (self.goods + self.bads)
        odds = (goods + smoothing * share) / (bads + smoothing * (1 - share))
        return np.log(odds) - np.log(self.goods / self.bads)


@dataclass(frozen=True, slots=True)
class _Spans:
    """What joining the slices i … j-1 gives, for every i < j: worth and bad rate."""

    worth: NDArray
    rate: NDArray

    @property
    def mirrored(self) -> "_Spans":
        """The same slices from right to left."""
        return _Spans(self.worth[::-1, ::-1].T, self.rate[::-1, ::-1].T)

    @property
    def upside_down(self) -> "_Spans":
        """The same slices with falling risk where it rises."""
        return _Spans(self.worth, -self.rate)


def best_cut(
    goods: NDArray, bads: NDArray, population: Population, binning: Binning, trend: Trend
) -> Cut:
    """Join slices (``goods[k]``, ``bads[k]`` people each, in order) into the best bins.

    ``auto`` lets risk turn once (peak, valley) only where that is worth clearly more than one way.
    Where no cut is large enough, everything stays one bin.
    """
    spans = _spans(goods, bads, population, binning)
    rising, falling = spans, spans.upside_down
    chains = {
        "up": _Chains.of(rising, binning.most_bins),
        "down": _Chains.of(falling, binning.most_bins),
    }
    asked = ("up", "down", "peak", "valley") if trend == "auto" else (trend,)
    cuts = {each: chains[each].whole(each) for each in asked if each in chains}
    if trend != "auto" and trend in chains:
        return cuts[trend]
    best = max(cuts.values(), key=lambda cut: cut.worth, default=Cut([], trend, NEVER))
    for name, left, mirrored in (
        ("peak", chains["up"], rising.mirrored),
        ("valley", chains["down"], falling.mirrored),
    ):
        if name in asked:
            right = _Chains.of(mirrored, binning.most_bins)
            turned = _turning(spans, left, right, name)
            clearly = trend == name or (
                turned.worth > max(best.worth, 0) * CLEARLY and turned.worth > best.worth + AT_LEAST
            )
            best = turned if clearly and turned.worth > NEVER else best
    return best if best.worth > NEVER else Cut([], "up", 0.0)


def _spans(goods: NDArray, bads: NDArray, population: Population, binning: Binning) -> _Spans:
    good = np.concatenate([[0], np.cumsum(goods)]).astype(float)
    bad = np.concatenate([[0], np.cumsum(bads)]).astype(float)
    g, b = good[None, :] - good[:, None], bad[None, :] - bad[:, None]
    count = g + b
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = g / population.goods - b / population.bads
        worth = apart * population.woe(g, b, binning.smoothing)
        rate = b / count
    chance = binning.penalty * (1 / population.goods + 1 / population.bads)
    people = population.goods + population.bads
    rarer = count * min(population.goods, population.bads) / people
    # Few of a kind where many are expected is a finding, no accident.
    told = (np.minimum(g, b) >= binning.fewest_events) | (rarer >= MANY * binning.fewest_events)
    large = (count >= binning.fewest_share * people) & told & (count > 0)
    ordered = np.triu(np.ones_like(count, dtype=bool), k=1)
    return _Spans(np.where(large & ordered, worth - chance, NEVER), rate)


@dataclass(frozen=True, slots=True)
class _Chains:
    """Chains of spans with rising rate from the first slice on: ``worth[k, i, j]`` of the best with
    k+1 spans whose last is i … j, and ``before[k, i, j]``, where its last span but one begins."""

    worth: NDArray
    before: NDArray

    @classmethod
    def of(cls, spans: _Spans, most: int) -> "_Chains":
        """All best chains, from the left to the right."""
        size = len(spans.worth)
        worth = np.full((most, size, size), NEVER)
        before = np.zeros((most, size, size), dtype=int)
        worth[0, 0] = spans.worth[0]
        for i in range(1, size - 1):
            order = np.argsort(np.where(np.isfinite(spans.worth[:i, i]), spans.rate[:i, i], np.inf))
            usable = int(np.isfinite(spans.worth[:i, i]).sum())
            if not usable:
                continue
            order = order[:usable]
            ending = worth[:-1, order, i]
            best = np.maximum.accumulate(ending, axis=1)
            new = np.concatenate([np.ones((most - 1, 1), bool), ending[:, 1:] > best[:, :-1]], 1)
            at = np.maximum.accumulate(np.where(new, np.arange(usable), 0), axis=1)
            lower = np.searchsorted(spans.rate[order, i], spans.rate[i, i + 1 :]) - 1
            reached = np.where(lower >= 0, best[:, np.maximum(lower, 0)], NEVER)
            worth[1:, i, i + 1 :] = reached + spans.worth[i, i + 1 :]
            before[1:, i, i + 1 :] = order[at[:, np.maximum(lower, 0)]]
        return cls(worth, before)

    def whole(self, trend: str) -> Cut:
        """The best chain over all slices."""
        last = self.worth[:, :, -1]
        k, i = np.unravel_index(int(np.argmax(last)), last.shape)
        if last[k, i] == NEVER:
            return Cut([], trend, NEVER)
        return Cut(self.starts(int(k), int(i), len(last[0]) - 1), trend, float(last[k, i]))

    def starts(self, k: int, i: int, j: int) -> list[int]:
        """Where the spans of a chain begin, but the first."""
        found = []
        while k > 0:
            found.append(i)
            i, j, k = int(self.before[k, i, j]), i, k - 1
        return found[::-1]


def _turning(spans: _Spans, left: _Chains, right: _Chains, trend: str) -> Cut:
    """Two chains that meet in one span: rising from the left, rising from the right."""
    most, size = left.worth.shape[:2]
    own = np.where(np.isfinite(spans.worth), spans.worth, 0)
    facing = right.worth[:, ::-1, ::-1].transpose(0, 2, 1)
    best, at = NEVER, None
    for k in range(1, most - 1):
        for m in range(1, most - k):
            both = left.worth[k] + facing[m] - own
            place = int(np.argmax(both))
            if both.flat[place] > best:
                best, at = float(both.flat[place]), (k, m, *divmod(place, size))
    if at is None:
        return Cut([], trend, NEVER)
    k, m, i, j = at
    ends = [size - 1 - each for each in right.starts(m, size - 1 - j, size - 1 - i)]
    # Seen from the right a span begins where, seen from the left, it ends.
    return Cut(sorted({*left.starts(k, i, j), *ends}), trend, best)
