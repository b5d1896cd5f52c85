"""Take in files of data from the command line."""

import json
import time
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from admission.deliveries.classes import CLASSES
from admission.models import Delivery
from admission.services import deliveries
from core import failures
from core.errors import DomainError
from core.management.work import day_of, out_of_reach, tell_step
from village.roster import refusals

_STEPS = {"read": "reading", "match": "matching", "write": "writing"}


class Command(BaseCommand):
    help = "Take in files of data (deposits, social security …); the headings say which class."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files, the class and the day where files do not tell, where corrections go."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--class", dest="kind", choices=list(CLASSES), metavar="NAME")
        parser.add_argument("--as-of", metavar="DAY", help="the day of rows that name none")
        parser.add_argument("--errors", type=Path, metavar="PATH", help=refusals.PLACES)
        parser.add_argument("--json", action="store_true", help="one object per file")

    def handle(self, *args: Any, **options: Any) -> None:
        """One file after the other; each is tried, whatever became of those before it."""
        day, files = day_of(options["as_of"]), options["files"]
        back = refusals.places(files, options["errors"])
        failed = sum(
            not self._bring(path, day, refusals_to, options)
            for path, refusals_to in zip(files, back, strict=True)
        )
        if failed:
            raise CommandError(f"{failed} of {len(files)} files could not be taken in.")

    def _bring(
        self, path: Path, day: date | None, refusals_to: Path | None, options: dict[str, Any]
    ) -> bool:
        """Take one file in and say what became of it; whether it could be read and worked."""
        began = time.monotonic()
        try:
            made = deliveries.import_file(
                path,
                actor=None,
                at=timezone.now(),
                kind=options["kind"],
                day=day,
                refusals_to=refusals_to,
                tell=lambda step: self._tell(path, step),
            )
        except DomainError as exc:
            why = str(exc)
        except OSError as exc:
            why = out_of_reach(path, exc)
        except failures.UNFORESEEN as exc:
            # What went wrong may quote a row, so only its kind is told.
            why = f"{path.name} could not be worked ({type(exc).__name__}); nothing was written."
        else:
            self._tell(path, "")
            self._report(made, time.monotonic() - began, as_json=options["json"])
            return True
        self._tell(path, "")
        if options["json"]:
            told = {"file": path.name, "status": "failed", "error": why}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            self.stderr.write(why)
        return False

    def _tell(self, path: Path, step: str) -> None:
        """Progress on a terminal; files and pipes get the summary alone."""
        tell_step(self, path.name, _STEPS.get(step, step))

    def _report(self, made: Delivery, seconds: float, *, as_json: bool) -> None:
        figures = {
            "delivery": made.pk,
            "file": made.file_name,
            "class": made.kind,
            "status": made.status,
            "as_of": made.as_of.isoformat(),
            "rows": made.rows,
            "matched": made.matched,
            "unmatched": made.unmatched,
            "refused": made.refused,
            "written": made.written,
            "removed": made.removed,
            "findings": [each["code"] for each in made.findings],
            "seconds": round(seconds, 2),
        }
        if as_json:
            self.stdout.write(json.dumps(figures, ensure_ascii=False))
            return
        self.stdout.write(
            "{file} ({class}, {status}, data of {as_of}): {rows} rows, {matched} matched, "
            "{unmatched} of nobody registered, {refused} refused, {seconds} s".format(**figures)
        )
