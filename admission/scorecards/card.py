"""A scorecard: bins, points, and what is known about them, as one file that says all."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from admission.scorecards.bins import Bin, Binned
from admission.scorecards.errors import Unusable
from admission.scorecards.settings import Scale, Settings

SCHEMA = "qianmo.scorecard/1"


@dataclass(frozen=True, slots=True)
class Feature:
    """One question of the card: its bins with their points, and the coefficient behind them.

    ``unseen_points`` is what a word counts for that training never saw; None refuses it.
    """

    binned: Binned
    regression: Mapping[str, float]
    unseen_points: int | None = 0

    @property
    def name(self) -> str:
        """The column asked."""
        return self.binned.name

    @property
    def points(self) -> list[int]:
        """The points of each bin, in order."""
        return [each.points for each in self.binned.bins]

    @property
    def best(self) -> int:
        """The most points that somebody of training could have had here."""
        return max(each.points for each in self.binned.bins if each.count)

    def as_json(self) -> dict[str, Any]:
        """As kept in the card."""
        return {
            "name": self.name,
            "kind": "text" if self.binned.is_text else "number",
            "trend": self.binned.trend,
            "iv": round(self.binned.iv, 6),
            **self.regression,
            "unseen_points": self.unseen_points,
            "bins": [each.as_json() for each in self.binned.bins],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Feature":
        """A question as :meth:`as_json` wrote it."""
        bins = tuple(Bin.from_json(each) for each in kept["bins"])
        told = ("coefficient", "standard_error", "p_value", "low_95", "high_95", "inflation")
        return cls(
            Binned(kept["name"], kept["kind"] == "text", kept["trend"], bins),
            {name: kept[name] for name in told},
            kept["unseen_points"],
        )


@dataclass(frozen=True, slots=True)
class Card:
    """A fitted scorecard. A score is ``base_points`` and the points of each question's bin.

    ``left_out`` says why a column is not asked, and of one that could have been how it was cut.
    """

    target: str
    settings: Settings
    base_points: int
    intercept: Mapping[str, float]
    features: tuple[Feature, ...]
    left_out: tuple[Mapping[str, Any], ...]
    sample: Mapping[str, Any]
    evidence: Mapping[str, Mapping[str, Any]]

    @property
    def scale(self) -> Scale:
        """What a point is worth."""
        return self.settings.scale

    @property
    def names(self) -> list[str]:
        """The columns that the card asks."""
        return [each.name for each in self.features]

    @property
    def figures(self) -> list[str]:
        """The columns of a file that it reads as figures; whatever else is in it stays as it is
        written there: a 0012 among words, or in a customer's number, is no 12."""
        asked = [each.name for each in self.features if not each.binned.is_text]
        return [*asked, self.target]

    @property
    def hash(self) -> str:
        """SHA-256 of everything that the card says."""
        return hashlib.sha256(_canonical(self._body()).encode()).hexdigest()

    def with_evidence(self, **evidence: Mapping[str, Any]) -> "Card":
        """The same card with what another set of people said of it."""
        return replace(self, evidence={**self.evidence, **evidence})

    def as_json(self) -> dict[str, Any]:
        """The card with its schema and hash."""
        return {"schema": SCHEMA, "hash": self.hash, **self._body()}

    def dumps(self) -> str:
        """The card as a file, to the byte the same for the same data and settings."""
        return json.dumps(self.as_json(), ensure_ascii=False, indent=1) + "\n"

    def _body(self) -> dict[str, Any]:
        return {
            "target": self.target,
            "settings": self.settings.as_json(),
            "base_points": self.base_points,
            "intercept": dict(self.intercept),
            "features": [each.as_json() for each in self.features],
            "left_out": [dict(each) for each in self.left_out],
            "sample": dict(self.sample),
            "evidence": {name: dict(each) for name, each in self.evidence.items()},
        }


def loads(text: str) -> Card:
    """A card out of its file. Raises Unusable if it is none, or if it was changed by hand."""
    try:
        kept = json.loads(text)
    except ValueError as exc:
        raise Unusable("The card is no JSON file.") from exc
    return from_json(kept)


def from_json(kept: Mapping[str, Any]) -> Card:
    """A card as :meth:`Card.as_json` wrote it. Raises Unusable like :func:`loads`."""
    if not isinstance(kept, Mapping) or kept.get("schema") != SCHEMA:
        raise Unusable("The file is no scorecard of the schema %(schema)s.", schema=SCHEMA)
    try:
        card = Card(
            target=kept["target"],
            settings=Settings.from_json(kept["settings"]),
            base_points=kept["base_points"],
            intercept=kept["intercept"],
            features=tuple(Feature.from_json(each) for each in kept["features"]),
            left_out=tuple(kept["left_out"]),
            sample=kept["sample"],
            evidence=kept["evidence"],
        )
        honest = card.hash == kept.get("hash")
    except (KeyError, TypeError, AttributeError) as exc:
        raise Unusable("The card lacks a part: %(part)s.", part=exc) from exc
    if not honest:
        raise Unusable("The card was changed after it was fitted: its hash does not agree.")
    return card


def odds_scale(scale: Scale) -> tuple[float, float]:
    """(points per unit of log-odds, points at even odds)."""
    factor = scale.pdo / math.log(2)
    return factor, scale.base_score - factor * math.log(scale.base_odds)


def _canonical(body: Mapping[str, Any]) -> str:
    return json.dumps(_plain(body), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(part: Any) -> Any:
    """The same with whole numbers as such: a database keeps neither 2.0 nor -0.0 as written."""
    if isinstance(part, Mapping):
        return {str(name): _plain(each) for name, each in part.items()}
    if isinstance(part, list | tuple):
        return [_plain(each) for each in part]
    return int(part) if isinstance(part, float) and part.is_integer() else part
