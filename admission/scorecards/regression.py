"""Which columns stay in the card, and what each counts for: logistic regression on WOE."""

import math
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from statsmodels.discrete.discrete_model import BinaryResultsWrapper, Logit
from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationWarning

from admission.scorecards.bins import Binned
from admission.scorecards.errors import Unusable
from admission.scorecards.settings import Selection
from admission.scorecards.sifting import LeftOut

GIVEN_AWAY = 5.0
DIGITS = 10
STEPS, CLOSE, FARTHEST, TINY = 25, 1e-8, 30.0, 1e-30


@dataclass(frozen=True, slots=True)
class Coefficient:
    """What statsmodels says of one column: the log-odds of being good per unit of WOE."""

    value: float
    error: float
    p: float
    low: float
    high: float

    def as_json(self) -> dict[str, float]:
        """As kept in the card."""
        return {
            "coefficient": self.value,
            "standard_error": self.error,
            "p_value": self.p,
            "low_95": self.low,
            "high_95": self.high,
        }


@dataclass(frozen=True, slots=True)
class Regression:
    """The columns that stay, with their coefficients, and those that left, with the reason."""

    names: list[str]
    intercept: Coefficient
    coefficients: dict[str, Coefficient]
    inflation: dict[str, float]
    left_out: list[LeftOut]
    log_likelihood: float


def regress(
    binned: dict[str, Binned], woe: dict[str, NDArray], good: NDArray, rules: Selection
) -> Regression:
    """Let columns go one by one until all that stay pull the right way and none by chance.

    First those that say too little or give the target away, then of each pair that say the same the
    weaker, then those that the others explain, then by sign and p-value; whoever left by p-value or
    sign may come back at the end, if it has become useful.
    """
    left: list[LeftOut] = []
    names = _worth_asking(binned, rules, left)
    names = _not_twice(names, binned, woe, rules, left)
    names = _not_explained(names, binned, woe, rules, left)
    if not names:
        raise Unusable(
            "No column says enough about the target: among %(bads)s bad and %(goods)s good people "
            "chance alone would give as much.",
            bads=int((good == 0).sum()),
            goods=int((good == 1).sum()),
        )
    _must_leave_doubt(names, woe, good)
    doubted, kinds = _with_doubt([binned[name] for name in names], woe, good)
    names = _stepwise(names, doubted, kinds, rules, left)
    fitted = _fit(names, doubted, kinds)
    coefficients = _coefficients(fitted)
    return Regression(
        names=names,
        intercept=coefficients[0],
        coefficients=dict(zip(names, coefficients[1:], strict=True)),
        inflation=dict(zip(names, _inflation(names, woe), strict=True)),
        left_out=left,
        log_likelihood=round(float(fitted.llf), DIGITS),
    )


def _worth_asking(binned: dict[str, Binned], rules: Selection, left: list[LeftOut]) -> list[str]:
    kept = []
    for name, each in binned.items():
        iv, by_chance = each.iv, each.iv_by_chance
        if iv - by_chance <= rules.least_iv:
            detail = {"iv": round(iv, 4), "chance": round(by_chance, 4)}
            left.append(LeftOut(name, "says_too_little", detail))
        elif iv > GIVEN_AWAY:
            left.append(LeftOut(name, "gives_the_target_away", {"iv": round(iv, 4)}))
        else:
            kept.append(name)
    return sorted(kept, key=lambda name: (-binned[name].iv, name))


def _not_twice(
    names: list[str],
    binned: dict[str, Binned],
    woe: dict[str, NDArray],
    rules: Selection,
    left: list[LeftOut],
) -> list[str]:
    """Of two columns that say the same, the one with the higher IV."""
    kept: list[str] = []
    if len(names) < 2:
        return names
    related = np.abs(np.corrcoef([woe[name] for name in names]))
    for at, name in enumerate(names):
        with_kept = [(related[at, names.index(other)], other) for other in kept]
        highest, other = max(with_kept, default=(0.0, ""))
        if highest > rules.most_correlation:
            detail = {"with": other, "correlation": round(float(highest), 4)}
            left.append(LeftOut(name, "says_the_same", detail))
        else:
            kept.append(name)
    return kept


def _not_explained(
    names: list[str],
    binned: dict[str, Binned],
    woe: dict[str, NDArray],
    rules: Selection,
    left: list[LeftOut],
) -> list[str]:
    """Nobody whom all the others together explain."""
    kept = list(names)
    while len(kept) > 1:
        inflation = _inflation(kept, woe)
        if max(inflation) <= rules.most_inflation:
            break
        too_much = [n for n, v in zip(kept, inflation, strict=True) if v > rules.most_inflation]
        weakest = min(too_much, key=lambda name: (binned[name].iv, name))
        detail = {"inflation": round(inflation[kept.index(weakest)], 4)}
        left.append(LeftOut(weakest, "explained_by_others", detail))
        kept.remove(weakest)
    return kept


def _inflation(names: list[str], woe: dict[str, NDArray]) -> list[float]:
    """Variance inflation of each: the diagonal of the inverse of the correlations."""
    if len(names) < 2:
        return [1.0] * len(names)
    related = np.corrcoef([woe[name] for name in names])
    return [round(float(each), 6) for each in np.diag(np.linalg.pinv(related))]


def _with_doubt(
    columns: list[Binned], woe: dict[str, NDArray], good: NDArray
) -> tuple[dict[str, NDArray], NDArray]:
    """The people, and for each bin that holds only good or only bad ones an imagined one of the
    other kind, of whom nothing else is known: the next may always be different (Laplace's rule of
    succession). Without, such a bin would have the coefficient run away, and what tells most would
    leave as chance.
    """
    pure = [
        (column.name, each)
        for column in columns
        for each in column.bins
        if (each.goods == 0) != (each.bads == 0)
    ]
    imagined = {
        column.name: [each.woe if of == column.name else 0.0 for of, each in pure]
        for column in columns
    }
    others = [float(each.goods == 0) for _of, each in pure]
    doubted = {name: np.append(woe[name], more) for name, more in imagined.items()}
    return doubted, np.append(good, others)


def _stepwise(
    names: list[str], woe: dict[str, NDArray], good: NDArray, rules: Selection, left: list[LeftOut]
) -> list[str]:
    kept, gone = list(names), []
    while (reason := _leaver(kept, woe, good, rules)) is not None:
        if len(kept) == 1:
            raise Unusable("No column is left: %(column)s, the last, counts only by chance.",
                           column=reason.column)  # fmt: skip
        gone.append(reason)
        kept.remove(reason.column)
    for reason in [each for each in gone if each.code == "by_chance"]:
        if _leaver([*kept, reason.column], woe, good, rules) is None:
            kept.append(reason.column)
            gone.remove(reason)
    left.extend(gone)
    return kept


def _must_leave_doubt(names: list[str], woe: dict[str, NDArray], good: NDArray) -> None:
    """Refuse columns by which everybody good stands above everybody bad: the future is in them."""
    asked = _matrix(names, woe)
    values, _errors = _newton(asked, good)
    stands, is_good = asked @ values, good.astype(bool)
    if stands[is_good].min() > stands[~is_good].max():
        raise _told_apart(names)


def _told_apart(names: list[str]) -> Unusable:
    return Unusable(
        "The columns %(columns)s together tell good from bad without fail; "
        "leave out what is known only afterwards.",
        columns=", ".join(names[:5]),
    )


def _leaver(
    names: list[str], woe: dict[str, NDArray], good: NDArray, rules: Selection
) -> LeftOut | None:
    """The column to let go next: the one that pulls most wrongly, else the likeliest chance."""
    values, errors = (each[1:] for each in _newton(_matrix(names, woe), good))
    worst = int(np.argmin(values))
    if values[worst] <= 0:
        detail = {"coefficient": round(float(values[worst]), 4)}
        return LeftOut(names[worst], "wrong_sign", detail)
    chances = 2 * norm.sf(np.abs(values / errors))
    likeliest = int(np.argmax(chances))
    if chances[likeliest] > rules.most_p:
        return LeftOut(names[likeliest], "by_chance", {"p": round(float(chances[likeliest]), 4)})
    return None


def _newton(asked: NDArray, good: NDArray) -> tuple[NDArray, NDArray]:
    """Intercept, coefficients and their errors: what statsmodels would say, without
    its report. Of forty columns some leave one by one; the last fit is statsmodels' own."""
    values = np.zeros(asked.shape[1])
    for _step in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(asked @ values, -FARTHEST, FARTHEST)))
        weighed = asked * (chance * (1 - chance))[:, None]
        spread = np.linalg.pinv(asked.T @ weighed)
        move = spread @ (asked.T @ (good - chance))
        values = values + move
        if np.abs(move).max() < CLOSE:
            break
    return values, np.sqrt(np.maximum(np.diag(spread), TINY))


def _matrix(names: list[str], woe: dict[str, NDArray]) -> NDArray:
    return np.column_stack([np.ones(len(woe[names[0]])), *(woe[name] for name in names)])


def _fit(names: list[str], woe: dict[str, NDArray], good: NDArray) -> BinaryResultsWrapper:
    asked = _matrix(names, woe)
    nearly, _errors = _newton(asked, good)
    with warnings.catch_warnings():
        warnings.simplefilter("error", PerfectSeparationWarning)
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            return Logit(good, asked).fit(start_params=nearly, disp=0, maxiter=60)
        except (PerfectSeparationWarning, ConvergenceWarning, np.linalg.LinAlgError) as exc:
            raise _told_apart(names) from exc


def _coefficients(fitted: BinaryResultsWrapper) -> list[Coefficient]:
    between = fitted.conf_int()
    told = zip(fitted.params, fitted.bse, fitted.pvalues, between, strict=True)
    return [
        Coefficient(*(_rounded(x) for x in (value, error, p, low, high)))
        for value, error, p, (low, high) in told
    ]


def _rounded(value: float) -> float:
    """Far below what a point is worth, far above what two machines might differ by."""
    return round(float(value), DIGITS) if math.isfinite(value) else 0.0
