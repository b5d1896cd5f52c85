"""The bank's day against the days before, and the pictures of the back office's first page.

``today`` is always the day being worked at the bank, which may not be the calendar's.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import money
from core.models import User
from credit.contexts_progress import STAGE_WORDS
from credit.models import Application, LimitDecision, Loan, Repayment, VillageProgress
from postloan.models import Warning

DAY, WEEK = timedelta(days=1), timedelta(days=7)
DAYS_SHOWN = 14


@dataclass(frozen=True)
class Figure:
    """A figure of the day being worked, beside the day closed last and the same weekday's."""

    label: str
    today: str
    closed: str
    before: str
    unit: str


@dataclass(frozen=True)
class Bar:
    """One bar: its name, its figure for the drawing and as people read it, its colour if any."""

    name: str
    value: str
    written: str
    colour: str = ""


@dataclass(frozen=True)
class Chart:
    """One message and the bars that carry it; ``url`` leads to more of it, if there is more."""

    message: str
    column: str
    unit: str
    bars: list[Bar]
    url: str = ""


def of_today(user: User, today: date) -> list[Figure]:
    """Applications, lines, money out and money in: today, the day before and a week before."""
    lines = LimitDecision.objects.visible_to(user).filter(
        outcome__in=[LimitDecision.Outcome.GRANT, LimitDecision.Outcome.PRE_GRANT]
    )
    applications = Application.objects.visible_to(user).exclude(status=Application.Status.DRAFT)
    repayments = Repayment.objects.visible_to(user)
    loans = Loan.objects.visible_to(user)
    return [
        _figure(
            _("Applications"),
            applications,
            "business_day",
            today,
            unit=pgettext("unit", "applications"),
        ),
        _figure(
            _("Lines granted"), lines, "decided_on", today, unit=pgettext("unit", "households")
        ),
        _figure(_("Paid out"), loans, "starts_on", today, amount="principal"),
        _figure(_("Paid back"), repayments, "received_on", today, amount="amount"),
    ]


def _figure(
    label: str, rows: QuerySet[Any], day: str, today: date, *, amount: str = "", unit: str = ""
) -> Figure:
    """How many (or how much, with ``amount``) on three days, in one query."""
    days = {"today": today, "closed": today - DAY, "before": today - WEEK}
    measure = Sum if amount else Count
    found = rows.filter(**{f"{day}__in": days.values()}).aggregate(
        **{name: measure(amount or "pk", filter=Q(**{day: each})) for name, each in days.items()}
    )
    written = {
        name: f"{money.wan(value or 0):,.2f}" if amount else f"{value:,}"
        for name, value in found.items()
    }
    return Figure(label, **written, unit=unit or _("10,000 yuan"))


def charts_for(user: User, today: date) -> list[Chart]:
    """Money paid out by day, and open warnings by level."""
    charts = [_paid_out(user, today), _road(user)]
    if user.has_perm("postloan.view_warning"):
        charts.append(_open_warnings(user))
    return charts


def _paid_out(user: User, today: date) -> Chart:
    first = today - timedelta(days=DAYS_SHOWN - 1)
    rows = (
        Loan.objects.visible_to(user)
        .filter(starts_on__range=(first, today))
        .order_by()
        .values_list("starts_on")
        .annotate(total=Sum("principal"))
    )
    paid = dict(rows)
    days = [first + timedelta(days=n) for n in range(DAYS_SHOWN)]
    return Chart(
        message=_("%(amount)s × 10,000 yuan paid out from %(first)s to %(last)s")
        % {
            "amount": f"{money.wan(sum(paid.values())):,.2f}",
            "first": f"{first:%Y-%m-%d}",
            "last": f"{today:%m-%d}",
        },
        column=_("Day"),
        unit=_("10,000 yuan"),
        bars=[
            Bar(
                f"{day:%m-%d}",
                str(money.wan(paid.get(day, 0))),
                f"{money.wan(paid.get(day, 0)):,.2f}",
            )
            for day in days
        ],
    )


def _road(user: User) -> Chart:
    """How many households have come to each stage of the road, as last counted."""
    sums = VillageProgress.objects.visible_to(user).aggregate(
        **{stage.value: Sum(stage.value) for stage in STAGE_WORDS}
    )
    reached = {stage: sums[stage.value] or 0 for stage in STAGE_WORDS}
    return Chart(
        message=_("%(granted)s households granted, %(drawn)s borrowing")
        % {"granted": f"{reached['granted']:,}", "drawn": f"{reached['drawn']:,}"},
        column=_("Stage"),
        unit=_("households"),
        bars=[
            Bar(str(STAGE_WORDS[stage]), str(count), f"{count:,}")
            for stage, count in reached.items()
        ],
        url=reverse("admin:credit_villageprogress_changelist"),
    )


def _open_warnings(user: User) -> Chart:
    rows = (
        Warning.objects.visible_to(user)
        .open()
        .order_by()
        .values_list("level")
        .annotate(count=Count("pk"))
    )
    counts = dict(rows)
    return Chart(
        message=_("%(count)d warnings open, %(red)d of them red")
        % {"count": sum(counts.values()), "red": counts.get(Warning.Level.RED, 0)},
        column=_("Level"),
        unit=pgettext("unit", "warnings"),
        bars=[
            Bar(level.label, str(counts.get(level, 0)), f"{counts.get(level, 0):,}", level.value)
            for level in reversed(Warning.Level)
        ],
    )
