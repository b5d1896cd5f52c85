"""A card before people whose end is known."""

from typing import Any

import polars as pl

from admission.scorecards.card import Card
from admission.scorecards.errors import Unusable
from admission.scorecards.measures import evidence
from admission.scorecards.scoring import score
from admission.scorecards.sifting import outcome


def examined(card: Card, test: pl.DataFrame) -> Card:
    """The card with what people whom it was not fitted on say of it.

    Raises Unusable where a column is not there at all: the figures would be of another card.
    """
    lacking = [name for name in (*card.names, card.target) if name not in test.columns]
    if lacking:
        raise Unusable("The test file lacks %(columns)s; the card cannot be examined on it.",
                       columns=", ".join(lacking))  # fmt: skip
    return card.with_evidence(test=evidence_on(card, test))


def evidence_on(card: Card, frame: pl.DataFrame) -> dict[str, Any]:
    """AUC, KS, gains, curve and calibration of a card on people whose end is known."""
    bad = outcome(frame, card.target)
    known = bad.is_not_null()
    scored = score(card, frame.filter(known))
    return evidence(
        scored["score"].to_numpy(), bad.filter(known).to_numpy(), scored["pd"].to_numpy()
    )
