"""Asking admission for whole villages from the command line."""

import json
from argparse import ArgumentParser
from datetime import date
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from admission.judgement import OUTCOMES
from admission.services import admitting
from admission.sources.lending import bank_day
from core import runs
from core.errors import DomainError
from core.management.work import staff_named, work_off
from core.models import Run, Shard

COUNTED = ("borrowers", "decided", *OUTCOMES, "standing", "not_authorised", "used_up")


class Command(BaseCommand):
    help = (
        "Decide about the borrowers of villages whose review the branch has decided, so that lines "
        "can be granted; who has not authorised it is counted and not asked about."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which villages, on which day, on whose word."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--all", action="store_true", help="every village that is ready")
        which.add_argument("--village", nargs="+", metavar="CODE", help="these villages alone")
        parser.add_argument("--day", type=date.fromisoformat, help="the bank's day if absent")
        parser.add_argument("--by", metavar="USER", help="user name of whoever has it done")
        parser.add_argument(
            "--at-once",
            type=int,
            default=admitting.QUESTIONS_AT_ONCE,
            help="questions to outside sources under way at the same time",
        )
        parser.add_argument("--json", action="store_true", help="print the figures as one object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work every village here and now; begun again, it goes on where it was cut off."""
        began, today = perf_counter(), bank_day(timezone.localdate())
        day = options["day"] or today
        try:
            admitting.check_day(day, today=today)
            run = admitting.open_admitting(
                business_day=day,
                actor=staff_named(options["by"]),
                villages=options["village"],
            )
        except DomainError as exc:
            raise CommandError(str(exc)) from exc
        self._work(run, options["at_once"])
        self._report(Run.objects.get(pk=run.pk), perf_counter() - began, options["json"])

    def _work(self, run: Run, at_once: int) -> None:
        left = runs.waiting(run)
        if not left:
            runs.finish(run.pk)
        work_off(self, admitting.work_through(left, at_once=at_once), of=len(left))

    def _report(self, run: Run, seconds: float, as_json: bool) -> None:  # noqa: FBT001
        failed = run.shards.filter(status=Shard.Status.FAILED).count()
        figures = {
            "run": run.pk,
            "status": run.status,
            "villages": run.shards.count(),
            "villages_failed": failed,
            **{name: run.result.get(name, 0) for name in COUNTED},
            "seconds": round(seconds, 1),
        }
        if as_json:
            self.stdout.write(json.dumps(figures))
        else:
            self.stdout.write(
                "{villages} villages, {borrowers} borrowers: {decided} decided ({admit} admitted, "
                "{notice} with check items, {manual} manual, {wait} waiting, {refuse} refused), "
                "{standing} decided before; {not_authorised} have not authorised it, {used_up} "
                "must authorise it anew; {seconds} s".format(**figures)
            )
        if failed:
            raise CommandError(
                f"{failed} villages could not be worked; the batch's shards say why. Mend that, "
                "then run it again: whoever was decided about is passed by."
            )
