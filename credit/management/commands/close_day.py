"""Close of business on the command line."""

import json
from argparse import ArgumentParser
from datetime import date
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import DomainError
from core.money import yuan
from credit.services.close_of_business import close_day


class Command(BaseCommand):
    help = "Close a business day, and every day before it that was missed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The day; ``--json`` prints its figures as one object."""
        parser.add_argument("day", type=date.fromisoformat, help="YYYY-MM-DD")
        parser.add_argument("--json", action="store_true", help="print figures (fen) as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Close, and say in one line what the book looks like."""
        day, began = options["day"], perf_counter()
        try:
            figures = close_day(day)
        except DomainError as exc:
            raise CommandError(str(exc)) from exc
        if options["json"]:
            self.stdout.write(json.dumps({"day": day.isoformat(), **figures}))
            return
        self.stdout.write(
            f"{day} closed in {perf_counter() - began:.1f} s: {figures['loans']:,} loans, "
            f"{yuan(figures['principal_left']):,} yuan lent, {figures['overdue_loans']:,} overdue"
        )
