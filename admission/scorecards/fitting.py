"""From rows of people whose end is known to a card."""

from dataclasses import replace

import numpy as np
import polars as pl

from admission.scorecards.binning import bin_column
from admission.scorecards.bins import Binned
from admission.scorecards.card import Card, Feature, odds_scale
from admission.scorecards.cutting import Population
from admission.scorecards.examining import evidence_on
from admission.scorecards.regression import Coefficient, Regression, regress
from admission.scorecards.settings import Settings
from admission.scorecards.sifting import Sifted, sift


def fit(train: pl.DataFrame, target: str, settings: Settings | None = None) -> Card:
    """A card fitted on ``train``, whose column ``target`` is 1 for bad and 0 for good.

    The same rows and settings give the same card. Raises Unusable with one sentence.
    """
    settings = settings or Settings()
    sifted = sift(train, target, settings)
    bads = int(sifted.bad.sum())
    population = Population(sifted.bad.len() - bads, bads)
    binned = {
        column.name: bin_column(
            column,
            sifted.bad,
            is_text=column.name in sifted.words,
            population=population,
            settings=settings,
        )
        for column in sifted.frame.iter_columns()
    }
    woe = _as_woe(sifted.frame, binned)
    good = 1 - sifted.bad.to_numpy().astype(float)
    regression = regress(binned, woe, good, settings.selection)
    card = _card(target, settings, sifted, binned, regression)
    return card.with_evidence(train=evidence_on(card, train))


def _as_woe(frame: pl.DataFrame, binned: dict[str, Binned]) -> dict[str, np.ndarray]:
    mapped = frame.select(
        each.mapped([b.woe for b in each.bins], unseen=0.0, dtype=pl.Float64)
        for each in binned.values()
    )
    return {name: mapped[name].to_numpy() for name in mapped.columns}


def _card(
    target: str,
    settings: Settings,
    sifted: Sifted,
    binned: dict[str, Binned],
    regression: Regression,
) -> Card:
    factor, at_even_odds = odds_scale(settings.scale)
    rows, bads = sifted.bad.len(), int(sifted.bad.sum())
    return Card(
        target=target,
        settings=settings,
        base_points=round(at_even_odds + factor * regression.intercept.value),
        intercept=regression.intercept.as_json(),
        features=tuple(
            _feature(
                binned[name],
                regression.coefficients[name],
                regression.inflation[name],
                factor,
                settings.unseen,
            )
            for name in regression.names
        ),  # fmt: skip
        left_out=(
            *(each.as_json() for each in sifted.left_out),
            *(each.as_json() | {"cut": binned[each.column].cut} for each in regression.left_out),
        ),
        sample={
            "rows": rows,
            "bads": bads,
            "without_target": sifted.without_target,
            "log_likelihood": regression.log_likelihood,
            **({"as_missing": sifted.as_missing} if sifted.as_missing else {}),
        },
        evidence={},
    )


def _feature(
    binned: Binned, told: Coefficient, inflation: float, factor: float, unseen: str
) -> Feature:
    bins = tuple(
        replace(each, points=round(factor * told.value * each.woe)) for each in binned.bins
    )
    worst = min(each.points for each in bins)
    return Feature(
        replace(binned, bins=bins),
        {**told.as_json(), "inflation": inflation},
        {"neutral": 0, "worst": worst, "refuse": None}[unseen],
    )
