"""Sheets in, one household's figures out: what the neighbours say together."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from village.models import ListFlag, Outcome
from village.review_rules import sheets as rules
from village.review_rules.money import ReviewedLimit, dispersion, reviewed_limit
from village.review_rules.negatives import NegativeFinding, weigh_negatives
from village.review_rules.scoring import (
    HouseholdOutcome,
    Opinions,
    ReviewerOutcome,
    VillageOutcome,
    judge_village,
)
from village.review_rules.standardise import standardise

NEGATIVE_REPORTED = "negative_reported"
NO_LIMIT = "no_limit"
FIGURES = (
    "sheets",
    "valid_sheets",
    "score",
    "score_low",
    "score_high",
    "points",
    "reviewed_limit",
    "list_flag",
    "visit_needed",
    "visit_reasons",
    "explanation",
)
"""What sheets alone decide of an outcome."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """What was said about one household; ``voices`` names the voice of reviewers who err alike."""

    standing: HouseholdOutcome | None
    sheets: Sequence[rules.Sheet]
    voices: Mapping[int, int]
    is_black: bool

    @property
    def valid(self) -> list[rules.Sheet]:
        """Sheets that count. A black tag voids them all."""
        return [] if self.is_black else [each for each in self.sheets if rules.is_valid(each)]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a village's sheets come to, households and reviewers."""

    outcomes: list[Outcome]
    reviewers: Sequence[ReviewerOutcome]


def judged(
    households: Sequence[int],
    answers: Sequence[rules.Sheet],
    *,
    black: set[int],
    seed: int,
    accuracy: Mapping[int, float],
) -> Judged:
    """One outcome, not saved, for each of ``households``, and how each reviewer was heard.

    Reviewers in ``answers`` and ``accuracy`` are customers' ids, so that a person heard in two
    rounds is one voice.
    """
    village = _standing(answers, seed=seed, accuracy=accuracy)
    standing = {each.household: each for each in village.households}
    said = defaultdict(list)
    for each in answers:
        said[each.household].append(each)
    voices = {each.reviewer: each.cluster for each in village.reviewers}
    return Judged(
        [
            _outcome(pk, _Heard(standing.get(pk), said[pk], voices, pk in black))
            for pk in households
        ],
        village.reviewers,
    )


def opinions(answers: Sequence[rules.Sheet]) -> pl.DataFrame:
    """How each household stands in each reviewer's eyes: person, household, z in standard
    deviations."""
    said = _said(answers)
    z = standardise(np.array(said.reviewer, dtype=np.int64), np.array(said.value))
    schema = {"person": pl.Int64, "household": pl.Int64, "z": pl.Float64}
    return pl.DataFrame([said.reviewer, said.household, z], schema=schema)


def _standing(
    answers: Sequence[rules.Sheet], *, seed: int, accuracy: Mapping[int, float]
) -> VillageOutcome:
    return judge_village(_said(answers), seed=seed, accuracy=accuracy)


def _said(answers: Sequence[rules.Sheet]) -> Opinions:
    """The points of every sheet that counts."""
    valid = [each for each in answers if rules.is_valid(each)]
    return Opinions(
        reviewer=tuple(each.reviewer for each in valid),
        household=tuple(each.household for each in valid),
        value=tuple(float(rules.sheet_score(each)) for each in valid),
    )


def _outcome(household_id: int, heard: _Heard) -> Outcome:
    valid = heard.valid
    points = rules.average_score(valid)
    limit = reviewed_limit([each.suggested_fen or 0 for each in valid], points)
    known = [each for each in heard.sheets if each.knows_household]
    against = weigh_negatives(
        [each.negatives for each in known],
        voices=[heard.voices.get(each.reviewer, each.reviewer) for each in known],
    )
    amount = 0 if against.confirmed_hard and limit.limit_fen is not None else limit.limit_fen
    standing = None if heard.is_black else heard.standing
    reasons = _visit_reasons(standing, against, amount, is_black=heard.is_black)
    return Outcome(
        household_id=household_id,
        sheets=len(heard.sheets),
        valid_sheets=len(valid),
        score=standing.score if standing else None,
        score_low=standing.low if standing else None,
        score_high=standing.high if standing else None,
        points=points,
        reviewed_limit=amount,
        list_flag=_list_of(heard, against, amount),
        visit_needed=bool(reasons),
        visit_reasons=reasons,
        explanation=_explanation(limit, against, valid),
    )


def _list_of(heard: _Heard, against: NegativeFinding, amount: int | None) -> str:
    """Black is the bank's own word and stays; one warning from somebody who knows makes grey;
    white needs enough sheets and an amount."""
    if heard.is_black:
        return ListFlag.BLACK
    if against.grey_listed:
        return ListFlag.GREY
    return ListFlag.WHITE if amount else ListFlag.NONE


def _visit_reasons(
    standing: HouseholdOutcome | None,
    against: NegativeFinding,
    amount: int | None,
    *,
    is_black: bool,
) -> list[str]:
    """Why somebody must go and look before anything is granted. Nobody visits the black list."""
    if is_black:
        return []
    reasons = [str(each) for each in standing.visit_reasons] if standing else []
    if against.grey_listed:
        reasons.append(NEGATIVE_REPORTED)
    if amount is None:
        reasons.append(NO_LIMIT)
    return reasons


def _explanation(
    limit: ReviewedLimit, against: NegativeFinding, valid: Sequence[rules.Sheet]
) -> dict[str, Any]:
    """How the limit came about, amounts in fen; how far apart the suggested amounts were."""
    named = [each.suggested_fen for each in valid if each.suggested_fen is not None]
    return {
        "basis": str(limit.basis),
        "dropped": list(limit.dropped_fen),
        "mean": limit.mean_fen,
        "cap": limit.cap_fen,
        "average_score": _text(limit.average_score),
        "factor": _text(limit.factor),
        "before_negatives": limit.limit_fen,
        "negatives": [list(each) for each in against.reported],
        "confirmed_hard": list(against.confirmed_hard),
        "hard_reporters": against.hard_reporters,
        "dispersion": dispersion(named),
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)
