"""Bring in village polygons from the command line."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import DomainError
from core.management.work import out_of_reach
from village.services import shapes
from village.shape_rules.datum import DATUMS


class Command(BaseCommand):
    help = "Import village polygons from GeoJSON, by area code; sound ones go in, others say why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, what its coordinates mean, whether to write."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--datum", choices=DATUMS, default="", help="if the file is silent")
        parser.add_argument("--dry-run", action="store_true", help="check, write nothing")
        parser.add_argument("--json", action="store_true", help="the summary as one object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Faults on the error stream, one line each; the summary last."""
        began = time.monotonic()
        try:
            brought = shapes.import_shapes_file(
                options["file"],
                actor=None,
                datum=options["datum"],
                dry_run=options["dry_run"],
            )
        except DomainError as exc:
            raise CommandError(str(exc)) from exc
        except OSError as exc:
            raise CommandError(out_of_reach(options["file"], exc)) from exc
        figures = {
            "file": brought.file_name,
            "new": brought.new,
            "changed": brought.changed,
            "unchanged": brought.unchanged,
            "refused": len(brought.faults),
            "villages_without": brought.without,
            "seconds": round(time.monotonic() - began, 2),
        }
        if options["json"]:
            faults = [
                {"feature": each.feature, "who": each.who, "reason": each.reason}
                for each in brought.faults
            ]
            self.stdout.write(json.dumps(figures | {"faults": faults}, ensure_ascii=False))
            return
        for fault in brought.faults:
            self.stderr.write(str(fault))
        self.stdout.write(
            "{file}: {new} new, {changed} changed, {unchanged} unchanged, {refused} refused, "
            "{villages_without} villages without a shape, {seconds} s".format(**figures)
        )
