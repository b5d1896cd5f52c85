"""Two cards that scored the same people: which tells good from bad better, and whom they swap."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from admission.scorecards.measures import separation, stability
from admission.scorecards.monitoring import DEVIATIONS, FEWEST_ENDS

TENTHS = 10
RISES, STAYS, FALLS = "rises", "stays", "falls"


@dataclass(frozen=True, slots=True)
class Swap:
    """People whom the card in shadow puts into a better band, the same, or a worse one."""

    way: str
    rows: int
    ended: int
    bads: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """``ours`` is the card in shadow, ``theirs`` the champion, on the same people.

    ``standing`` says whether ours tells them apart ``better`` or ``worse`` beyond chance, or
    ``alike``, or that ``too_few`` have ended. ``psi`` is how differently both spread people.
    """

    rows: int
    ended: int
    bads: int
    auc: tuple[float | None, float | None]
    ks: tuple[float | None, float | None]
    off_by: float | None
    standing: str
    psi: float
    swaps: list[Swap]

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def compare(people: pl.DataFrame) -> Comparison:
    """``people`` have ``ours`` and ``theirs`` (scores), ``our_band`` and ``their_band`` (A is the
    best), and ``bad``, which is null where the end is not known."""
    ended = people.drop_nulls("bad")
    bad = ended["bad"].to_numpy()
    ours, theirs = (ended[name].to_numpy().astype(float) for name in ("ours", "theirs"))
    told = separation(ours, bad), separation(theirs, bad)
    bads = int(bad.sum())
    off_by = _error_of_difference(ours, theirs, bad) if told[0].auc is not None else None
    return Comparison(
        rows=people.height,
        ended=ended.height,
        bads=bads,
        auc=(told[0].auc, told[1].auc),
        ks=(told[0].ks, told[1].ks),
        off_by=None if off_by is None else round(off_by, 6),
        standing=_standing(told[0].auc, told[1].auc, off_by, min(bads, ended.height - bads)),
        psi=_psi(people["theirs"].to_numpy(), people["ours"].to_numpy()),
        swaps=_swaps(people),
    )


def _standing(ours: float | None, theirs: float | None, off_by: float | None, fewest: int) -> str:
    if ours is None or theirs is None or off_by is None or fewest < FEWEST_ENDS:
        return "too_few"
    if abs(ours - theirs) <= DEVIATIONS * off_by:
        return "alike"
    return "better" if ours > theirs else "worse"


def _error_of_difference(ours: NDArray, theirs: NDArray, bad: NDArray) -> float:
    """The standard error of the difference of two AUCs of the same people (DeLong, 1988): both are
    wrong about the same people, so that it is smaller than that of either."""
    is_bad = bad.astype(bool)
    (bad_a, good_a), (bad_b, good_b) = (_placements(each, is_bad) for each in (ours, theirs))
    spread = 0.0
    for difference in (bad_a - bad_b, good_a - good_b):
        if len(difference) > 1:
            spread += float(difference.var(ddof=1)) / len(difference)
    return math.sqrt(spread)


def _placements(score: NDArray, is_bad: NDArray) -> tuple[NDArray, NDArray]:
    """Of each bad person the share of good ones above, of each good one that of bad ones below."""
    bads, goods = np.sort(score[is_bad]), np.sort(score[~is_bad])
    above = 1 - _share_below(goods, score[is_bad])
    return above, _share_below(bads, score[~is_bad])


def _share_below(of: NDArray, score: NDArray) -> NDArray:
    """Of each score the share of ``of`` below it; whoever has the same counts half."""
    low, high = (np.searchsorted(of, score, side=side) for side in ("left", "right"))
    return (low + high) / (2 * len(of))


def _psi(before: NDArray, now: NDArray) -> float:
    """Both cards' scores over tenths of the champion's."""
    if not len(before):
        return 0.0
    edges = np.unique(np.quantile(before, np.linspace(0, 1, TENTHS + 1)[1:-1]))
    was, are = (
        np.bincount(np.searchsorted(edges, each, side="right"), minlength=len(edges) + 1)
        for each in (before, now)
    )
    return stability(was.tolist(), are.tolist())


def _swaps(people: pl.DataFrame) -> list[Swap]:
    ours, theirs = pl.col("our_band"), pl.col("their_band")
    way = (
        pl.when(ours < theirs).then(pl.lit(RISES)).when(ours > theirs).then(pl.lit(FALLS))
        .otherwise(pl.lit(STAYS))
    )  # fmt: skip
    told = people.group_by(way.alias("way")).agg(
        rows=pl.len(), ended=pl.col("bad").count(), bads=(pl.col("bad") == 1).sum()
    )
    found = {row["way"]: Swap(**row) for row in told.rows(named=True)}
    return [found.get(each, Swap(each, 0, 0, 0)) for each in (RISES, STAYS, FALLS)]
