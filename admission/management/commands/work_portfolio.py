"""Hearing the county from the command line: rules, features and tags of every customer."""

import json
from argparse import ArgumentParser
from datetime import date
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from admission.judgement import OUTCOMES
from admission.services import portfolio
from admission.sources.lending import bank_day
from core import runs
from core.errors import DomainError
from core.management.work import work_off
from core.models import Run

COUNTED = (
    "customers",
    *OUTCOMES,
    "features_written",
    "standings_written",
    "profiles_written",
    "tags_changed",
    "gone",
)


class Command(BaseCommand):
    help = (
        "What the rules in force say of every customer from what is on file, with tags: one run, "
        "only what changed is written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whom, on which day."""
        parser.add_argument("--village", nargs="+", metavar="CODE", help="these villages alone")
        parser.add_argument(
            "--day", type=date.fromisoformat, help="business day; that being worked if absent"
        )
        parser.add_argument("--workers", type=int, default=2, help="groups of villages at a time")
        parser.add_argument("--json", action="store_true", help="print the figures as one object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work every village here and now; begun again, it goes on where it was cut off."""
        began = perf_counter()
        try:
            run = portfolio.open_portfolio(
                business_day=options["day"] or bank_day(timezone.localdate()),
                actor=None,
                villages=options["village"],
            )
        except DomainError as exc:
            raise CommandError(str(exc)) from exc
        left = runs.waiting(run)
        if not left:
            runs.finish(run.pk)
        work_off(self, portfolio.work_through(left, workers=options["workers"]), of=len(left))
        self._report(Run.objects.get(pk=run.pk), perf_counter() - began, options["json"])

    def _report(self, run: Run, seconds: float, as_json: bool) -> None:  # noqa: FBT001
        counted = {name: run.result.get(name, 0) for name in COUNTED}
        figures = {
            "run": run.pk,
            "status": run.status,
            "villages": run.shards.count(),
            **counted,
            "seconds": round(seconds, 1),
        }
        if as_json:
            self.stdout.write(json.dumps(figures))
        else:
            self.stdout.write(
                "{villages} villages, {customers} customers: {admit} admitted, {notice} with check "
                "items, {manual} manual, {wait} not known, {refuse} refused; features of "
                "{features_written}, {standings_written} standings and {profiles_written} profiles "
                "written; {seconds} s".format(**figures)
            )
        if run.status == Run.Status.FAILED:
            raise CommandError(
                "Some villages could not be worked; the batch run says which and why."
            )
