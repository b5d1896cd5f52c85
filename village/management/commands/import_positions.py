"""Bring in where households stand from the command line."""

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
    help = "Import household positions (户号, 经度, 纬度) from CSV or XLSX; rows left out say why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, what its coordinates mean, whether to write."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--datum", choices=DATUMS, required=True, help="of the coordinates")
        parser.add_argument("--dry-run", action="store_true", help="check, write nothing")
        parser.add_argument("--json", action="store_true", help="the summary as one object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rows left out on the error stream, one line each; the summary last."""
        began = time.monotonic()
        try:
            brought = shapes.import_positions_file(
                options["file"], actor=None, datum=options["datum"], dry_run=options["dry_run"]
            )
        except DomainError as exc:
            raise CommandError(str(exc)) from exc
        except OSError as exc:
            raise CommandError(out_of_reach(options["file"], exc)) from exc
        figures = {
            "file": brought.file_name,
            "placed": brought.placed,
            "new": brought.new,
            "changed": brought.changed,
            "unknown": brought.unknown,
            "outside": brought.outside,
            "seconds": round(time.monotonic() - began, 2),
        }
        if options["json"]:
            self.stdout.write(json.dumps(figures, ensure_ascii=False))
            return
        for fault in brought.faults:
            self.stderr.write(str(fault))
        self.stdout.write(
            "{file}: {placed} households placed ({new} new, {changed} moved), {unknown} not "
            "registered, {outside} outside China, {seconds} s".format(**figures)
        )
