"""Customers who are alike in many features at once, each group put into a condition."""

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from admission.proposing.conditions import SEED, Leaf, leaves, satisfied, share, written
from admission.proposing.proposal import Found, Proposed, Trait
from admission.proposing.table import Table, table_of
from core.expressions import Kind

FEWEST_GROUPS, MOST_GROUPS = 3, 8
MOST_COMPARED = 2_000
LEAST_OF_A_LEAF = 0.02
MOST_PATHS, PURE_ENOUGH = 2, 0.6
MOST_TRAITS = 5


def propose_clusters(frame: pl.DataFrame) -> Found:
    """Groups among the rows of ``frame``, as many as stand apart best. Raises Unusable.

    k-means on ranks; the number of groups is that of the highest silhouette. A group that no short
    condition describes is not proposed.
    """
    table = table_of(frame)
    groups, apart = _grouped(table.ranks)
    made = []
    for number in range(int(groups.max()) + 1):
        found = _described(frame, table, groups == number)
        if found is not None:
            made.append(found)
    made.sort(key=lambda each: (-each.size, each.condition))
    figures = {"groups": int(groups.max()) + 1, "silhouette": round(apart, 4),
               "columns": len(table.columns)}  # fmt: skip
    return Found(frame.height, figures, tuple(made))


def _grouped(ranks: NDArray) -> tuple[NDArray, float]:
    """Everybody's group, and how far groups stand apart (-1 to 1)."""
    best: tuple[float, NDArray] | None = None
    compared = np.random.default_rng(SEED).permutation(len(ranks))[:MOST_COMPARED]
    for count in range(FEWEST_GROUPS, MOST_GROUPS + 1):
        groups = KMeans(count, n_init=2, random_state=SEED).fit_predict(ranks)
        apart = float(silhouette_score(ranks[compared], groups[compared]))
        if best is None or apart > best[0] + 1e-9:
            best = (apart, groups)
    return best[1], best[0]


def _described(frame: pl.DataFrame, table: Table, members: NDArray) -> Proposed | None:
    least = max(int(LEAST_OF_A_LEAF * len(members)), 1)
    found = leaves(table, members.astype(int), least=least)
    pure = [each for each in found if each.purity >= PURE_ENOUGH and each.path]
    pure.sort(key=lambda each: -each.meant)
    if not pure:
        return None
    condition = _either(table, pure[:MOST_PATHS])
    named = satisfied(frame, condition)
    if not named.any():
        return None
    return Proposed(
        condition=condition,
        size=int(named.sum()),
        share=round(float(named.mean()), 4),
        purity=share(members, named),
        reach=share(named, members),
        traits=traits(table, named),
    )


def _either(table: Table, found: list[Leaf]) -> str:
    texts = list(dict.fromkeys(written(table, each.path) for each in found))
    return texts[0] if len(texts) == 1 else " or ".join(f"({each})" for each in texts)


def traits(table: Table, named: NDArray) -> tuple[Trait, ...]:
    """In what these people differ most from everybody, by mean rank."""
    ranks = table.ranks
    off = ranks[named].mean(axis=0) - ranks.mean(axis=0)
    order = np.argsort(-np.abs(off), kind="stable")[:MOST_TRAITS]
    return tuple(_trait(table, int(at), named) for at in order)


def _trait(table: Table, at: int, named: NDArray) -> Trait:
    column, values = table.columns[at], table.values[:, at]
    middle = np.mean if column.kind in (Kind.BOOL, Kind.TEXT) else np.median
    return Trait(
        column.feature,
        column.word,
        round(float(middle(values[named])), 4),
        round(float(middle(values)), 4),
    )
