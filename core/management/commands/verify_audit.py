"""Prove that the record of deeds is what was written, or name the rows that are not."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import audit
from core.models import AuditEntry


class Command(BaseCommand):
    help = "Check every audit row and every chain; exit with 1 and the rows when one was changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--json`` prints one object; ``--anchor FILE`` compares with heads kept outside."""
        parser.add_argument("--json", action="store_true")
        parser.add_argument(
            "--anchor",
            type=Path,
            help="file, kept away from the database, with the newest link of each chain: it is "
            "compared with the record and then brought up to date",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Link what is new, then walk all chains."""
        audit.seal()
        faults = list(audit.verify()) + list(audit.missing(_kept(options["anchor"])))
        entries = AuditEntry.objects.count()
        if options["json"]:
            found = [asdict(fault) for fault in faults]
            self.stdout.write(json.dumps({"entries": entries, "faults": found}))
        else:
            for fault in faults:
                self.stdout.write(
                    f"{fault.stream} #{fault.sequence or '-'} row {fault.entry or '-'}: "
                    f"{fault.reason}"
                )
            self.stdout.write(f"{entries} entries, {len(faults)} faults")
        if faults:
            raise CommandError("The audit record was changed.")
        if options["anchor"]:
            kept = [asdict(head) for head in audit.heads()]
            options["anchor"].write_text(json.dumps(kept, indent=1))


def _kept(anchor: Path | None) -> list[audit.Head]:
    """The heads that an anchor file remembers; none before the first time."""
    if anchor is None or not anchor.exists():
        return []
    return [audit.Head(**head) for head in json.loads(anchor.read_text())]
