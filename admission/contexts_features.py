"""The dictionary of features: what each is, how many know it, how it lies, how it drifted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.contexts import UNITS
from admission.features import DERIVED, FEATURES, Feature
from admission.features.measuring import OTHERS, SHOWN, UNKNOWN
from admission.features.registry import UNITS as KINDS
from admission.models import FeatureFigures
from admission.reference.feature_codes import CODES, FORMULAS, MEANINGS
from admission.sources import SOURCES
from core import money
from core.expressions import Kind

OWN_SOURCES: dict[str, str | Promise] = {
    "household": gettext_lazy("Household files and visits"),
    "reviews": gettext_lazy("Sealed reviews"),
    "lists": gettext_lazy("Lists"),
    "deposits": gettext_lazy("Deposits"),
    "payroll": gettext_lazy("Payroll"),
    "products": gettext_lazy("Products held"),
    "channels": gettext_lazy("Electronic channels"),
    "grid": gettext_lazy("Grids"),
    "farmer_credit": gettext_lazy("Farmers' credit register"),
    "own_loans": gettext_lazy("Own loans"),
    "statements": gettext_lazy("Bank statements photographed"),
    DERIVED: gettext_lazy("Worked out from other features"),
}
WINDOWS: dict[str, str | Promise] = {
    "now": gettext_lazy("at present"),
    "batch": gettext_lazy("newest review"),
    "season": gettext_lazy("this season"),
    "life": gettext_lazy("since the beginning"),
    "d": gettext_lazy("%(count)s-day window"),
    "m": gettext_lazy("%(count)s-month window"),
    "y": gettext_lazy("%(count)s-year window"),
}
"""What a feature looks back on; how many days, months or years stands before their letter."""
LITTLE, MUCH = 0.1, 0.25
"""Drift below the one is little, above the other another population."""
NOTHING = "—"
BEGINNING = date(1970, 1, 1)
WORDS_IN_A_LINE = 3
DICTIONARY_ORDER = {code: place for place, code in enumerate(CODES)}


@dataclass(frozen=True)
class Line:
    """One feature in the dictionary."""

    feature: Feature
    means: str
    formula: str
    number: str
    source: str | Promise
    unit: str | Promise
    window: str
    coverage: str
    shape: str
    drift: str
    level: str
    url: str


@dataclass(frozen=True)
class DictionaryPage:
    """All features, narrowed by a search and a source."""

    lines: list[Line]
    sources: list[tuple[str, str | Promise]]
    search: str
    source: str
    measured_on: date | None
    total: int
    never_known: int

    @classmethod
    def build(cls, *, search: str, source: str) -> "DictionaryPage":
        """The dictionary with the figures of the newest run of each feature."""
        newest = newest_figures()
        found = [each for each in in_order() if _fits(each, search, source)]
        days = [each.as_of for each in newest.values()]
        return cls(
            lines=[line(each, newest.get(each.name)) for each in found],
            sources=sorted(
                ((name, source_name(name)) for name in {each.source for each in FEATURES.values()}),
                key=lambda pair: str(pair[1]),
            ),
            search=search,
            source=source,
            measured_on=max(days, default=None),
            total=len(FEATURES),
            never_known=sum(not each.known for each in newest.values()),
        )


def in_order() -> list[Feature]:
    """The features of the catalogue in its order, then those of our own."""
    last = len(DICTIONARY_ORDER)
    return sorted(
        FEATURES.values(), key=lambda each: (DICTIONARY_ORDER.get(each.name, last), each.name)
    )


def newest_figures() -> dict[str, FeatureFigures]:
    """The newest figures of every feature."""
    rows = FeatureFigures.objects.order_by("name", "-run_id").distinct("name")
    return {each.name: each for each in rows}


def source_name(name: str) -> str | Promise:
    """A source as people call it."""
    return SOURCES[name].zh if name in SOURCES else OWN_SOURCES[name]


def _fits(feature: Feature, search: str, source: str) -> bool:
    if source and feature.source != source:
        return False
    means = MEANINGS.get(feature.name, "")
    written = f"{feature.name} {feature.zh} {means} {feature.about}".lower()
    return all(word in written for word in search.lower().split())


def line(feature: Feature, told: FeatureFigures | None) -> Line:
    """One feature as the dictionary shows it."""
    return Line(
        feature=feature,
        means=MEANINGS.get(feature.name, ""),
        formula=FORMULAS.get(feature.name, ""),
        number=CODES.get(feature.name, ""),
        source=source_name(feature.source),
        unit=unit(feature),
        window=window(feature),
        coverage=coverage(told) if told else NOTHING,
        shape=in_short(feature, told) if told else NOTHING,
        drift=NOTHING if told is None or told.psi is None else f"{told.psi:.3f}",
        level=level(told),
        url=reverse("admin:admission_featurefigures_one", args=[feature.name]),
    )


def coverage(told: FeatureFigures) -> str:
    """The share of customers of whom a feature is known."""
    return f"{told.known / told.customers:.1%}" if told.customers else NOTHING


def unit(feature: Feature) -> str | Promise:
    """What a feature is counted in."""
    return UNITS.get(feature.unit, "")


def window(feature: Feature) -> str:
    """What a feature looks back on, in words."""
    letter = feature.window.lstrip("0123456789")
    return str(WINDOWS[letter]) % {"count": feature.window.removesuffix(letter)}


def level(told: FeatureFigures | None) -> str:
    """How much a feature has drifted, as a colour."""
    if told is None or told.psi is None:
        return ""
    return "green" if told.psi < LITTLE else "yellow" if told.psi < MUCH else "red"


def in_short(feature: Feature, told: FeatureFigures) -> str:
    """The distribution in one line: the most frequent words, or the middle and its span."""
    if not told.known:
        return NOTHING
    if "words" in told.shape:
        most = list(told.shape["words"].items())[:WORDS_IN_A_LINE]
        return "　".join(f"{_word(word)} {count / told.known:.0%}" for word, count in most)
    low, middle, high = (written(feature, told.shape[cut]) for cut in ("p10", "middle", "p90"))
    return f"{low} · {middle} · {high}"


def _word(word: str) -> str:
    return {"true": _("Yes"), "false": _("No"), OTHERS: _("others")}.get(word, word)


def written(feature: Feature, value: float | None) -> str:
    """One value of a feature as people read it."""
    if value is None:
        return NOTHING
    kind = KINDS[feature.unit]
    if kind is Kind.MONEY:
        return f"{money.yuan(int(value)):,.0f}"
    if kind is Kind.DATE:
        return (BEGINNING + timedelta(days=int(value))).isoformat()
    if feature.unit == "ratio":
        return f"{value:.1%}"
    return f"{value:,.0f}" if kind is Kind.INTEGER else f"{value:,.2f}"


@dataclass(frozen=True)
class Bar:
    """One bin of a distribution."""

    label: str
    count: int
    share: float


@dataclass(frozen=True)
class FeaturePage:
    """One feature: its definition, its distribution today, and its runs."""

    line: Line
    quantiles: list[tuple[str | Promise, str]]
    bars: list[Bar]
    runs: list[tuple[FeatureFigures, str, str]]
    needs: list[Feature]

    @classmethod
    def build(cls, feature: Feature) -> "FeaturePage":
        """The page of one feature."""
        runs = list(FeatureFigures.objects.filter(name=feature.name)[:RUNS_SHOWN])
        told = runs[0] if runs else None
        return cls(
            line=line(feature, told),
            quantiles=_quantiles(feature, told) if told else [],
            bars=_bars(feature, told) if told else [],
            runs=[(each, coverage(each), level(each)) for each in runs],
            needs=[FEATURES[each] for each in feature.needs if each in FEATURES],
        )


RUNS_SHOWN = 12
QUANTILES: Mapping[str, str | Promise] = {
    "least": gettext_lazy("Least"),
    "p10": "P10",
    "p25": "P25",
    "middle": gettext_lazy("Middle"),
    "p75": "P75",
    "p90": "P90",
    "most": gettext_lazy("Most"),
    "mean": gettext_lazy("Mean"),
}


def _quantiles(feature: Feature, told: FeatureFigures) -> list[tuple[str | Promise, str]]:
    if "words" in told.shape or not told.known:
        return []
    return [(QUANTILES[cut], written(feature, told.shape[cut])) for cut in (*SHOWN, "mean")]


def _bars(feature: Feature, told: FeatureFigures) -> list[Bar]:
    """Counts by word or between edges, unknown last."""
    counts, edges = told.bins["counts"], told.bins.get("edges")
    labels = _labels(feature, edges) if edges is not None else {}
    keys: Sequence[Any] = labels or [each for each in counts if each != UNKNOWN]
    bars = [
        Bar(labels.get(key) or _word(key), counts.get(key, 0), counts.get(key, 0) / told.customers)
        for key in keys
    ]
    missing = counts.get(UNKNOWN, 0)
    return [*bars, Bar(_("unknown"), missing, missing / told.customers)] if told.customers else []


def _labels(feature: Feature, edges: Sequence[float]) -> dict[str, str]:
    said = [written(feature, each) for each in edges]
    if not said:
        return {"0": _("all")}
    labels = {"0": f"≤ {said[0]}"}
    for place, (low, high) in enumerate(zip(said, said[1:], strict=False), start=1):
        labels[str(place)] = f"{low} – {high}"
    return labels | {str(len(said)): f"> {said[-1]}"}
