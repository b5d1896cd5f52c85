"""Watching a card at work: are people still those it was fitted on, and does it still know them?

Every figure is told with how many people it rests on. Below a floor nothing is judged, and above it
a figure alarms only where it is worse than chance alone would make it in so small a number: a
branch of two hundred customers shifts by accident.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from admission.scorecards.card import Card
from admission.scorecards.cells import as_words
from admission.scorecards.errors import Unusable
from admission.scorecards.measures import separation, stability
from admission.scorecards.scoring import as_declared, bins_of, score
from admission.scorecards.sifting import outcome

FEWEST_PEOPLE, FEWEST_ENDS = 200, 20
WATCHED, SHIFTED = 0.1, 0.25
FALLEN, FALLEN_FAR = 0.0, 0.03
DEVIATIONS, MANY_DEVIATIONS = 2.0, 3.0
MOST_SLICES = 200
MONTH = len("2026-03")


@dataclass(frozen=True, slots=True)
class Judged:
    """A figure with what it means: ``steady``, ``watch``, ``shifted``, or ``too_few`` people."""

    value: float | None
    standing: str


@dataclass(frozen=True, slots=True)
class Slice:
    """Everybody, or the people of one month or one branch.

    ``ended`` of them have a known end, ``bads`` of those were bad, the card had ``expected`` so
    many. ``psi`` is of scores against training, ``auc`` and ``ks`` are of those who ended.
    """

    name: str
    rows: int
    ended: int
    bads: int
    expected: float
    mean_score: float
    psi: Judged
    auc: Judged
    ks: float | None
    calibration: Judged


@dataclass(frozen=True, slots=True)
class Shift:
    """How far the answers to one question have moved since training (CSI)."""

    feature: str
    csi: Judged


@dataclass(frozen=True, slots=True)
class Watch:
    """What was seen of a card at work."""

    everybody: Slice
    months: list[Slice]
    branches: list[Slice]
    features: list[Shift]

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def watch(
    card: Card, frame: pl.DataFrame, *, month: str | None = None, branch: str | None = None
) -> Watch:
    """Hold people whom the card scored against those it was fitted on.

    ``frame`` has the card's columns; its target, where there is one, may be empty for people whose
    end is not known yet. ``month`` (a day or text, of which the first seven letters count) and
    ``branch`` name columns to slice by.
    """
    if frame.is_empty():
        raise Unusable("The file has no rows.")
    scored = score(card, frame)
    bad = outcome(frame, card.target) if card.target in frame.columns else None
    people = scored.select("score", "pd").with_columns(
        (bad if bad is not None else pl.lit(None, dtype=pl.Int8)).alias("bad")
    )
    return Watch(
        everybody=_slice(card, "", people),
        months=_slices(card, people, frame, month, MONTH),
        branches=_slices(card, people, frame, branch, None),
        features=_shifts(card, frame),
    )


def _slices(
    card: Card, people: pl.DataFrame, frame: pl.DataFrame, column: str | None, letters: int | None
) -> list[Slice]:
    if not column:
        return []
    if column not in frame.columns:
        raise Unusable("There is no column %(column)s to split by.", column=column)
    names = as_words(frame[column]).fill_null("").str.slice(0, letters)
    if names.n_unique() > MOST_SLICES:
        raise Unusable(
            "%(column)s has more than %(most)s different values.", column=column, most=MOST_SLICES
        )
    parts = people.with_columns(names.alias("slice")).partition_by("slice", as_dict=True)
    return [_slice(card, name, part) for (name,), part in sorted(parts.items())]


def _slice(card: Card, name: str, people: pl.DataFrame) -> Slice:
    ended = people.drop_nulls("bad")
    bad = ended["bad"].to_numpy()
    told = separation(ended["score"].to_numpy(), bad)
    return Slice(
        name=name,
        rows=people.height,
        ended=ended.height,
        bads=told.bads,
        expected=round(float(ended["pd"].sum()), 2),
        mean_score=round(float(people["score"].mean()), 2),
        psi=_psi(card, people["score"].to_numpy()),
        auc=_auc(card, told.auc, told.bads, ended.height - told.bads),
        ks=told.ks if told.auc is not None else None,
        calibration=_calibration(ended["pd"].to_numpy(), bad),
    )


def _psi(card: Card, scores: NDArray) -> Judged:
    """PSI of the scores over the bands of training."""
    bands = card.evidence["train"]["gains"]
    edges = [each["lowest"] for each in bands[1:]]
    now = np.bincount(np.searchsorted(edges, scores, side="right"), minlength=len(bands))
    return _moved([each["rows"] for each in bands], now.tolist())


def _shifts(card: Card, frame: pl.DataFrame) -> list[Shift]:
    fitting, _treated = as_declared(card, frame)
    places = bins_of(card, fitting)
    shifts = []
    for each in card.features:
        # One place more than bins: words that training never saw.
        size = len(each.binned.bins) + 1
        now = np.bincount(places[each.name].to_numpy(), minlength=size)
        before = [*(one.count for one in each.binned.bins), 0]
        shifts.append(Shift(each.name, _moved(before, now.tolist())))
    return shifts


def _moved(before: Sequence[int], now: Sequence[int]) -> Judged:
    """PSI or CSI, judged against what chance gives so many people in so many bins."""
    value = stability(before, now)
    if sum(now) < FEWEST_PEOPLE:
        return Judged(value, "too_few")
    freedom = max(sum(a > 0 or b > 0 for a, b in zip(before, now, strict=True)) - 1, 0)
    chance = (freedom + MANY_DEVIATIONS * math.sqrt(2 * freedom)) * (1 / sum(now) + 1 / sum(before))
    return Judged(value, _standing(value - max(chance - WATCHED, 0), WATCHED, SHIFTED))


def _auc(card: Card, auc: float | None, bads: int, goods: int) -> Judged:
    """AUC, against the examination's, less what chance gives so few people."""
    examined = card.evidence.get("test", card.evidence["train"])["auc"]
    if auc is None or examined is None or min(bads, goods) < FEWEST_ENDS:
        return Judged(auc, "too_few")
    fallen = examined - auc - DEVIATIONS * _auc_error(auc, bads, goods)
    return Judged(auc, _standing(fallen, FALLEN, FALLEN_FAR))


def _auc_error(auc: float, bads: int, goods: int) -> float:
    """The standard error of an AUC (Hanley and McNeil, 1982)."""
    both_bad, both_good = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    spread = auc * (1 - auc) + (bads - 1) * (both_bad - auc**2) + (goods - 1) * (both_good - auc**2)
    return math.sqrt(max(spread, 0) / (bads * goods))


def _calibration(pd: NDArray, bad: NDArray) -> Judged:
    """By how many deviations more (or fewer) went bad than the card expected."""
    if not len(bad) or float(pd.sum()) < FEWEST_ENDS / 2:
        return Judged(None, "too_few")
    off = float(bad.sum() - pd.sum()) / math.sqrt(float((pd * (1 - pd)).sum()))
    return Judged(round(off, 2), _standing(abs(off), DEVIATIONS, MANY_DEVIATIONS))


def _standing(value: float, watched: float, shifted: float) -> str:
    if value > shifted:
        return "shifted"
    return "watch" if value > watched else "steady"
