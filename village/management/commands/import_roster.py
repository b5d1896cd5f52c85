"""Bring in roster files from the command line."""

import json
import time
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.errors import DomainError
from core.management.work import day_of, out_of_reach, tell_step
from village.models import RosterImport
from village.roster import refusals
from village.services import rosters

_STEPS = {"read": "reading", "check": "checking", "compare": "comparing", "write": "writing"}


class Command(BaseCommand):
    help = "Import rosters, declared means, relations and lists; the headings say which is which."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files, where corrections go, the day on which the files are true."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--errors", type=Path, metavar="PATH", help=refusals.PLACES)
        parser.add_argument("--as-of", metavar="DAY", help="the day of the files; today if absent")
        parser.add_argument(
            "--dry-run", action="store_true", help="work everything, write nothing but the figures"
        )
        parser.add_argument(
            "--json", action="store_true", help="one object per file, also for those that failed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """One file after the other; each is tried, whatever became of those before it."""
        as_of = day_of(options["as_of"]) or timezone.localdate()
        if as_of > timezone.localdate():
            raise CommandError(f"{as_of} is still to come; no file can be true on it.")
        files = options["files"]
        back = refusals.places(files, options["errors"])
        failed = sum(
            not self._bring(path, as_of, refusals_to, options)
            for path, refusals_to in zip(files, back, strict=True)
        )
        if failed:
            raise CommandError(f"{failed} of {len(files)} files could not be brought in.")

    def _bring(
        self, path: Path, as_of: date, refusals_to: Path | None, options: dict[str, Any]
    ) -> bool:
        """Bring one file in and say what became of it; whether it could be read and worked."""
        began = time.monotonic()
        try:
            brought = rosters.import_file(
                path,
                actor=None,
                as_of=as_of,
                refusals_to=refusals_to,
                dry_run=options["dry_run"],
                tell=lambda step: self._tell(path, step),
            )
        except DomainError as exc:
            why = str(exc)
        except OSError as exc:
            why = out_of_reach(path, exc)
        except Exception as exc:  # noqa: BLE001 - the later files are to be tried all the same
            # What went wrong may quote a row, so only its kind is told.
            why = f"{path.name} could not be worked ({type(exc).__name__}); nothing was written."
        else:
            self._tell(path, "")
            self._report(brought, time.monotonic() - began, as_json=options["json"])
            return True
        self._tell(path, "")
        if options["json"]:
            told = {"file": path.name, "written": False, "error": why}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            self.stderr.write(why)
        return False

    def _tell(self, path: Path, step: str) -> None:
        """Progress on a terminal; files and pipes get the summary alone."""
        tell_step(self, path.name, _STEPS.get(step, step))

    def _report(self, brought: RosterImport, seconds: float, *, as_json: bool) -> None:
        figures = {
            "file": brought.file_name,
            "kind": brought.kind,
            "rows": brought.rows,
            "new": brought.new,
            "changed": brought.changed,
            "moved": brought.moved,
            "died": brought.died,
            "unchanged": brought.unchanged,
            "refused": brought.refused,
            "written": brought.status == RosterImport.Status.BROUGHT,
            "seconds": round(seconds, 2),
        }
        if as_json:
            self.stdout.write(json.dumps(figures, ensure_ascii=False))
            return
        self.stdout.write(
            "{file} ({kind}): {rows} rows, {new} new, {changed} changed, {unchanged} unchanged, "
            "{refused} refused, {seconds} s".format(**figures)
            + ("" if figures["written"] else "; nothing was written")
        )
