"""Measuring all features over the county from the command line."""

import json
from argparse import ArgumentParser
from datetime import date
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from admission.services import measuring
from admission.sources.lending import bank_day
from core import runs
from core.models import Run


class Command(BaseCommand):
    help = "Measure coverage, distribution and drift of every feature for the dictionary."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """On which day."""
        parser.add_argument(
            "--day", type=date.fromisoformat, help="business day; that being worked if absent"
        )
        parser.add_argument("--json", action="store_true", help="print the figures as one object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure source after source; begun again, it goes on where it was cut off."""
        began = perf_counter()
        day = options["day"] or bank_day(timezone.localdate())
        run = measuring.open_measuring(business_day=day, actor=None)
        for shard_id in runs.waiting(run):
            try:
                measuring.work_shard(shard_id)
            except runs.AlreadyWorked:
                continue
        result = Run.objects.get(pk=run.pk).result
        figures = {"run": run.pk, **result, "seconds": round(perf_counter() - began, 1)}
        if options["json"]:
            self.stdout.write(json.dumps(figures))
            return
        self.stdout.write(
            "{features} features measured, {known} of them known of somebody; {seconds} s".format(
                **figures
            )
        )
