"""What pages show of delivered data: quality, schedule, figures with their file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from admission.deliveries import schedule
from admission.deliveries.classes import CLASSES, Column, DataClass
from admission.deliveries.schedule import Standing
from admission.models import Delivery, Figures
from admission.selectors import ClassStanding, Plan, data_schedule, plans
from admission.services.delivery_reasons import finding
from core import money
from core.models import User
from village.file_sections import Section, whose, with_people
from village.models import Customer, Household

NOTHING = "—"
STANDINGS: dict[Standing, tuple[str | Promise, str]] = {
    Standing.FRESH: (_("Up to date"), "green"),
    Standing.DUE: (_("Due now"), "yellow"),
    Standing.LATE: (_("Late"), "red"),
    Standing.NEVER: (_("Never delivered"), "grey"),
    Standing.OFF: (_("Not expected"), "grey"),
}
EVERY = {
    "day": _("Every day"),
    "week": _("Every week"),
    "month": _("Every month"),
    "quarter": _("Every quarter"),
    "year": _("Every year"),
}
SHARES = {"share", "now", "before"}
SHOWN = ("customer_id", "kind", "part", "as_of", "line", "values", "delivery__file_name")
"""What a file reads of figures: not the delivery's whole report."""


def written(column: Column, value: Any) -> str:
    """One value as people read it; its unit stands in :func:`unit`."""
    if value is None:
        return NOTHING
    if column.kind == "yuan":
        return f"{money.yuan(int(value)):,.2f}"
    if column.kind == "share":
        return f"{value:.1%}"
    if column.kind == "flag":
        return gettext("Yes") if value else gettext("No")
    if column.is_figure:
        return f"{Decimal(str(value)).normalize():,f}"
    return str(value)


def unit(column: Column) -> str | Promise:
    """What a figure is counted in."""
    return _("yuan") if column.kind == "yuan" else column.unit


def class_name(kind: str) -> str:
    """A class as people call it; one that is declared no longer keeps its name."""
    of = CLASSES.get(kind)
    return of.zh if of else kind


def age_in_words(day: date, today: date) -> str:
    """How old data are."""
    days = max((today - day).days, 0)
    return ngettext("%(days)d day old", "%(days)d days old", days) % {"days": days}


@dataclass(frozen=True)
class ColumnLine:
    """One column of a delivery: how full it is, and how its figures lie."""

    label: str
    unit: str | Promise
    filled: str
    before: str
    middle: str
    high: str
    most: str
    note: str


@dataclass(frozen=True)
class FindingLine:
    """One thing somebody should look at."""

    column: str
    says: str
    grave: bool


@dataclass(frozen=True)
class QualityPage:
    """The quality report of one delivery."""

    delivery: Delivery
    name: str
    age: str
    columns: list[ColumnLine]
    findings: list[FindingLine]
    can_settle: bool
    shares: Mapping[str, str]

    @classmethod
    def build(cls, delivery: Delivery, user: User) -> "QualityPage":
        """The report from what was counted when the delivery came."""
        of = CLASSES.get(delivery.kind)
        good = max(delivery.rows - delivery.refused, 1)
        return cls(
            delivery=delivery,
            name=class_name(delivery.kind),
            age=age_in_words(delivery.as_of, timezone.localdate(delivery.received_at)),
            columns=_column_lines(delivery, of, good) if of else [],
            findings=[_finding(each, of) for each in delivery.findings],
            can_settle=delivery.status == Delivery.Status.HELD
            and user.has_perm("admission.settle_delivery")
            and delivery.received_by_id != user.pk,
            shares={
                name: f"{getattr(delivery, name) / max(delivery.rows, 1):.1%}"
                for name in ("matched", "unmatched", "refused")
            },
        )


def _column_lines(delivery: Delivery, of: DataClass, good: int) -> list[ColumnLine]:
    previous = delivery.previous
    earlier = previous.quality if previous else {}
    rows_then = max(previous.rows - previous.refused, 1) if previous else 1
    lines = []
    for each in of.columns:
        told = delivery.quality.get(each.name)
        if told is None:
            continue
        then = earlier.get(each.name)
        lines.append(
            ColumnLine(
                label=each.zh,
                unit=unit(each),
                filled=f"{told['filled'] / good:.1%}",
                before=f"{then['filled'] / rows_then:.1%}" if then else NOTHING,
                middle=written(each, told.get("middle")) if each.is_figure else NOTHING,
                high=written(each, told.get("high")) if each.is_figure else NOTHING,
                most=written(each, told.get("most")) if each.is_figure else NOTHING,
                note=_note(each, told),
            )
        )
    return lines


def _note(column: Column, told: Mapping[str, Any]) -> str:
    if column.kind == "flag":
        return f"{gettext('Yes')} {told['true']:,}"
    if "words" in told:
        return "　".join(f"{word} {count:,}" for word, count in told["words"].items() if count)
    if column.kind == "day" and told["least"]:
        return f"{told['least']} – {told['most']}"
    return ""


def _finding(kept: Mapping[str, Any], of: DataClass | None) -> FindingLine:
    known = {each.name: each for each in of.columns} if of else {}
    column = known.get(kept["column"])
    detail = {
        name: _detail(kept["code"], name, value, column) for name, value in kept["detail"].items()
    }
    return FindingLine(
        column=column.zh if column else kept["column"],
        says=finding(kept["code"], detail),
        grave=kept["grave"],
    )


def _detail(code: str, name: str, value: Any, column: Column | None) -> str:
    """One figure of a finding: shares as per cent, amounts with their unit."""
    if isinstance(value, list):
        return "、".join(str(each) for each in value)
    if code == "moved" and column is not None:
        return f"{written(column, value)} {unit(column)}".strip()
    if isinstance(value, float) and name in SHARES:
        return f"{value:.1%}"
    return f"{value:,}" if isinstance(value, int) else str(value)


@dataclass(frozen=True)
class ScheduleLine:
    """One class in the schedule."""

    at: ClassStanding
    word: str | Promise
    level: str
    every: str | Promise
    days_late: int
    age: str
    edit: str


@dataclass(frozen=True)
class SchedulePage:
    """What data are due when, and what is late."""

    today: date
    lines: list[ScheduleLine]
    can_change: bool
    can_add: bool

    @classmethod
    def build(cls, user: User, *, today: date) -> "SchedulePage":
        """Every declared class, the late ones first."""
        order = {"red": 0, "yellow": 1, "green": 2, "grey": 3}
        lines = sorted(
            (_schedule_line(each, today) for each in data_schedule(today)),
            key=lambda line: order[line.level],
        )
        return cls(
            today=today,
            lines=lines,
            can_change=user.has_perm("admission.change_deliveryplan"),
            can_add=user.has_perm("admission.add_delivery"),
        )

    @property
    def late(self) -> int:
        """How many classes are late."""
        return sum(line.level == "red" for line in self.lines)


def _schedule_line(each: ClassStanding, today: date) -> ScheduleLine:
    word, level = STANDINGS[each.standing]
    return ScheduleLine(
        at=each,
        word=word,
        level=level,
        every=EVERY[each.plan.every],
        days_late=each.due.days_late(today) if each.plan.is_expected else 0,
        age=age_in_words(each.newest.as_of, today) if each.newest else "",
        edit=reverse("admin:admission_deliveryplan_edit", args=[each.of.name]),
    )


@dataclass(frozen=True)
class Shown:
    """One figure as a page shows it."""

    label: str
    value: str
    unit: str | Promise


@dataclass(frozen=True)
class Block:
    """What one row of one file says of one person, with its way back to the file."""

    figures_id: int
    name: str
    owner: str
    part: str
    shown: list[Shown]
    as_of: date
    age: str
    is_stale: bool
    file: str
    line: int

    @property
    def headline(self) -> Shown | None:
        """The figure by which the class is known: the first that it declares."""
        return self.shown[0] if self.shown else None

    @property
    def source(self) -> str:
        """Which file and which line."""
        return gettext("%(file)s, line %(line)s") % {"file": self.file, "line": self.line}


@dataclass(frozen=True)
class PersonData:
    """Everything that files say of one member of a household."""

    customer: Customer
    blocks: list[Block]


def block(figures: Figures, plan: Plan | None, today: date) -> Block:
    """Delivered figures as a page shows them; ``plan`` says when they are too old."""
    of = CLASSES.get(figures.kind)
    shown = []
    if of:
        shown = [
            Shown(each.zh, written(each, figures.values[each.name]), unit(each))
            for each in of.columns
            if each.name != of.part and figures.values.get(each.name) is not None
        ]
    return Block(
        figures_id=figures.pk,
        name=class_name(figures.kind),
        owner=of.owner if of else "",
        part=figures.part,
        shown=shown,
        as_of=figures.as_of,
        age=age_in_words(figures.as_of, today),
        is_stale=plan is not None and _is_stale(figures.as_of, plan, today),
        file=figures.delivery.file_name,
        line=figures.line,
    )


def _is_stale(day: date, plan: Plan, today: date) -> bool:
    if not plan.is_expected:
        return False
    return schedule.due(plan.every, plan.grace_days, day, today).standing == Standing.LATE


def household_section(
    household: Household, user: User, *, person: Customer | None = None
) -> Section | None:
    """Delivered data in a file: every figure beside its day, its age and its file."""
    if not user.has_perm("admission.view_figures"):
        return None
    found = (
        Figures.objects.filter(whose(household, person))
        .select_related("delivery")
        .only(*SHOWN)
        .order_by("customer_id", "kind", "part")
    )
    people = _by_person(with_people(found, household), plans(), timezone.localdate())
    if not people:
        return None
    context = {
        "people": people,
        "is_one": person is not None,
        "sees_files": user.has_perm("admission.view_delivery"),
    }
    return Section(_("Data"), "admission/_data_household.html", context)


def _by_person(
    found: Iterable[Figures], plans_now: Mapping[str, Plan], today: date
) -> list[PersonData]:
    order = {name: place for place, name in enumerate(CLASSES)}
    people: dict[int, PersonData] = {}
    for each in sorted(found, key=lambda row: order.get(row.kind, len(order))):
        person = people.setdefault(each.customer_id, PersonData(each.customer, []))
        person.blocks.append(block(each, plans_now.get(each.kind), today))
    return sorted(
        people.values(),
        key=lambda person: (person.customer.role != Customer.Role.HEAD, person.customer.pk),
    )
