"""What is shown of a card in shadow beside the champion, and of loans by months on book."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.contexts_scorecards_charts import Chart, Line
from admission.scoring.vintage import SMALL

STANDINGS = {
    "better": ("green", gettext_lazy("tells them apart better, beyond chance")),
    "alike": ("grey", gettext_lazy("no difference beyond chance")),
    "worse": ("red", gettext_lazy("tells them apart worse, beyond chance")),
    "too_few": ("grey", gettext_lazy("too few have ended to say")),
}
WAYS = {
    "rises": gettext_lazy("into a better band"),
    "stays": gettext_lazy("in the same band"),
    "falls": gettext_lazy("into a worse band"),
}
TOLD_AT = (*range(1, 13), 15, 18, 21, 24)
MOST_LINES = 8


@dataclass(frozen=True)
class SwapLine:
    """People whom the card in shadow puts elsewhere, or not."""

    way: str | Promise
    rows: int
    share: str
    ended: int
    bads: int
    bad_rate: str


@dataclass(frozen=True)
class Beside:
    """A card in shadow and the champion on the same people."""

    champion: str
    rows: int
    ended: int
    bads: int
    auc: tuple[str, str]
    ks: tuple[str, str]
    psi: str
    level: str
    word: str | Promise
    off_by: str
    swaps: list[SwapLine]

    @classmethod
    def build(cls, kept: Mapping[str, Any] | None) -> "Beside | None":
        """As a watch keeps it; nothing where there was no champion to be compared with."""
        if not kept:
            return None
        level, word = STANDINGS[kept["standing"]]
        return cls(
            champion=f"v{kept['version']}",
            rows=kept["rows"],
            ended=kept["ended"],
            bads=kept["bads"],
            auc=(_figure(kept["auc"][0]), _figure(kept["auc"][1])),
            ks=(_figure(kept["ks"][0]), _figure(kept["ks"][1])),
            psi=f"{kept['psi']:.3f}",
            level=level,
            word=word,
            off_by="" if kept["off_by"] is None else f"± {2 * kept['off_by']:.3f}",
            swaps=[_swap(each, kept["rows"]) for each in kept["swaps"]],
        )

    @property
    def facts(self) -> list[tuple[str | Promise, str]]:
        """The same in a few lines, for whoever is about to crown the card."""
        of_both = _("%(ours)s in shadow, %(theirs)s the champion")
        swaps = ", ".join(f"{each.way} {each.rows:,}" for each in self.swaps)
        ours_theirs = {"ours": self.auc[0], "theirs": self.auc[1]}
        return [
            (_("Compared on"), _("%(rows)s people, %(ended)s ended, %(bads)s bad") % {
                "rows": f"{self.rows:,}", "ended": f"{self.ended:,}", "bads": f"{self.bads:,}",
            }),
            ("AUC", f"{of_both % ours_theirs} ({self.word})"),
            ("KS", of_both % {"ours": self.ks[0], "theirs": self.ks[1]}),
            ("PSI", self.psi),
            (_("Whom they put elsewhere"), swaps),
        ]  # fmt: skip


@dataclass(frozen=True)
class CohortLine:
    """The loans of one month, and the share gone bad by each month on book."""

    month: str
    loans: int
    is_small: bool
    shares: list[tuple[str, int | None]]


@dataclass(frozen=True)
class Vintage:
    """All cohorts as a table, and the larger of them drawn."""

    months: list[int]
    cohorts: list[CohortLine]
    charts: list[Chart]
    small: int

    @classmethod
    def build(cls, kept: list[Mapping[str, Any]]) -> "Vintage | None":
        """As a watch keeps it; nothing where no loan followed."""
        if not kept:
            return None
        longest = max(len(each["bads"]) for each in kept)
        months = [each for each in TOLD_AT if each <= longest]
        cohorts = [_cohort(each, months) for each in kept]
        return cls(months, cohorts, _drawn(kept), SMALL)


def _cohort(kept: Mapping[str, Any], months: list[int]) -> CohortLine:
    loans, bads = kept["loans"], kept["bads"]
    shares = [
        (f"{bads[month - 1] / loans:.1%}", bads[month - 1]) if month <= len(bads) else ("", None)
        for month in months
    ]
    return CohortLine(kept["month"], loans, loans < SMALL, shares)


def _drawn(kept: list[Mapping[str, Any]]) -> list[Chart]:
    """The newest cohorts that are large enough and have been seen for two months and more."""
    large = [each for each in kept if each["loans"] >= SMALL and len(each["bads"]) > 1]
    large = large[-MOST_LINES:]
    if not large:
        return []
    longest = max(len(each["bads"]) for each in large)
    lines = [
        Line(str(month), [_cell(each, month) for each in large], at=month)
        for month in range(1, longest + 1)
    ]
    headings = [_("Months on book"), *(f"{each['month']} ({each['loans']:,})" for each in large)]
    message = _("Share of loans gone bad by months on book, a line for each month of lending")
    return [Chart("line", message, headings, lines)]


def _cell(kept: Mapping[str, Any], month: int) -> tuple[float | None, str]:
    if month > len(kept["bads"]):
        return None, ""
    share = kept["bads"][month - 1] / kept["loans"]
    return share, f"{share:.1%}"


def _swap(kept: Mapping[str, Any], people: int) -> SwapLine:
    ended, bads = kept["ended"], kept["bads"]
    return SwapLine(
        way=WAYS[kept["way"]],
        rows=kept["rows"],
        share=f"{kept['rows'] / people:.1%}" if people else "—",
        ended=ended,
        bads=bads,
        bad_rate=f"{bads / ended:.1%}" if ended else "—",
    )


def _figure(value: float | None) -> str:
    return "—" if value is None else f"{value:.4f}"
