"""Which data are due, which are late; take in what was left in the directory of deliveries."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from admission.selectors import ClassStanding, data_schedule
from admission.services import left_files


class Command(BaseCommand):
    help = "Show how every class of data stands; with --pick-up, first take in files left."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to look into the directory of deliveries first."""
        parser.add_argument("--pick-up", action="store_true", help="take in files that were left")
        parser.add_argument("--json", action="store_true", help="one object per line")

    def handle(self, *args: Any, **options: Any) -> None:
        """A line per file taken in, then a line per class."""
        self._as_json = options["json"]
        if options["pick_up"]:
            self._pick_up()
        today = timezone.localdate()
        for each in data_schedule(today):
            figures = self._figures(each, today)
            self._line(
                figures,
                "{class:<16} {standing:<6} newest {newest}, waiting for {awaited_on} "
                "by {due_on}, {days_late} days late",
            )

    def _figures(self, each: ClassStanding, today: Any) -> dict[str, Any]:
        return {
            "class": each.of.name,
            "title": each.of.zh,
            "standing": str(each.standing),
            "every": each.plan.every,
            "newest": each.newest.as_of.isoformat() if each.newest else None,
            "awaited_on": each.due.awaited_on.isoformat(),
            "due_on": each.due.due_on.isoformat(),
            "days_late": each.due.days_late(today) if each.plan.is_expected else 0,
            "held": each.held,
        }

    def _pick_up(self) -> None:
        if not settings.DELIVERIES_DIR:
            raise CommandError("DELIVERIES_DIR is not set: there is no directory to look into.")
        found = left_files.pick_up(Path(settings.DELIVERIES_DIR), at=timezone.now())
        for each in found:
            made = each.delivery
            told = {
                "file": each.name,
                "delivery": made.pk if made else None,
                "status": made.status if made else "failed",
                "reason": each.reason,
            }
            self._line(told, "{file}: {status} {reason}")

    def _line(self, told: dict[str, Any], words: str) -> None:
        text = json.dumps(told, ensure_ascii=False) if self._as_json else words.format(**told)
        self.stdout.write(text.rstrip())
