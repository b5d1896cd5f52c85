"""How well scores tell good from bad, how steady they are, and how honest their probabilities."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SHOWN_POINTS = 100
LEAST_SHARE = 1e-4


@dataclass(frozen=True, slots=True)
class Separation:
    """AUC and KS of one set of people; both None where only one kind of people is in it."""

    rows: int
    bads: int
    auc: float | None
    ks: float | None


@dataclass(frozen=True, slots=True)
class Band:
    """A tenth of the people by score, from the riskiest: how many, how many bad, and so far."""

    lowest: float
    highest: float
    rows: int
    bads: int
    bad_rate: float
    share_of_rows: float
    share_of_bads: float
    share_of_goods: float
    lift: float
    expected_rate: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Shares of the good and of the bad at or below each score: ROC is one against the other, KS
    their widest distance."""

    scores: list[float]
    goods: list[float]
    bads: list[float]


def separation(score: NDArray, bad: NDArray) -> Separation:
    """AUC (0.5 is chance) and KS (0 to 1) of ``score``, of which a low one means risk."""
    rows, bads = len(bad), int(bad.sum())
    if bads in {0, rows}:
        return Separation(rows, bads, None, None)
    _values, good_at, bad_at = _by_score(score, bad)
    below = np.cumsum(good_at) - good_at
    # A bad person below a good one is a pair told apart; one at the same score is half of one.
    wrong = float((bad_at * (below + good_at / 2)).sum())
    auc = 1 - wrong / (bads * (rows - bads))
    apart = np.cumsum(bad_at) / bads - np.cumsum(good_at) / (rows - bads)
    return Separation(rows, bads, round(auc, 6), round(float(apart.max()), 6))


def curve(score: NDArray, bad: NDArray) -> Curve:
    """At most a hundred points of the distribution of both kinds, and always where KS is."""
    values, good_at, bad_at = _by_score(score, bad)
    goods, bads = np.cumsum(good_at) / good_at.sum(), np.cumsum(bad_at) / bad_at.sum()
    places = np.unique(np.linspace(0, len(values) - 1, SHOWN_POINTS).astype(int))
    places = np.union1d(places, [int(np.argmax(bads - goods))])
    return Curve(
        *(
            [round(float(x), 6) for x in column[places]]
            for column in (values.astype(float), goods, bads)
        )
    )


def gains(score: NDArray, bad: NDArray, pd: NDArray, tenths: int = 10) -> list[Band]:
    """People in bands of about a tenth; equal scores are never put apart."""
    order = np.argsort(score, kind="stable")
    score, bad, pd = score[order], bad[order].astype(float), pd[order]
    wanted = np.linspace(0, len(score), tenths + 1)[1:-1].astype(int)
    cuts = sorted({int(np.searchsorted(score, score[at], side="left")) for at in wanted} - {0})
    starts, ends = [0, *cuts], [*cuts, len(score)]
    total, overall = bad.sum(), bad.mean()
    bands = []
    for start, end in zip(starts, ends, strict=True):
        here = bad[start:end]
        bands.append(
            Band(
                lowest=float(score[start]),
                highest=float(score[end - 1]),
                rows=end - start,
                bads=int(here.sum()),
                bad_rate=round(float(here.mean()), 6),
                share_of_rows=round(end / len(score), 6),
                share_of_bads=round(float(bad[:end].sum() / total), 6),
                share_of_goods=round(float((1 - bad[:end]).sum() / (len(bad) - total)), 6),
                lift=round(float(here.mean() / overall), 4),
                expected_rate=round(float(pd[start:end].mean()), 6),
            )
        )
    return bands


def calibration_error(bands: Sequence[Band]) -> float:
    """How far, on average over people, what was expected is from what came (a share)."""
    rows = sum(each.rows for each in bands)
    off = sum(abs(each.expected_rate - each.bad_rate) * each.rows for each in bands)
    return round(off / rows, 6)


def stability(before: Sequence[int], now: Sequence[int]) -> float:
    """PSI (of scores) or CSI (of a column's bins): below 0.1 steady, above 0.25 shifted."""
    was, now_ = (np.asarray(each, float) for each in (before, now))
    if not was.sum() or not now_.sum():
        return 0.0
    was = np.maximum(was / was.sum(), LEAST_SHARE)
    now_ = np.maximum(now_ / now_.sum(), LEAST_SHARE)
    return round(float(((now_ - was) * np.log(now_ / was)).sum()), 6)


def evidence(score: NDArray, bad: NDArray, pd: NDArray) -> dict[str, Any]:
    """Everything that is kept of one set of people: AUC, KS, gains, curve, calibration."""
    told = separation(score, bad)
    if told.auc is None:
        return asdict(told)
    bands = gains(score, bad, pd)
    return {
        **asdict(told),
        "gini": round(2 * told.auc - 1, 6),
        "expected_bad_rate": round(float(pd.mean()), 6),
        "calibration_error": calibration_error(bands),
        "gains": [asdict(each) for each in bands],
        "curve": asdict(curve(score, bad)),
    }


def _by_score(score: NDArray, bad: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    values, place = np.unique(score, return_inverse=True)
    is_bad = bad.astype(bool)
    return (
        values,
        np.bincount(place[~is_bad], minlength=len(values)),
        np.bincount(place[is_bad], minlength=len(values)),
    )
