"""Playing the demo from its first stage, or from where it was cut off."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import httpx
from django.conf import settings
from django.db import connection
from django.db.models import Count, Q, Sum
from django.utils import timezone

from core import audit, events, money
from core.models import Run
from credit.models import Application, CreditLine, Loan
from postloan.models import Warning
from sandbox.county.making import AS_OF, make_county
from sandbox.county.truth import load_about
from sandbox.demo.clock import Clock
from sandbox.demo.setting import Setting
from sandbox.demo.stages import STAGES
from village.models import Customer, Household, Sheet, Village

KIND = "demo"


class Narrator(Protocol):
    """Whoever tells the person at the terminal how far the demo has come."""

    def begins(self, title: str) -> None:
        """A stage begins."""

    def comes(self, done: int, of: int) -> None:
        """So much of it is done."""

    def ends(self, seconds: float, figures: dict[str, int]) -> None:
        """It is over."""


def played() -> Run | None:
    """The demo that this database holds, finished or cut off."""
    return Run.objects.filter(kind=KIND).order_by("pk").first()


def make_sure_of_county(county: Path, sizes: dict[str, int]) -> None:
    """Have the county on paper that these sizes ask for; begin its payments anew with it."""
    if played() is None or not (county / "world.json").exists():
        make_county(county, **sizes)


def sandbox_answers(url: str, county: Path) -> bool:
    """Whether a sandbox serves just this county at ``url``."""
    try:
        health = httpx.get(f"{url}/health", timeout=2).json()
    except (httpx.HTTPError, ValueError):
        return False
    return health.get("county") == load_about(county)["counts"]


def play(
    county: Path, sizes: dict[str, int], *, sandbox_url: str, narrator: Narrator
) -> dict[str, Any]:
    """Play all stages that were not played yet; returns the summary."""
    run = played() or Run.objects.create(
        kind=KIND, business_day=AS_OF, settings=sizes, result={"stages": {}}
    )
    setting = Setting(
        county=county,
        seed=sizes["seed"],
        clock=_clock_of(run),
        password=settings.DEMO_PASSWORD,
        sandbox_url=sandbox_url,
    )
    with setting.clock.ticking():
        for name, title, stage in STAGES:
            if name in run.result["stages"]:
                continue
            narrator.begins(title)
            began = time.monotonic()
            with _written_in_one_go():
                figures = stage(setting, narrator.comes)
                events.drain()
            seconds = round(time.monotonic() - began, 1)
            narrator.ends(seconds, figures)
            _remember(run, name, setting.clock, figures, seconds)
    audit.seal()
    return _finish(run)


@contextmanager
def _written_in_one_go() -> Iterator[None]:
    """Do not wait for the disk at every commit: the next commit after the stage waits for all."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")


def _clock_of(run: Run) -> Clock:
    stopped_at = run.result.get("clock")
    return (
        Clock(datetime.fromisoformat(stopped_at)) if stopped_at else Clock.on_the_morning_of(AS_OF)
    )


def _remember(run: Run, name: str, clock: Clock, figures: dict[str, int], seconds: float) -> None:
    run.result["stages"][name] = {"figures": figures, "seconds": seconds}
    run.result["clock"] = clock.at.isoformat()
    run.save(update_fields=["result"])


def _finish(run: Run) -> dict[str, Any]:
    run.result["summary"] = summary(run)
    run.status = Run.Status.DONE
    run.finished_at = timezone.now()
    run.save(update_fields=["result", "status", "finished_at"])
    return run.result["summary"]


def summary(run: Run) -> dict[str, Any]:
    """What the county came to, as one object. Amounts in yuan, as text."""
    lines = CreditLine.objects.aggregate(count=Count("pk"), total=Sum("amount"))
    status = Application.Status
    asked = Application.objects.aggregate(
        count=Count("pk"), approved=Count("pk", filter=Q(approved_amount__isnull=False))
    )
    refused = Application.objects.filter(status=status.REJECTED).values_list("refusal_code")
    granted = money.yuan(lines["total"] or 0)
    mean = granted / lines["count"] if lines["count"] else Decimal(0)
    return {
        "seed": run.settings["seed"],
        "villages": Village.objects.count(),
        "households": Household.objects.count(),
        "customers": Customer.objects.count(),
        "sheets": Sheet.objects.count(),
        "lines": lines["count"],
        "granted_amount": str(granted),
        "mean_line": str(mean.quantize(Decimal("0.01"))),
        "applications": asked["count"],
        "approved": asked["approved"],
        "refused": dict(refused.annotate(count=Count("pk")).order_by("refusal_code")),
        "disbursed": Loan.objects.count(),
        "disbursed_amount": str(
            money.yuan(Loan.objects.aggregate(total=Sum("principal"))["total"] or 0)
        ),
        "overdue": Loan.objects.filter(days_past_due__gt=0).count(),
        "warnings": Warning.objects.count(),
        "seconds": {name: stage["seconds"] for name, stage in run.result["stages"].items()},
    }
