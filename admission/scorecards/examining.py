"""A card before people whose end is known."""

from typing import Any

import polars as pl

from admission.scorecards.card import Card
from admission.scorecards.measures import evidence
from admission.scorecards.scoring import score
from admission.scorecards.sifting import outcome


def evidence_on(card: Card, frame: pl.DataFrame) -> dict[str, Any]:
    """AUC, KS, gains, curve and calibration of a card on people whose end is known."""
    bad = outcome(frame, card.target)
    known = bad.is_not_null()
    scored = score(card, frame.filter(known))
    return evidence(
        scored["score"].to_numpy(), bad.filter(known).to_numpy(), scored["pd"].to_numpy()
    )
