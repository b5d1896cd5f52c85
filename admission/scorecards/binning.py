"""Cutting a column into bins: figures into ranges, words into groups, by what training says."""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from admission.scorecards.bins import Bin, Binned, empty_bins
from admission.scorecards.cutting import Population, best_cut
from admission.scorecards.errors import Unusable
from admission.scorecards.settings import Override, Settings

RARE_SHARE, RARE_COUNT = 0.005, 10
RANGES_COST = 3
"""What a cut that is looked for costs, in cuts drawn beforehand: without any meaning, the best of
all ways to cut fifty slices shows about three times the chi-square of one way."""


@dataclass(frozen=True, slots=True)
class _Slices:
    """Neighbouring values with how many good and bad people have them."""

    goods: NDArray
    bads: NDArray


def bin_column(
    column: pl.Series, bad: pl.Series, *, is_text: bool, population: Population, settings: Settings
) -> Binned:
    """The bins of one column of training, counted and with their WOE.

    ``bad`` is 1 for the bad, 0 for the good. Bins drawn by hand are taken as they are.
    """
    by_hand = settings.overrides.get(column.name, Override())
    codes = empty_bins(settings.codes_of(column.name))
    frame = pl.DataFrame({"value": column, "bad": bad}).filter(pl.col("value").is_not_null())
    apart = [word if is_text else each.code for each in codes[:-1] for word in each.words]
    if apart:
        frame = frame.filter(~pl.col("value").is_in(apart))
    if is_text:
        bins, trend, freedom = _groups(frame, column.name, population, settings, by_hand)
    else:
        bins, trend = _ranges(frame, population, settings, by_hand)
        freedom = RANGES_COST * (len(bins) - 1)
    drawn = Binned(column.name, is_text, trend, (*bins, *codes), freedom)
    return count(drawn, column, bad, population, settings.binning.smoothing)


def count(
    binned: Binned, column: pl.Series, bad: pl.Series, population: Population, smoothing: float
) -> Binned:
    """The same bins with the people of ``column`` in them; the one WOE table of the card."""
    frame = pl.DataFrame({binned.name: column, "…bad": bad})
    goods, bads = outcomes(binned, frame, "…bad")
    woe = population.woe(goods, bads, smoothing)
    return binned.counted(goods.tolist(), bads.tolist(), [round(each, 10) for each in woe.tolist()])


def outcomes(binned: Binned, frame: pl.DataFrame, bad: str) -> tuple[NDArray, NDArray]:
    """How many good and how many bad people of ``frame`` are in each bin."""
    size = len(binned.bins)
    place = binned.mapped(range(size), unseen=size, dtype=pl.Int32)
    places = frame.select(place).to_series().to_numpy()
    is_bad = frame[bad].to_numpy().astype(bool)
    goods = np.bincount(places[~is_bad], minlength=size + 1)[:size]
    return goods, np.bincount(places[is_bad], minlength=size + 1)[:size]


def _ranges(
    frame: pl.DataFrame, population: Population, settings: Settings, by_hand: Override
) -> tuple[tuple[Bin, ...], str]:
    if by_hand.edges:
        return _between(sorted(set(by_hand.edges))), "by hand"
    if frame.is_empty():
        return _between([]), "up"
    values, slices = _fine_slices(frame, settings.binning.fine_bins)
    cut = best_cut(
        slices.goods, slices.bads, population, settings.binning,
        by_hand.trend or settings.binning.trend,
    )  # fmt: skip
    edges = [roundest(*values[start]) for start in cut.starts]
    return _between(edges), cut.trend


def _between(edges: Sequence[float]) -> tuple[Bin, ...]:
    ends = [None, *edges, None]
    return tuple(Bin("range", low, high) for low, high in zip(ends[:-1], ends[1:], strict=True))


def _fine_slices(frame: pl.DataFrame, most: int) -> tuple[list[tuple[float, float]], _Slices]:
    """At most ``most`` slices of about equal size; of each the value before it and its first."""
    each = (
        frame.group_by("value")
        .agg(rows=pl.len(), bads=pl.col("bad").sum())
        .sort("value")
        .select(pl.col("value").cast(pl.Float64), "rows", pl.col("bads").cast(pl.Int64))
    )
    rows = each["rows"].to_numpy().astype(float)
    if each.height > most:
        middle = np.cumsum(rows) - rows / 2
        slice_of = np.minimum((middle / rows.sum() * most).astype(int), most - 1)
    else:
        slice_of = np.arange(each.height)
    starts = np.flatnonzero(np.diff(slice_of, prepend=-1))
    count = np.add.reduceat(rows, starts)
    bads = np.add.reduceat(each["bads"].to_numpy(), starts)
    values = each["value"].to_list()
    between = [(values[max(at - 1, 0)], values[at]) for at in starts.tolist()]
    return between, _Slices(count - bads, bads)


def roundest(low: float, high: float) -> float:
    """The number above ``low`` and not above ``high`` with the fewest figures: 30 for 25 and 31.

    A card can keep no edge at infinity: of what lies between the largest figure and that, any will
    do.
    """
    if math.isinf(high) and not math.isinf(low):
        high = min(max(2 * abs(low), 1.0), sys.float_info.max)
    if not low < high:
        return high
    below, above = Decimal(repr(low)), Decimal(repr(high))
    if below < 0 <= above:
        return 0.0
    largest = max(abs(below), abs(above)).adjusted()
    for place in range(largest, largest - 18, -1):
        unit = Decimal(1).scaleb(place)
        tried = (above / unit).to_integral_value(ROUND_FLOOR) * unit
        if below < tried <= above and low < float(tried) <= high:
            return float(tried)
    return high


def _groups(
    frame: pl.DataFrame, name: str, population: Population, settings: Settings, by_hand: Override
) -> tuple[tuple[Bin, ...], str, int]:
    words = (
        frame.group_by("value")
        .agg(rows=pl.len(), bads=pl.col("bad").sum())
        .select("value", "rows", pl.col("bads").cast(pl.Int64))
        .sort("value")
    )
    if by_hand.groups:
        return _grouped_by_hand(by_hand, name), "by hand", len(by_hand.groups) - 1
    if words.is_empty():
        return (), "up", 0
    named, slices = _by_risk(words, population, settings.binning.smoothing)
    cut = best_cut(slices.goods, slices.bads, population, settings.binning, "up")
    ends = [*cut.starts, len(named)]
    groups, begin = [], 0
    for end in ends:
        groups.append(Bin("group", values=tuple(sorted(sum(named[begin:end], [])))))
        begin = end
    return tuple(groups), cut.trend, len(named) - 1 if len(groups) > 1 else 0


def _grouped_by_hand(by_hand: Override, name: str) -> tuple[Bin, ...]:
    words = [word for group in by_hand.groups for word in group]
    if len(words) != len(set(words)):
        twice = next(word for word in words if words.count(word) > 1)
        raise Unusable("%(column)s: “%(word)s” is in two groups.", column=name, word=twice)
    return tuple(Bin("group", values=group) for group in by_hand.groups)


def _by_risk(
    words: pl.DataFrame, population: Population, smoothing: float
) -> tuple[list[list[str]], _Slices]:
    """Words from the safest to the riskiest; those too rare to be judged stand together as one."""
    people = population.goods + population.bads
    rare = words["rows"] < max(RARE_COUNT, RARE_SHARE * people)
    lone = words.filter(~rare)
    named = [[word] for word in lone["value"]]
    rows, bads = lone["rows"].to_list(), lone["bads"].to_list()
    if rare.any():
        pooled = words.filter(rare)
        named.append(pooled["value"].to_list())
        rows.append(pooled["rows"].sum())
        bads.append(pooled["bads"].sum())
    bad = np.array(bads)
    good = np.array(rows) - bad
    order = np.argsort(-population.woe(good, bad, smoothing), kind="stable")
    return [named[at] for at in order], _Slices(good[order], bad[order])
