"""What the monitoring page of a scorecard shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.contexts import feature_in_words
from admission.contexts_scorecard_beside import Beside, Vintage
from admission.contexts_scorecards_charts import Chart, Line
from admission.models import ScorecardWatch

STANDINGS = {
    "steady": ("green", gettext_lazy("steady")),
    "watch": ("yellow", gettext_lazy("keep an eye on it")),
    "shifted": ("red", gettext_lazy("shifted")),
    "too_few": ("grey", gettext_lazy("too few")),
}


@dataclass(frozen=True)
class Told:
    """A figure as written, with the word and colour of what it means."""

    written: str
    word: str | Promise
    level: str


@dataclass(frozen=True)
class SliceLine:
    """Everybody, a month or a branch."""

    name: str | Promise
    rows: int
    ended: int
    bads: int
    bad_rate: str
    expected: str
    score: str
    psi: Told
    auc: Told
    ks: str
    calibration: Told


@dataclass(frozen=True)
class WatchPage:
    """One look at a card at work."""

    watch: ScorecardWatch
    everybody: SliceLine
    months: list[SliceLine]
    branches: list[SliceLine]
    features: list[tuple[str, Told]]
    charts: list[Chart]
    alarms: int
    beside: Beside | None
    vintage: Vintage | None

    @property
    def everybody_alone(self) -> list[SliceLine]:
        """Everybody as a table of one row."""
        return [self.everybody]

    @classmethod
    def build(cls, watch: ScorecardWatch) -> "WatchPage":
        """Months in order, branches by name, each with how many people it rests on."""
        kept = watch.result
        months = [_line(each) for each in kept["months"]]
        branches = [_line(each) for each in kept["branches"]]
        everybody = _line({**kept["everybody"], "name": _("Everybody")})
        features = [
            (feature_in_words(each["feature"]), _told(each["csi"], "{:.3f}"))
            for each in kept["features"]
        ]
        return cls(
            watch=watch,
            everybody=everybody,
            months=months,
            branches=branches,
            features=features,
            charts=_by_month(kept["months"]),
            alarms=watch.shifted,
            beside=Beside.build(kept.get("beside")),
            vintage=Vintage.build(kept.get("vintages", [])),
        )


def _told(judged: Mapping[str, Any], shape: str) -> Told:
    level, word = STANDINGS[judged["standing"]]
    value = judged["value"]
    return Told("—" if value is None else shape.format(value), word, level)


def _line(each: Mapping[str, Any]) -> SliceLine:
    ended = each["ended"]
    return SliceLine(
        name=each["name"] or _("not named"),
        rows=each["rows"],
        ended=ended,
        bads=each["bads"],
        bad_rate=f"{each['bads'] / ended:.1%}" if ended else "—",
        expected=f"{each['expected'] / ended:.1%}" if ended else "—",
        score=f"{each['mean_score']:.0f}",
        psi=_told(each["psi"], "{:.3f}"),
        auc=_told(each["auc"], "{:.3f}"),
        ks="—" if each["ks"] is None else f"{each['ks']:.3f}",
        calibration=_told(each["calibration"], "{:+.1f} σ"),
    )


def _by_month(months: list[Mapping[str, Any]]) -> list[Chart]:
    """Bad rate by month beside what was expected; months without a known end are not drawn."""
    ended = [each for each in months if each["ended"]]
    if len(ended) < 2:
        return []
    lines = [
        Line(
            each["name"],
            [
                (share, f"{share:.1%}")
                for share in (each["bads"] / each["ended"], each["expected"] / each["ended"])
            ],
        )
        for each in ended
    ]
    headings = [_("Month"), _("Bad rate"), _("Expected bad rate")]
    return [
        Chart("line", _("Bad rate by month of the decision, beside the expected"), headings, lines)
    ]
