"""Granting the whole county from the command line."""

import json
from argparse import ArgumentParser
from datetime import date
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core import runs
from core.errors import DomainError
from core.management.work import staff_named, work_off
from core.models import Run, Shard
from core.money import yuan
from credit.services import granting
from credit.services.business_days import being_worked
from village.models import Campaign


class Command(BaseCommand):
    help = "Turn three limits into lines for every village whose review is decided."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which villages, on which day, on whose word."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--all", action="store_true", help="every village that is ready")
        which.add_argument("--resume", type=int, metavar="RUN", help="go on with a run cut off")
        which.add_argument("--campaign", type=int, nargs="+", help="these campaigns alone")
        parser.add_argument(
            "--day", type=date.fromisoformat, help="business day; that being worked if absent"
        )
        parser.add_argument("--by", metavar="USER", help="user name of whoever has it done")
        parser.add_argument(
            "--workers",
            type=int,
            default=granting.THREADS,
            help="how many groups of villages at the same time; one more than cores if absent",
        )
        parser.add_argument("--json", action="store_true", help="print the figures as one object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work every village here and now; begun again, it goes on where it was cut off."""
        began = perf_counter()
        try:
            run = self._run(options)
            self._work(run, options["workers"])
        except DomainError as exc:
            raise CommandError(str(exc)) from exc
        self._report(Run.objects.get(pk=run.pk), perf_counter() - began, options["json"])

    def _run(self, options: dict[str, Any]) -> Run:
        if options["resume"]:
            found = Run.objects.filter(pk=options["resume"], kind=granting.KIND).first()
            if found is None:
                raise CommandError(f"There is no granting run {options['resume']}.")
            return found
        given = {
            "business_day": options["day"] or being_worked(timezone.localdate()),
            "actor": staff_named(options["by"]),
        }
        if options["campaign"]:
            _still_open(options["campaign"])
            return granting.open_granting(options["campaign"], **given)
        return granting.open_granting_of_all(**given)

    def _work(self, run: Run, workers: int) -> None:
        left = runs.waiting(run)
        if not left:
            runs.finish(run.pk)
        work_off(self, granting.work_through(left, workers=workers), of=len(left))

    def _report(self, run: Run, seconds: float, as_json: bool) -> None:  # noqa: FBT001
        result = {"households": 0, "lines": 0, "amount": 0, "manual": 0, "none": 0} | run.result
        failed = run.shards.filter(status=Shard.Status.FAILED).count()
        figures = {
            "run": run.pk,
            "villages": run.shards.count(),
            "villages_failed": failed,
            **result,
            "amount": str(yuan(result["amount"])),
            "mean_line": str(yuan(result["amount"] // result["lines"]) if result["lines"] else 0),
            "seconds": round(seconds, 1),
        }
        if as_json:
            self.stdout.write(json.dumps(figures))
        else:
            self.stdout.write(
                "{villages} villages, {households} households: {lines} lines, {amount} yuan "
                "(mean {mean_line}), {manual} wait for a person, {none} get none; "
                "{seconds} s".format(**figures)
            )
        if failed:
            raise CommandError(
                f"{failed} villages could not be granted; the batch's shards say why. Mend that, "
                f"then: manage.py grant --resume {run.pk}"
            )


def _still_open(campaign_ids: list[int]) -> None:
    """In a closed round nothing is granted any more."""
    closed = Campaign.objects.filter(pk__in=campaign_ids, status=Campaign.Status.CLOSED)
    if names := ", ".join(str(each) for each in closed.select_related("village", "follows")):
        raise CommandError(f"Closed, nothing is granted in it any more: {names}.")
