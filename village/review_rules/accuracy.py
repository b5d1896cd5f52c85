"""Accuracy 评议准确度: reviewers whose judgement repayment has proved right weigh more."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class AccuracyRules:
    """How strongly repayment history moves a reviewer's weight.

    ``epsilon`` keeps the best from weighing without bound, ``prior_loans`` is how many loans of
    history count as much as none, ``opinion_strength`` how sharply an opinion one standard
    deviation better lowers the chance of default, ``lowest``/``highest`` bound the weight.
    """

    epsilon: float = 0.05
    prior_loans: int = 20
    opinion_strength: float = 0.5
    lowest: float = 0.25
    highest: float = 2.0


def chance_of_default(z: np.ndarray, *, base_rate: float, strength: float) -> np.ndarray:
    """The chance of default, 0 to 1, that an opinion ``z`` implies in a village like this one.

    A probit that leaves the village's average at ``base_rate``, so that a reviewer is not
    punished for a bad year but for having put the wrong households at the top.
    """
    if not 0 < base_rate < 1:
        raise ValueError("The base rate lies strictly between 0 and 1.")
    centre = _NORMAL.inv_cdf(base_rate) * (1 + strength**2) ** 0.5
    return np.array([_NORMAL.cdf(centre - strength * float(each)) for each in z])


def accuracy(
    z: np.ndarray, defaulted: np.ndarray, *, base_rate: float, rules: AccuracyRules
) -> float:
    """A reviewer's weight ``a`` from loans with a year of history; 1 when there are none.

    Proportional to ``1/(ε + Brier)`` and 1 for whoever says nothing (everybody at the base rate).
    ``z`` are the reviewer's opinions of the households that borrowed, ``defaulted`` what came of
    it (0 or 1). Few loans say little, so the Brier score is pulled to that of the base rate.
    """
    if z.shape != defaulted.shape:
        raise ValueError("Each opinion needs exactly one outcome.")
    says_nothing = base_rate * (1 - base_rate)
    if z.size == 0:
        return 1.0
    predicted = chance_of_default(z, base_rate=base_rate, strength=rules.opinion_strength)
    silent = float(np.mean((base_rate - defaulted) ** 2))
    better_by = silent - float(np.mean((predicted - defaulted) ** 2))
    better_by *= z.size / (z.size + rules.prior_loans)
    weight = (rules.epsilon + says_nothing) / (rules.epsilon + max(says_nothing - better_by, 0.0))
    return float(np.clip(weight, rules.lowest, rules.highest))
