"""How a feature lies over a county: how many know it, where its values are, how they drifted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import polars as pl

SHOWN = {"least": 0.0, "p10": 0.1, "p25": 0.25, "middle": 0.5, "p75": 0.75, "p90": 0.9, "most": 1.0}
"""Quantiles that the dictionary shows."""
DECILES = [n / 10 for n in range(1, 10)]
WORDS_SHOWN = 20
OTHERS, UNKNOWN = "…", "?"
AS_GOOD_AS_NOBODY = 1e-4
"""The share a bin counts with where nobody is in it: a logarithm knows no zero."""


@dataclass(frozen=True)
class Measured:
    """One feature on one day. ``bins`` are its counts, unknown as a bin of its own: a source that
    falls silent is a drift as well. ``psi`` is against the bins before, None without any."""

    customers: int
    known: int
    shape: dict[str, Any]
    bins: dict[str, Any]
    psi: float | None


def measure(values: pl.Series, before: Mapping[str, Any] | None) -> Measured:
    """Measure a column; ``before`` are the bins of the run before, whose edges are used again."""
    known = values.drop_nulls()
    if values.dtype == pl.String:
        shape, bins = _words(known)
    elif values.dtype == pl.Boolean:
        shape, bins = _words(known.cast(pl.String))
    else:
        shape, bins = _figures(known, before)
    bins["counts"][UNKNOWN] = len(values) - len(known)
    return Measured(
        customers=len(values),
        known=len(known),
        shape=shape,
        bins=bins,
        psi=drift(before["counts"], bins["counts"]) if before else None,
    )


def _words(known: pl.Series) -> tuple[dict[str, Any], dict[str, Any]]:
    counted = known.value_counts(sort=True)
    most = dict(counted.head(WORDS_SHOWN).iter_rows())
    others = len(known) - sum(most.values())
    if others:
        most[OTHERS] = others
    return {"words": most}, {"counts": dict(most)}


def _figures(
    known: pl.Series, before: Mapping[str, Any] | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Days are counted as days since 1970."""
    numbers = known.cast(pl.Int32) if known.dtype == pl.Date else known
    numbers = numbers.cast(pl.Float64)
    shape = {name: numbers.quantile(cut, "nearest") for name, cut in SHOWN.items()}
    shape["mean"] = numbers.mean()
    edges = list(before["edges"]) if before and before.get("edges") else _edges(numbers)
    return shape, {"edges": edges, "counts": _counts(numbers, edges)}


def _edges(numbers: pl.Series) -> list[float]:
    cuts = {numbers.quantile(cut, "nearest") for cut in DECILES}
    return sorted(cut for cut in cuts if cut is not None)


def _counts(numbers: pl.Series, edges: Sequence[float]) -> dict[str, int]:
    """How many lie in each bin, an edge belonging to the bin below it."""
    sorted_edges = pl.Series(edges, dtype=pl.Float64)
    places = sorted_edges.search_sorted(numbers, side="left") if edges else numbers * 0
    return {str(int(place)): count for place, count in places.value_counts().iter_rows()}


def drift(before: Mapping[str, int], now: Mapping[str, int]) -> float | None:
    """The population stability index of two counts over the same bins; None where one is empty.

    Below 0.1 little has moved, above 0.25 the population is another one.
    """
    then, today = sum(before.values()), sum(now.values())
    if not then or not today:
        return None
    moved = 0.0
    for each in before.keys() | now.keys():
        expected = max(before.get(each, 0) / then, AS_GOOD_AS_NOBODY)
        actual = max(now.get(each, 0) / today, AS_GOOD_AS_NOBODY)
        moved += (actual - expected) * log(actual / expected)
    return round(moved, 4)
