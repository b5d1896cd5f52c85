"""A whole file of people scored: their own columns, then what the card says, and a summary."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from admission.scorecards.card import Card
from admission.scorecards.errors import Unusable
from admission.scorecards.examining import evidence_on
from admission.scorecards.scoring import Remark, Treated, as_declared, costliest, score


@dataclass(frozen=True, slots=True)
class Scored:
    """Every row with its score; ``ends`` has AUC and KS where the file says how people ended, and
    ``no_ends`` why not, where it seems to say so."""

    rows: pl.DataFrame
    mean_score: float | None
    treated: Treated
    ends: Mapping[str, float | None]
    no_ends: Unusable | None = None

    def remarks(self) -> list[Remark]:
        """A sentence for whatever was not as the card would have it."""
        told = self.treated.remarks()
        if self.no_ends:
            told.append(Remark(self.no_ends.template, self.no_ends.params))
        return told

    def as_json(self) -> dict[str, Any]:
        """The summary, without the rows."""
        return {
            "rows": self.rows.height,
            "mean_score": self.mean_score,
            "absent": self.treated.absent,
            "wrong_kind": self.treated.wrong_kind,
            "unseen": self.treated.unseen,
            "not_figures": self.treated.not_figures,
            "as_missing": self.treated.as_missing,
            **self.ends,
        }


def score_file(card: Card, people: pl.DataFrame, *, reasons: int = 0) -> Scored:
    """Score ``people``; with ``reasons``, so many of the questions that cost most points beside.

    Raises Unusable where the file is none of this card's.
    """
    _fitting, treated = as_declared(card, people)
    if len(treated.absent) + len(treated.wrong_kind) == len(card.features):
        raise Unusable("The file answers none of the card's questions: %(columns)s.",
                       columns=", ".join(card.names))  # fmt: skip
    made = score(card, people)
    mean = made["score"].mean()
    if reasons > 0:
        made = made.hstack(costliest(card, people, reasons))
    ends, fault = _ends(card, people)
    return Scored(
        rows=people.drop(made.columns, strict=False).hstack(made),
        mean_score=None if mean is None else round(mean, 2),
        treated=treated,
        ends=ends,
        no_ends=fault,
    )


def _ends(card: Card, people: pl.DataFrame) -> tuple[dict[str, float | None], Unusable | None]:
    """AUC and KS, where the file says how people ended."""
    if card.target not in people.columns:
        return {}, None
    try:
        told = evidence_on(card, people)
    except Unusable as exc:
        return {}, exc
    return {"auc": told["auc"], "ks": told["ks"]}, None
