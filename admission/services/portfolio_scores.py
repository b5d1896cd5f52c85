"""Scoring the county by the cards in force: the columns that score one applicant, no reasons."""

import polars as pl
from django.utils.translation import gettext as _

from admission.errors import ScorecardChanged
from admission.scorecards import score
from admission.services import scoring
from admission.services.scoring import Scoring

SCORED = {
    "segment": pl.String(),
    "scorecard_id": pl.Int64(),
    "score": pl.Int64(),
    "risk_band": pl.String(),
}


def identity(used: Scoring | None) -> dict[str, int]:
    """By what people are scored: the policy, and the card of each segment. Empty for nothing."""
    if used is None:
        return {}
    cards = {segment: each.record.pk for segment, each in used.champions.items()}
    return {"policy": used.policy.pk} | cards


def same_as(known: dict[str, int]) -> Scoring | None:
    """What is in force, if it is what a run began with. Raises ScorecardChanged."""
    used = scoring.in_force()
    if identity(used) != known:
        raise ScorecardChanged(
            _("Scoring policy or scorecards have changed since the run began: begin another.")
        )
    return used


def scored(used: Scoring | None, rows: pl.DataFrame) -> pl.DataFrame:
    """Segment, card, score and band of every row, in the order of ``rows``; None and nothing where
    the segment has no card."""
    if used is None:
        return pl.DataFrame({"segment": [""] * rows.height}).select(
            "segment",
            pl.lit(None, pl.Int64).alias("scorecard_id"),
            pl.lit(None, pl.Int64).alias("score"),
            pl.lit("").alias("risk_band"),
        )
    placed = used.book.segments(rows).select("segment").with_row_index("place")
    parts = []
    for (segment,), some in placed.group_by(["segment"], maintain_order=True):
        champion = used.champions.get(str(segment))
        told = some.with_columns(
            pl.lit(champion and champion.record.pk, pl.Int64).alias("scorecard_id")
        )
        if champion is None:
            told = told.with_columns(
                pl.lit(None, pl.Int64).alias("score"), pl.lit("").alias("risk_band")
            )
        else:
            people = rows[some["place"].to_list()]
            points = score(champion.card, people)["score"].cast(pl.Int64)
            told = told.with_columns(points.alias("score"))
            band = used.book.band(str(segment), pl.col("score"))
            told = told.with_columns(band.alias("risk_band"))
        parts.append(told.select("place", *SCORED))
    if not parts:
        return pl.DataFrame(schema=SCORED)
    return pl.concat(parts).sort("place").select(*SCORED)
