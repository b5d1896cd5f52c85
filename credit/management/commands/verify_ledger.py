"""Prove that the ledger says what loans, instalments and repayments say, or name where not."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.money import yuan
from credit.models import LedgerEntry, Loan
from credit.selectors_loans import ledger_faults


class Command(BaseCommand):
    help = "Check every entry and every account of every loan; exit with 1 and the faults."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--json`` prints one object."""
        parser.add_argument("--json", action="store_true", help="print faults (fen) as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check all, print what is wrong."""
        faults = ledger_faults()
        loans, entries = Loan.objects.count(), LedgerEntry.objects.count()
        if options["json"]:
            found = [asdict(fault) for fault in faults]
            self.stdout.write(json.dumps({"loans": loans, "entries": entries, "faults": found}))
        else:
            for fault in faults:
                self.stdout.write(
                    f"{fault.loan} {fault.what}: should be {yuan(fault.expected):,}, "
                    f"is {yuan(fault.found):,}"
                )
            self.stdout.write(f"{loans:,} loans, {entries:,} entries, {len(faults):,} faults")
        if faults:
            raise CommandError("The ledger does not agree with the loans.")
