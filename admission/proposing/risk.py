"""Groups that went bad much more, or much less, often than everybody: leaves of a shallow tree."""

import numpy as np
import polars as pl

from admission.proposing.clusters import traits
from admission.proposing.conditions import leaves, satisfied, written
from admission.proposing.proposal import Found, Proposed
from admission.proposing.table import table_of
from admission.scorecards.errors import Unusable

FEWEST_OF_A_KIND = 70
LEAST_OF_A_LEAF, FEWEST_IN_A_LEAF = 0.03, 50
MUCH_MORE, MUCH_LESS = 1.5, 0.5


def propose_by_risk(frame: pl.DataFrame, bad: pl.Series) -> Found:
    """Groups among people whose end is known (``bad`` 1 or 0). Raises Unusable where too few."""
    ends = bad.to_numpy().astype(int)
    bads = int(ends.sum())
    if min(bads, len(ends) - bads) < FEWEST_OF_A_KIND:
        raise Unusable(
            "Of %(people)s people whose end is known %(bads)s went bad; at least %(least)s of "
            "either kind are needed.",
            people=len(ends),
            bads=bads,
            least=FEWEST_OF_A_KIND,
        )
    table = table_of(frame)
    overall = float(ends.mean())
    made = []
    for leaf in leaves(table, ends, least=max(int(LEAST_OF_A_LEAF * len(ends)), FEWEST_IN_A_LEAF)):
        if not leaf.path:
            continue
        condition = written(table, leaf.path)
        named = satisfied(frame, condition)
        if not named.any():
            continue
        rate = float(np.mean(ends[named]))
        if MUCH_LESS * overall < rate < MUCH_MORE * overall:
            continue
        made.append(
            Proposed(
                condition=condition,
                size=int(named.sum()),
                share=round(float(named.mean()), 4),
                bads=int(ends[named].sum()),
                bad_rate=round(rate, 4),
                traits=traits(table, named),
            )
        )
    made.sort(key=lambda each: (-each.bad_rate, each.condition))
    figures = {"bads": bads, "bad_rate": round(overall, 4), "columns": len(table.columns)}
    return Found(frame.height, figures, tuple(made))
