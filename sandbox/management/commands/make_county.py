"""``manage.py make_county``: write a synthetic county to CSV files."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sandbox.county.deliveries import write_deliveries
from sandbox.county.identity import TooManyBirths
from sandbox.county.making import AS_OF, make_county
from sandbox.county.places import TooManyVillages


class Command(BaseCommand):
    """Write a county of people who do not exist; the database is never touched."""

    help = "Write a synthetic county to CSV files. Same seed and arguments, same bytes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--villages", type=int, default=6)
        parser.add_argument("--customers", type=int, default=2400)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--as-of", type=date.fromisoformat, default=AS_OF)
        parser.add_argument(
            "--deliveries",
            action="store_true",
            help="also the files of data, in a folder of theirs",
        )
        parser.add_argument("--json", action="store_true", help="print the summary as an object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["customers"] < 1:
            raise CommandError("A county needs at least one customer.")
        try:
            made = make_county(
                options["out"],
                villages=options["villages"],
                customers=options["customers"],
                seed=options["seed"],
                as_of=options["as_of"],
            )
        except (TooManyVillages, TooManyBirths) as exc:
            raise CommandError(str(exc)) from exc
        if options["deliveries"]:
            write_deliveries(options["out"])
        if options["json"]:
            self.stdout.write(json.dumps(asdict(made), ensure_ascii=False))
            return
        self.stdout.write(
            f"{made.customers:,} synthetic customers in {made.households:,} households, "
            f"{made.groups:,} groups and {made.villages:,} villages, written to {made.out}."
        )
