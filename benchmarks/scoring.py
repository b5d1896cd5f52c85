"""How long scoring a province takes, against the best plain polars and numpy of the same run.

5,000,000 people × 15 figures of which some are missing. The plain ones know the edges and points of
the same card and nothing else: one writes the polars expression by hand, two use numpy, in the
usual way and in pieces that fit the processor's cache. All must give the same scores. What is
measured of ours is the public function: columns checked against the card, score and probability.

QIANMO_BENCH_PEOPLE makes the province smaller.
"""

import os
import time
from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from admission.scorecards import Card, Settings, score
from admission.scorecards.fitting import fit
from admission.scorecards.settings import Selection
from benchmarks import print_table

NAME = "scoring"
PEOPLE, FIGURES, TRAINED = 5_000_000, 15, 40_000
MISSING = 0.05
PIECE = 65_536
ROUNDS = 5
AIM = 2.5
SEED = 20264


def run() -> dict[str, object]:
    """Score the province in every way, check that all agree, print what each took."""
    people = int(os.environ.get("QIANMO_BENCH_PEOPLE", PEOPLE))
    rng = np.random.default_rng(SEED)
    card = fit(_trained(rng), "bad", Settings(selection=Selection(least_iv=0, most_p=1)))
    if len(card.features) != FIGURES:
        raise ValueError(f"The card asks {len(card.features)} questions, not {FIGURES}.")
    province = _people(rng, people)
    ways: dict[str, Callable[[], NDArray]] = {
        "ours: score and probability": lambda: score(card, province)["score"].to_numpy(),
        "plain polars": lambda: _plain_polars(card, province),
        "plain numpy": lambda: _plain_numpy(card, province),
        "plain numpy, in pieces": lambda: _numpy_in_pieces(card, province),
    }
    seconds = _fastest(ways)
    ours, best = seconds.pop("ours: score and probability"), min(seconds.values())
    ratio = round(ours / best, 2)
    print_table(
        f"{people:,} people × {FIGURES} figures scored",
        ["how", "seconds", "people/s"],
        [
            [how, f"{each:.3f}", f"{people / each:,.0f}"]
            for how, each in {"ours: score and probability": ours, **seconds}.items()
        ],
    )
    print_table(
        "Against the others of the same run",
        ["figure", "measured", "aim"],
        [["seconds, times those of the best plain one", str(ratio), f"≤ {AIM}"]],
    )
    return {
        "name": NAME,
        "people": people,
        "seconds": round(ours, 3),
        "plain_seconds": {how: round(each, 3) for how, each in seconds.items()},
        "ratios": {"to_best_plain": ratio},
        "aims": {"to_best_plain": AIM},
    }


def _people(rng: np.random.Generator, rows: int) -> pl.DataFrame:
    columns = {}
    for at in range(FIGURES):
        figures = rng.standard_normal(rows)
        missing = pl.Series(rng.random(rows) < MISSING)
        columns[f"x{at}"] = pl.select(pl.when(~missing).then(pl.Series(figures))).to_series()
    return pl.DataFrame(columns)


def _trained(rng: np.random.Generator) -> pl.DataFrame:
    people = _people(rng, TRAINED)
    risk = people.fill_null(0).to_numpy().sum(axis=1) * 0.4 - 1.5
    bad = rng.random(TRAINED) < 1 / (1 + np.exp(-risk))
    return people.with_columns(bad=pl.Series(bad.astype(np.int8)))


def _fastest(ways: dict[str, Callable[[], NDArray]]) -> dict[str, float]:
    """The shortest of several rounds, in which the ways take turns; all must say the same."""
    seconds = dict.fromkeys(ways, float("inf"))
    first: NDArray | None = None
    for _round in range(ROUNDS):
        for how, way in ways.items():
            began = time.perf_counter()
            scores = way()
            seconds[how] = min(seconds[how], time.perf_counter() - began)
            first = scores if first is None else first
            if not np.array_equal(first, scores):
                raise ValueError(f"“{how}” gives other scores.")
    return seconds


def _plain_polars(card: Card, people: pl.DataFrame) -> NDArray:
    points = []
    for each in card.features:
        ranges, chain = each.binned.bins[:-1], pl
        for one in ranges[:-1]:
            chain = chain.when(pl.col(each.name) < one.high).then(
                pl.lit(one.points, dtype=pl.Int16)
            )
        chain = chain.when(pl.col(each.name).is_not_null()).then(
            pl.lit(ranges[-1].points, dtype=pl.Int16)
        )
        points.append(chain.otherwise(pl.lit(each.points[-1], dtype=pl.Int16)))
    total = pl.sum_horizontal(pl.lit(card.base_points, dtype=pl.Int16), *points)
    return people.lazy().select(total).collect(engine="streaming").to_series().to_numpy()


def _plain_numpy(card: Card, people: pl.DataFrame) -> NDArray:
    total = np.full(people.height, card.base_points, dtype=np.int16)
    for each in card.features:
        figures = people[each.name].to_numpy()
        places = np.searchsorted(each.binned.edges, figures, side="right")
        places[np.isnan(figures)] = len(each.points) - 1
        total += np.array(each.points, dtype=np.int16)[places]
    return total


def _numpy_in_pieces(card: Card, people: pl.DataFrame) -> NDArray:
    total = np.full(people.height, card.base_points, dtype=np.int16)
    columns = [people[each.name].to_numpy() for each in card.features]
    for start in range(0, people.height, PIECE):
        here = total[start : start + PIECE]
        for each, column in zip(card.features, columns, strict=True):
            figures = column[start : start + PIECE]
            steps = np.diff(each.points[:-1]).astype(np.int16)
            here += np.int16(each.points[0])
            for edge, step in zip(each.binned.edges, steps, strict=True):
                here += (figures >= edge) * step
            here += np.isnan(figures) * np.int16(each.points[-1] - each.points[0])
    return total
