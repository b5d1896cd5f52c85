"""Bring in the bank's branches, people and ground from the command line."""

import json
import time
from argparse import ArgumentParser
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import invitations
from core.errors import DomainError
from core.management.work import out_of_reach
from core.models import User
from village.roster import refusals
from village.services import organisation
from village.services.organisation import Brought


class Command(BaseCommand):
    help = (
        "Import tables of branches, staff and areas; the headings say which is which. New staff "
        "have no password: --invitations writes one-time links with which they choose their own."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files, where corrections go, where the invitations of new staff go."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--errors", type=Path, metavar="PATH", help=refusals.PLACES)
        parser.add_argument(
            "--dry-run", action="store_true", help="work everything, write nothing but corrections"
        )
        parser.add_argument(
            "--json", action="store_true", help="one object per file, also for those that failed"
        )
        parser.add_argument(
            "--invitations",
            type=Path,
            metavar="FILE",
            help="a new file, readable by its owner alone, with a one-time link for each",
        )
        parser.add_argument(
            "--site", metavar="URL", help="where staff reach the system, as https://qianmo.bank"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Branches, then staff, then areas; each is tried, whatever became of those before it."""
        self._check(options)
        files = options["files"]
        back = dict(zip(files, refusals.places(files, options["errors"]), strict=True))
        new: list[User] = []
        failed = 0
        with organisation.rehearsal() if options["dry_run"] else nullcontext():
            for path in organisation.in_order(list(back)):
                brought = self._bring(path, back[path], options)
                failed += brought is None
                new += brought.staff if brought else []
        if new and options["invitations"] and not options["dry_run"]:
            self._invite(new, options)
        if failed:
            raise CommandError(f"{failed} of {len(files)} files could not be brought in.")

    def _check(self, options: dict[str, Any]) -> None:
        """Refuse what would only be found out once staff are registered."""
        target, site = options["invitations"], options["site"] or ""
        if target is None:
            return
        if target.exists():
            raise CommandError(f"{target} exists; invitations go into a new file.")
        if not target.parent.is_dir():
            raise CommandError(f"{target.parent} is no folder.")
        if not site.startswith(("https://", "http://")):
            raise CommandError("--invitations needs --site, as https://qianmo.bank.")

    def _bring(
        self, path: Path, refusals_to: Path | None, options: dict[str, Any]
    ) -> Brought | None:
        """Bring one table in and say what became of it; None where it could not be worked."""
        began = time.monotonic()
        try:
            brought = organisation.import_file(path, keep=not options["dry_run"])
        except DomainError as exc:
            why = str(exc)
        except OSError as exc:
            why = out_of_reach(path, exc)
        else:
            if refusals_to and brought.refusals:
                refusals_to.parent.mkdir(parents=True, exist_ok=True)
                refusals_to.write_bytes(brought.refusals)
            self._report(brought, time.monotonic() - began, options)
            return brought
        if options["json"]:
            told = {"file": path.name, "written": False, "error": why}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            self.stderr.write(why)
        return None

    def _report(self, brought: Brought, seconds: float, options: dict[str, Any]) -> None:
        figures = {
            "file": brought.file_name,
            "kind": brought.kind,
            **brought.figures,
            "written": not options["dry_run"],
            "seconds": round(seconds, 2),
        }
        if options["json"]:
            figures["faults"] = [asdict(each) for each in brought.faults]
            self.stdout.write(json.dumps(figures, ensure_ascii=False))
            return
        for fault in brought.faults:
            self.stderr.write(f"{brought.file_name}, {fault}")
        self.stdout.write(
            "{file} ({kind}): {rows} rows, {new} new, {changed} changed, {unchanged} unchanged, "
            "{refused} refused, {seconds} s".format(**figures)
            + ("" if figures["written"] else "; nothing was written")
        )

    def _invite(self, new: list[User], options: dict[str, Any]) -> None:
        """Write every new member's link once, where only the owner of the file reads it."""
        table = invitations.table(new, site=options["site"], actor=None)
        target: Path = options["invitations"]
        target.touch(mode=0o600, exist_ok=False)
        target.write_bytes(table)
        said = f"{len(new)} invitations in {target}; they hold for {invitations.DAYS} days."
        self.stderr.write(said)
