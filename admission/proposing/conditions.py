"""From a leaf of a shallow tree to a condition that people can read and the rule language hears."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier

from admission.features import CATALOGUE
from admission.proposing.table import Column, Table
from core.expressions import Kind

DEPTH = 3
SEED = 42
FEN = 100


@dataclass(frozen=True)
class Side:
    """One step of a path: a column below a value, or not below it."""

    column: int
    edge: float
    below: bool


@dataclass(frozen=True)
class Leaf:
    """The end of a path: how many came here, and how many of them were meant."""

    path: tuple[Side, ...]
    people: int
    meant: float

    @property
    def purity(self) -> float:
        """Share of those meant."""
        return self.meant / self.people if self.people else 0.0


def leaves(table: Table, meant: NDArray, *, least: int) -> list[Leaf]:
    """The leaves of a tree of at most three questions, none with fewer than ``least`` people."""
    tree = DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=least, random_state=SEED)
    tree.fit(table.values, meant)
    return _under(tree.tree_, 0, ())


def _under(tree: object, at: int, path: tuple[Side, ...]) -> list[Leaf]:
    if tree.children_left[at] == -1:
        people = int(tree.n_node_samples[at])
        share = tree.value[at][0]
        meant = share[1] / share.sum() if len(share) > 1 else 0.0
        return [Leaf(path, people, float(meant) * people)]
    column, edge = int(tree.feature[at]), float(tree.threshold[at])
    return [
        *_under(tree, tree.children_left[at], (*path, Side(column, edge, below=True))),
        *_under(tree, tree.children_right[at], (*path, Side(column, edge, below=False))),
    ]


def written(table: Table, path: Sequence[Side]) -> str:
    """A path as a condition, the tightest bound of each column alone."""
    lows: dict[int, float] = {}
    highs: dict[int, float] = {}
    for side in path:
        if side.below:
            highs[side.column] = min(side.edge, highs.get(side.column, math.inf))
        else:
            lows[side.column] = max(side.edge, lows.get(side.column, -math.inf))
    parts = []
    for at in dict.fromkeys(side.column for side in path):
        column = table.columns[at]
        if column.kind in (Kind.BOOL, Kind.TEXT):
            parts.append(_yes_or_no(column, holds=at in lows))
            continue
        if at in lows:
            parts.append(f"{column.feature} >= {_edge(column, lows[at])}")
        if at in highs:
            parts.append(f"{column.feature} < {_edge(column, highs[at])}")
    return " and ".join(parts)


def _yes_or_no(column: Column, *, holds: bool) -> str:
    if column.kind is Kind.TEXT:
        word = column.word.replace("'", "")
        return f"{column.feature} {'==' if holds else '!='} '{word}'"
    return column.feature if holds else f"not {column.feature}"


def _edge(column: Column, edge: float) -> str:
    """Two digits are enough for a person to remember; whole numbers stay whole. Fen are yuan."""
    value = edge / FEN if column.kind is Kind.MONEY else edge
    if column.kind is Kind.INTEGER:
        return str(math.ceil(value))
    if value == 0:
        return "0"
    digits = 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    return str(int(rounded)) if rounded == int(rounded) else f"{rounded:.6f}".rstrip("0")


def satisfied(frame: pl.DataFrame, condition: str) -> NDArray:
    """Of every row whether the condition holds; unknown does not."""
    column = CATALOGUE.parse(condition, want=Kind.BOOL).column()
    return frame.select(column.fill_null(value=False).alias("holds"))["holds"].to_numpy()


def share(part: NDArray, of: NDArray) -> float:
    """How much of ``of`` is in ``part``, 0 to 1."""
    return round(float(np.mean(part[of])), 4) if of.any() else 0.0
