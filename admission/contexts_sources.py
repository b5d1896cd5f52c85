"""What the register of data sources shows."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from admission.contexts_data import EVERY
from admission.deliveries.schedule import Standing
from admission.models import SourceRecord
from admission.selectors import ClassStanding, data_schedule
from admission.selectors_sources import Health, Held, answers_held, figures_held, health
from admission.source_words import why
from admission.sources.kinds import KINDS, SourceKind, Way
from core.models import User
from core.money import yuan

WAYS: dict[Way, str | Promise] = {
    Way.LIVE: gettext_lazy("asked live"),
    Way.FILE: gettext_lazy("by file"),
    Way.BOTH: gettext_lazy("asked live, and by file"),
}
COLUMN_KINDS: dict[str, str | Promise] = {
    "yuan": gettext_lazy("amount in yuan"),
    "count": gettext_lazy("count"),
    "number": gettext_lazy("decimal number"),
    "share": gettext_lazy("share"),
    "day": gettext_lazy("day"),
    "flag": gettext_lazy("yes or no"),
    "word": gettext_lazy("word"),
    "list": gettext_lazy("several entries"),
}
WELL, ILL = 0.98, 0.80
"""Shares of usable answers from which a source is well, and below which it is ill."""
FAILURES_SHOWN = 10
NOTHING = "—"


@dataclass(frozen=True)
class KindLine:
    """One kind of data in the register."""

    kind: SourceKind
    way: str | Promise
    fresh: list[str]
    cost: str
    level: str
    word: str
    note: str
    held: list[str]
    url: str

    @classmethod
    def build(
        cls,
        kind: SourceKind,
        *,
        health: Health | None,
        standing: ClassStanding | None,
        answers: Held,
        figures: Held,
    ) -> "KindLine":
        """The line of one kind, from how it did lately and what is held of it."""
        level, word = _health(kind, health, standing)
        return cls(
            kind=kind,
            way=WAYS[kind.way],
            fresh=_fresh(kind, standing),
            cost=_cost(kind),
            level=level,
            word=word,
            note=_note(kind, health, standing),
            held=_held(kind, answers, figures),
            url=reverse("admin:admission_sourcekind_one", args=[kind.name]),
        )


@dataclass(frozen=True)
class RegisterPage:
    """All 28 kinds, and how many of them ail."""

    lines: list[KindLine]
    ailing: int

    @classmethod
    def build(cls, *, now: datetime, today: date) -> "RegisterPage":
        """The register as it stands now."""
        lines = _lines(now, today)
        return cls(lines, sum(each.level in ("red", "orange") for each in lines))


@dataclass(frozen=True)
class Failure:
    """One question that brought nothing usable."""

    at: datetime
    status: str
    word: str | Promise
    why: str
    took_ms: int
    url: str


@dataclass(frozen=True)
class ColumnLine:
    """One column of a kind."""

    name: str
    zh: str
    kind: str | Promise
    is_inside: bool


@dataclass(frozen=True)
class KindPage:
    """One kind of data: declaration, columns, how it did lately."""

    line: KindLine
    columns: list[ColumnLine]
    failures: list[Failure]
    records_url: str
    deliveries_url: str

    @classmethod
    def build(cls, kind: SourceKind, user: User, *, now: datetime, today: date) -> "KindPage":
        """The page of one kind; failures are those of customers whom the reader may see."""
        (line,) = (each for each in _lines(now, today) if each.kind is kind)
        return cls(
            line=line,
            columns=[
                ColumnLine(each.name, each.zh, COLUMN_KINDS[each.kind], bool(each.inside))
                for each in kind.columns
            ],
            failures=_failures(kind, user),
            records_url=_records_url(kind) if user.has_perm("admission.view_sourcerecord") else "",
            deliveries_url=_deliveries_url(kind)
            if user.has_perm("admission.view_delivery")
            else "",
        )


def _lines(now: datetime, today: date) -> list[KindLine]:
    did, answers, figures = health(now), answers_held(), figures_held()
    standings = {each.of.name: each for each in data_schedule(today)}
    return [
        KindLine.build(
            kind,
            health=did.get(name),
            standing=standings.get(kind.delivered.name) if kind.delivered else None,
            answers=answers,
            figures=figures,
        )
        for name, kind in KINDS.items()
    ]


def _health(
    kind: SourceKind, health: Health | None, standing: ClassStanding | None
) -> tuple[str, str]:
    """Colour and word: of the questions of a live source, of the plan of a file."""
    if kind.live is None:
        if standing is None or standing.newest is None:
            return "grey", _("nothing delivered yet")
        is_late = standing.standing == Standing.LATE
        return ("orange", _("late")) if is_late else ("green", _("in time"))
    if health is None:
        return "grey", _("not asked lately")
    if health.share >= WELL:
        return "green", _("answers well")
    return ("orange", _("answers with gaps")) if health.share >= ILL else ("red", _("fails"))


def _note(kind: SourceKind, health: Health | None, standing: ClassStanding | None) -> str:
    if kind.live is None:
        newest = standing.newest if standing else None
        return _("newest data of %(day)s") % {"day": newest.as_of.isoformat()} if newest else ""
    if health is None:
        return ""
    told = _("%(answered)s of %(asked)s answered in 7 days") % {
        "answered": f"{health.answered:,}",
        "asked": f"{health.asked:,}",
    }
    if health.quarantined:
        told += " · " + _("%(number)s not trusted") % {"number": f"{health.quarantined:,}"}
    if health.p95_ms is not None:
        told += " · " + _("p95 %(ms)s ms") % {"ms": f"{health.p95_ms:,}"}
    return told


def _fresh(kind: SourceKind, standing: ClassStanding | None) -> list[str]:
    said = []
    if kind.live is not None:
        days = kind.live.days
        said.append(ngettext("%(days)s day", "%(days)s days", days) % {"days": days})
    if standing is not None:
        every, grace = EVERY[standing.plan.every], standing.plan.grace_days
        said.append(_("file %(every)s, %(days)s days of grace") % {"every": every, "days": grace})
    return said


def _cost(kind: SourceKind) -> str:
    return f"{yuan(kind.cost_fen):,.2f}" if kind.cost_fen else _("free")


def _held(kind: SourceKind, answers: Held, figures: Held) -> list[str]:
    said = []
    if kind.live is not None:
        said.append(_counted(answers, kind.name, _("%(number)s answers")))
    if kind.delivered is not None:
        said.append(_counted(figures, kind.delivered.name, _("%(number)s rows of files")))
    return said


def _counted(held: Held, name: str, words: str) -> str:
    number = words % {"number": f"{held.of(name):,}"}
    return _("about %(what)s") % {"what": number} if held.about else number


def _failures(kind: SourceKind, user: User) -> list[Failure]:
    if kind.live is None or not user.has_perm("admission.view_sourcerecord"):
        return []
    rows = (
        SourceRecord.objects.visible_to(user)
        .filter(source=kind.name)
        .exclude(status=SourceRecord.Status.ANSWERED)
        .order_by("-id")
        .only("asked_at", "status", "error", "took_ms")[:FAILURES_SHOWN]
    )
    return [
        Failure(
            each.asked_at,
            each.status,
            each.get_status_display(),
            why(each.error),
            each.took_ms,
            reverse("admin:admission_sourcerecord_change", args=[each.pk]),
        )
        for each in rows
    ]


def _records_url(kind: SourceKind) -> str:
    if kind.live is None:
        return ""
    return reverse("admin:admission_sourcerecord_changelist") + f"?source__exact={kind.name}"


def _deliveries_url(kind: SourceKind) -> str:
    if kind.delivered is None:
        return ""
    return reverse("admin:admission_delivery_changelist") + f"?kind={kind.delivered.name}"
