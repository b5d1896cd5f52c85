"""What the page of a file scored with a card shows."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from admission.models import ScoredFile
from admission.scorecard_words import fault_in_words


@dataclass(frozen=True)
class ScoredFilePage:
    """One file: waiting, scored with its figures and remarks, or the reason why it was not."""

    scored: ScoredFile
    fault: str
    facts: list[tuple[str | Promise, str]]
    remarks: list[str]
    as_missing: list[tuple[str, str]]

    @classmethod
    def build(cls, scored: ScoredFile) -> "ScoredFilePage":
        """Everything that is kept of it."""
        told = scored.summary or {}
        return cls(
            scored=scored,
            fault=_in_words(scored.fault) if scored.fault else "",
            facts=_facts(told) if told else [],
            remarks=[_in_words(each) for each in told.get("remarks", [])],
            as_missing=missing_lines(told.get("as_missing", {})),
        )


def missing_lines(told: dict[str, dict[str, int]]) -> list[tuple[str, str]]:
    """Of each column what is written in cells that count as missing."""
    return [
        (column, ", ".join(f"“{text}” × {rows:,}" for text, rows in marks.items()))
        for column, marks in told.items()
    ]


def _facts(told: dict[str, Any]) -> list[tuple[str | Promise, str]]:
    figures = [(_("Number of people"), f"{told['rows']:,}")]
    figures.append(
        (_("Mean score"), "—" if told["mean_score"] is None else f"{told['mean_score']:.1f}")
    )
    if told.get("auc") is not None:
        figures += [("AUC", f"{told['auc']:.4f}"), ("KS", f"{told['ks']:.4f}")]
    return figures


def _in_words(kept: dict[str, Any]) -> str:
    return fault_in_words(kept["template"], kept["params"])
