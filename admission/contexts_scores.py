"""What the page of a decision shows of its score: what added points, what took them, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from admission.bin_words import bin_in_words
from admission.contexts import figure
from admission.features import FEATURES, sources_behind
from admission.features.columns import OUTSIDE
from admission.models import CardSegment, Decision, ShadowScore
from admission.scoring_words import NO_POLICY, WHY_NOT
from admission.sources import SOURCES


@dataclass(frozen=True)
class Points:
    """One question of the card: the answer, the bin it is in, and what it counted."""

    code: str
    label: str
    value: str
    unit: str | Promise
    bin: str
    points: str
    from_average: str
    lost: int
    note: str


@dataclass(frozen=True)
class ScorePart:
    """The score of one decision, or why there is none."""

    why_not: str | Promise
    segment: str | Promise
    unsure: list[str | Promise]
    score: int | None
    band: str
    expected: str
    base_points: int
    card: str
    fingerprint: str
    scorecard: int | None
    policy: str
    took: list[Points]
    added: list[Points]
    shadows: list[ShadowScore]

    @classmethod
    def build(cls, decision: Decision) -> "ScorePart":
        """What was stored with the decision; nothing is worked out anew."""
        kept = decision.scored or {}
        reasons = [_points(each, decision.inputs) for each in kept.get("reasons", ())]
        averages = [each["from_average"] for each in kept.get("reasons", ())]
        told = list(zip(reasons, averages, strict=True))
        return cls(
            why_not="" if decision.score is not None else _why_not(kept),
            segment=CardSegment(kept["segment"]).label if kept else "",
            unsure=[CardSegment(each).label for each in kept.get("unsure", ())],
            score=decision.score,
            band=decision.risk_band,
            expected=f"{kept['pd']:.2%}" if "pd" in kept else "",
            base_points=kept.get("base_points", 0),
            card=f"{CardSegment(kept['segment']).label} v{kept['version']}"
            if "card" in kept
            else "",
            fingerprint=kept.get("card", ""),
            scorecard=decision.scorecard_id,
            policy=str(decision.score_policy or ""),
            took=[each for each, off in told if off < 0],
            added=[each for each, off in reversed(told) if off >= 0],
            shadows=list(decision.shadow_scores.select_related("scorecard").order_by("id")),
        )


def _why_not(kept: Mapping[str, Any]) -> str | Promise:
    return WHY_NOT[str(kept.get("why_not", NO_POLICY))]


def _points(reason: Mapping[str, Any], inputs: Mapping[str, Any]) -> Points:
    shown = figure(reason["feature"], inputs.get(reason["feature"]))
    is_unknown = reason["value"] is None
    return Points(
        code=reason["code"],
        label=shown.label,
        value=_("unknown") if is_unknown else shown.value,
        unit="" if is_unknown else shown.unit,
        bin=_bin(reason),
        points=f"{reason['points']:+d}",
        from_average=f"{reason['from_average']:+d}",
        lost=reason["lost"],
        note=_note(reason),
    )


def _bin(reason: Mapping[str, Any]) -> str:
    if reason["is_unseen"]:
        return _("never seen in training")
    return bin_in_words(str(reason["feature"]), str(reason["bin"]))


def _note(reason: Mapping[str, Any]) -> str:
    """Why an answer is missing: whose word it would have been."""
    if reason["value"] is not None or reason["feature"] not in FEATURES:
        return ""
    asked = sorted(sources_behind([reason["feature"]]))
    names = [SOURCES[each].zh for each in asked if each in OUTSIDE and each in SOURCES]
    if names:
        return _("%(sources)s has told nothing of it.") % {"sources": "、".join(names)}
    return _("Our own files say nothing of it.")
