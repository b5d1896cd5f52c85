"""What the risk wall shows: figures in their order, each with the way to what it counts."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from admission.contexts import LEVEL_COLOURS
from admission.contexts_scorecard_watch import STANDINGS
from admission.judgement import OUTCOMES
from admission.judgement.outcome import ADMITTING
from admission.models import Authorisation, Decision, Scorecard
from admission.selectors_wall import Requests, SourceHealth
from admission.services.risk_wall import DAYS_SHOWN, Wall
from admission.sources import SOURCES
from admission.sources.breaker import AFTER_FAILURES, REST_SECONDS

MOST_BARS = 8
"""Bars of one chart; the register has all."""
SLOW_MS, FAILING = 3_000, 0.1
"""From which middle-of-the-worst a source is slow, and from which share of failures it is ill."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Card:
    """One figure in large."""

    label: str | Promise
    value: str
    note: str
    level: str
    url: str


@dataclass(frozen=True)
class Bar:
    """One bar of a chart: its parts in the order of the chart's headings."""

    name: str
    counts: list[int]
    total: int
    url: str
    colour: str = ""


@dataclass(frozen=True)
class Chart:
    """One message, drawn from the table that stands behind it. ``states`` name and colour the
    parts of each bar."""

    key: str
    message: str | Promise
    column: str | Promise
    kind: str
    states: list[tuple[str, str | Promise]]
    bars: list[Bar]
    empty: str | Promise

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(each.total for each in self.bars)


@dataclass(frozen=True)
class SourceLine:
    """How a source does: asked, failed, how fast, and whether it is left alone."""

    name: str
    asked: int
    failed: str
    p50: str
    p95: str
    level: str
    word: str | Promise
    url: str


@dataclass(frozen=True)
class DriftLine:
    """A scorecard in use and its drift."""

    name: str
    status: str | Promise
    psi: str
    level: str
    word: str | Promise
    on: date | None
    url: str


@dataclass(frozen=True)
class WallPage:
    """The wall of one day."""

    day: date
    counted_at: datetime
    cards: list[Card]
    charts: list[Chart]
    sources: list[SourceLine]
    drifts: list[DriftLine]
    is_quiet: bool

    @classmethod
    def build(cls, wall: Wall) -> "WallPage":
        """Set out the figures; asks nothing of the database."""
        total = _by(wall.requests, lambda each: each.outcome)
        return cls(
            day=wall.day,
            counted_at=wall.counted_at,
            cards=_cards(wall, total),
            charts=[
                _trend(wall, total),
                _hours(wall),
                _branches(wall),
                _products(wall),
                _rules(wall),
                _reasons(wall),
            ],
            sources=_sources(wall),
            drifts=_drifts(wall),
            is_quiet=not wall.requests,
        )


def _register(day: date, **chosen: object) -> str:
    """The register of the requests of a day, narrowed."""
    of_day = {"as_of__gte": day.isoformat(), "as_of__lt": (day + DAY).isoformat()}
    asked = {**of_day, "requests": "once", **chosen}
    return f"{reverse('admin:admission_decision_changelist')}?{urlencode(asked)}"


def _by(requests: Iterable[Requests], of: Callable[[Requests], object]) -> Counter:
    counted: Counter = Counter()
    for each in requests:
        counted[of(each)] += each.count
    return counted


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "—"


def _cards(wall: Wall, total: Counter) -> list[Card]:
    asked = sum(total.values())
    before = Counter()
    for day, _outcome, count in wall.days:
        before[day] += count
    admitted = sum(total[each] for each in ADMITTING)
    yesterday = before[wall.day - DAY]
    overrides = reverse("admin:admission_override_changelist")
    return [
        Card(_("Requests"), f"{asked:,}", str(_("the day before %(n)s") % {"n": f"{yesterday:,}"}),
             "", _register(wall.day)),
        Card(_("Admitted"), f"{admitted:,}", _share(admitted, asked), "green",
             _register(wall.day, outcome__in=",".join(ADMITTING))),
        *(
            Card(Decision.Outcome(each).label, f"{total[each]:,}", _share(total[each], asked),
                 level, _register(wall.day, outcome__exact=each))
            for each, level in (("manual", "orange"), ("wait", "yellow"), ("refuse", "red"))
        ),
        Card(_("Overridden by head office"), f"{wall.overridden:,}",
             str(_("%(n)s proposed and not settled") % {"n": wall.overrides_waiting}),
             "orange" if wall.overrides_waiting else "",
             f"{overrides}?status__exact=approved&settled_at__date={wall.day}" if wall.overridden
             else f"{overrides}?status__exact=proposed"),
    ]  # fmt: skip


def _states() -> list[tuple[str, str | Promise]]:
    return [(each, Decision.Outcome(each).label) for each in OUTCOMES]


def _trend(wall: Wall, total: Counter) -> Chart:
    """The days up to this one, by outcome."""
    counted = {(day, outcome): count for day, outcome, count in wall.days}
    counted |= {(wall.day, outcome): count for outcome, count in total.items()}
    shown = [wall.day - (DAYS_SHOWN - 1 - at) * DAY for at in range(DAYS_SHOWN)]
    bars = [
        _stacked(f"{day:%m-%d}", {each: counted.get((day, each), 0) for each in OUTCOMES},
                 _register(day))
        for day in shown
    ]  # fmt: skip
    return Chart("trend", _("Requests of the last 14 days, by outcome"), _("Day"), "columns",
                 _states(), bars, _("No request in these days."))  # fmt: skip


def _stacked(name: str, counts: dict[str, int], url: str) -> Bar:
    parts = [counts.get(each, 0) for each in OUTCOMES]
    return Bar(name, parts, sum(parts), url)


def _hours(wall: Wall) -> Chart:
    counted = _by(wall.requests, lambda each: (each.hour, each.outcome))
    hours = [hour for hour, _outcome in counted]
    first, last = min(hours, default=8), max(hours, default=18)
    bars = [
        _stacked(f"{hour}:00", {each: counted[hour, each] for each in OUTCOMES},
                 _register(wall.day))
        for hour in range(min(first, 8), max(last, 18) + 1)
    ]  # fmt: skip
    return Chart("hours", _("Requests of the day by the hour"), _("Hour"), "columns", _states(),
                 bars, _("No request yet on this day."))  # fmt: skip


def _branches(wall: Wall) -> Chart:
    counted = _by(wall.requests, lambda each: (each.branch, each.outcome))
    names = {each.branch: each.branch_name for each in wall.requests}
    bars = [
        _stacked(name, {each: counted[branch, each] for each in OUTCOMES},
                 _register(wall.day, branch=branch))
        for branch, name in names.items()
    ]  # fmt: skip
    return Chart("branches", _("Requests of the day by branch"), _("Branch"), "rows", _states(),
                 _largest(bars), _("No request yet on this day."))  # fmt: skip


def _largest(bars: list[Bar]) -> list[Bar]:
    return sorted(bars, key=lambda each: (-each.total, each.name))[:MOST_BARS]


def _products(wall: Wall) -> Chart:
    """Products that were asked for; what was asked for no product stands under its purpose."""
    products: dict[int, dict[str, int]] = {}
    names, told = {}, Counter()
    for each in wall.products:
        names[each.product] = each.name
        products.setdefault(each.product, {})[each.outcome] = each.count
        told[each.outcome] += each.count
    bars = [
        _stacked(names[product], counts, _register(wall.day, product=product))
        for product, counts in products.items()
    ]
    counted = _by(wall.requests, lambda each: (each.purpose, each.outcome))
    for purpose in Authorisation.Purpose:
        counts = {each: counted[purpose.value, each] for each in OUTCOMES}
        if purpose is Authorisation.Purpose.APPLICATION:
            counts = {each: max(count - told[each], 0) for each, count in counts.items()}
        if any(counts.values()):
            bars.append(
                _stacked(str(purpose.label), counts,
                         _register(wall.day, purpose__exact=purpose.value))
            )  # fmt: skip
    return Chart("products", _("Requests of the day by product and purpose"), _("Product"), "rows",
                 _states(), _largest(bars), _("No request yet on this day."))  # fmt: skip


def _rules(wall: Wall) -> Chart:
    bars = [
        Bar(f"{each.code} {each.name}", [each.hits], each.hits, _register(wall.day, rule=each.code),
            LEVEL_COLOURS.get(each.level, ""))
        for each in wall.rules
    ]  # fmt: skip
    return Chart("rules", _("Rules that held most often"), _("Rule"), "rows",
                 [("", _("Decisions"))], _largest(bars), _("No rule held."))  # fmt: skip


def _reasons(wall: Wall) -> Chart:
    """Which rules brought the refusals about; a customer may be refused for several."""
    bars = [
        Bar(f"{each.code} {each.name}", [each.refused], each.refused,
            _register(wall.day, refused_for=each.code),
            LEVEL_COLOURS.get(each.level, ""))
        for each in wall.rules if each.refused
    ]  # fmt: skip
    return Chart("reasons", _("What the refused were refused for"), _("Rule"), "rows",
                 [("", _("Refused"))], _largest(bars), _("Nobody was refused."))  # fmt: skip


def _sources(wall: Wall) -> list[SourceLine]:
    """Every outside source; the ill first, those that nobody asked last."""
    heard = {each.source: each for each in wall.sources}
    lines = [_source(SOURCES[name].zh, name, heard.get(name), wall.counted_at) for name in SOURCES]
    order = {"red": 0, "orange": 1, "yellow": 2, "green": 3, "grey": 4}
    return sorted(lines, key=lambda each: order[each.level])


def _source(name: str, code: str, of: SourceHealth | None, at: datetime) -> SourceLine:
    url = f"{reverse('admin:admission_sourcerecord_changelist')}?source__exact={code}"
    if of is None:
        return SourceLine(name, 0, "—", "—", "—", "grey", _("not asked"), url)
    bad = of.failed + of.quarantined
    level, word = _health(of, bad, at)
    return SourceLine(
        name=name,
        asked=of.asked,
        failed=f"{bad:,} · {_share(bad, of.asked)}",
        p50=f"{of.p50_ms:,.0f}",
        p95=f"{of.p95_ms:,.0f}",
        level=level,
        word=word,
        url=url,
    )


def _health(of: SourceHealth, bad: int, at: datetime) -> tuple[str, str | Promise]:
    """What the breaker does with such a row of failures, then how often and how slowly."""
    is_down = len(of.newest) == AFTER_FAILURES and "answered" not in of.newest
    if is_down and (at - of.asked_last).total_seconds() < REST_SECONDS:
        return "red", _("down, left alone")
    if is_down:
        return "red", _("down, the next question tries it")
    if bad / of.asked >= FAILING:
        return "orange", _("fails often")
    if of.p95_ms >= SLOW_MS:
        return "yellow", pgettext_lazy("a source", "slow")
    return "green", _("well")


def _drifts(wall: Wall) -> list[DriftLine]:
    found = []
    for each in wall.drifts:
        level, word = STANDINGS.get(each.standing, ("grey", _("not looked at yet")))
        found.append(
            DriftLine(
                name=each.name,
                status=Scorecard.Status(each.status).label,
                psi="—" if each.psi is None else f"{each.psi:.3f}",
                level=level,
                word=word,
                on=each.on,
                url=reverse("admin:admission_scorecard_change", args=[each.scorecard]),
            )
        )
    return found
