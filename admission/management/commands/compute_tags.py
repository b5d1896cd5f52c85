"""Tagging the county from the command line."""

import json
from argparse import ArgumentParser
from datetime import date
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from admission.services import tagging
from admission.sources.lending import bank_day
from core import runs
from core.errors import DomainError
from core.management.work import work_off
from core.models import Run


class Command(BaseCommand):
    help = "Tag customers by the tags in force, village by village; only what changed is written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whom, on which day."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--all", action="store_true", help="the whole county (the default)")
        which.add_argument("--village", nargs="+", metavar="CODE", help="these villages alone")
        parser.add_argument(
            "--day", type=date.fromisoformat, help="business day; that being worked if absent"
        )
        parser.add_argument("--workers", type=int, default=1, help="groups of villages at a time")
        parser.add_argument("--json", action="store_true", help="print the figures as one object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work every village here and now; begun again, it goes on where it was cut off."""
        began = perf_counter()
        try:
            run = tagging.open_tagging(
                business_day=options["day"] or bank_day(timezone.localdate()),
                actor=None,
                villages=options["village"],
            )
        except DomainError as exc:
            raise CommandError(str(exc)) from exc
        self._work(run, options["workers"])
        self._report(Run.objects.get(pk=run.pk), perf_counter() - began, options["json"])

    def _work(self, run: Run, workers: int) -> None:
        left = runs.waiting(run)
        if not left:
            runs.finish(run.pk)
        work_off(self, tagging.work_through(left, workers=workers), of=len(left))

    def _report(self, run: Run, seconds: float, as_json: bool) -> None:  # noqa: FBT001
        counted = {"customers": 0, "written": 0, "changed": 0, "gone": 0} | run.result
        figures = {
            "run": run.pk,
            "villages": run.shards.count(),
            **counted,
            "seconds": round(seconds, 1),
        }
        if as_json:
            self.stdout.write(json.dumps(figures | {"county": run.settings["county"]}))
            return
        self.stdout.write(
            "{villages} villages, {customers} customers: {written} profiles written, {changed} "
            "tags changed, {gone} profiles of the dead removed; {seconds} s".format(**figures)
        )
