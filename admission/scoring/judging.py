"""Scoring customers by the card of their segment: columns in, a score with its reasons out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from admission.scorecards import Card, Explained, explain_all
from admission.scoring.policy import ScoringBook

Cards = Mapping[str, Card]
"""The card of each segment that has one."""


@dataclass(frozen=True)
class Scored:
    """One customer's segment, and score and band where the segment has a card.

    ``unsure`` are segments that would have come first and whose condition nobody could answer.
    """

    segment: str
    unsure: tuple[str, ...]
    explained: Explained | None = None
    band: str = ""
    unknown: tuple[str, ...] = field(default=())


def score_all(book: ScoringBook, cards: Cards, frame: pl.DataFrame) -> list[Scored]:
    """Every row of ``frame`` scored by the card of its segment, in the frame's order."""
    told = book.segments(frame).with_row_index("_place")
    made: list[Scored | None] = [None] * frame.height
    for (segment,), rows in told.group_by(["segment"], maintain_order=True):
        places, unsure = rows["_place"].to_list(), rows["unsure"].to_list()
        for place, each in zip(
            places, _of_segment(book, str(segment), cards, frame[places], unsure), strict=True
        ):
            made[place] = each
    return [each for each in made if each is not None]


def _of_segment(
    book: ScoringBook,
    segment: str,
    cards: Cards,
    people: pl.DataFrame,
    unsure: Sequence[Sequence[str]],
) -> list[Scored]:
    card = cards.get(segment)
    if card is None:
        return [Scored(segment, tuple(each)) for each in unsure]
    explained = explain_all(card, people)
    scores = pl.DataFrame({"score": [each.score for each in explained]}, schema={"score": pl.Int64})
    bands = scores.select(book.band(segment, pl.col("score")))["band"].to_list()
    return [
        Scored(
            segment,
            tuple(doubts),
            each,
            band,
            tuple(reason.feature for reason in each.reasons if reason.value is None),
        )
        for doubts, each, band in zip(unsure, explained, bands, strict=True)
    ]
