"""Score a file of people with a card; no database is asked."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import polars as pl
from django.core.management.base import BaseCommand, CommandError

from admission.scorecards import Scored, Unusable, loads, score_file
from admission.scorecards.reading import read


class Command(BaseCommand):
    help = "Score every row of a file with a card: score, probability of turning bad, reasons."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The card, the people, where the scores go."""
        parser.add_argument("--card", type=Path, required=True, metavar="CARD.json")
        parser.add_argument("--input", type=Path, required=True, metavar="F")
        parser.add_argument("--out", type=Path, required=True, metavar="F")
        parser.add_argument("--reasons", type=int, default=0, metavar="N", help="add N reasons")
        parser.add_argument("--json", action="store_true", help="the summary as one object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Every column of the input, and after them what the card says."""
        began = time.perf_counter()
        try:
            card = loads(_text(options["card"]))
            people = read(options["input"], figures=card.figures)
            scored = score_file(card, people, reasons=options["reasons"])
            _write(scored.rows, options["out"])
        except Unusable as exc:
            raise CommandError(str(exc)) from exc
        except OSError as exc:
            because = exc.strerror or exc
            raise CommandError(f"{options['out']} cannot be written: {because}.") from exc
        self._say(scored)
        seconds = round(time.perf_counter() - began, 2)
        figures = {
            "out": str(options["out"]),
            "card": card.hash,
            **scored.as_json(),
            "seconds": seconds,
        }
        self.stdout.write(
            json.dumps(figures, ensure_ascii=False)
            if options["json"]
            else f"{options['out']}: {scored.rows.height:,} scored in {seconds} s"
        )

    def _say(self, scored: Scored) -> None:
        for each in scored.remarks():
            self.stderr.write(str(each))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise Unusable("The card %(file)s cannot be read.", file=path) from exc


def _write(made: pl.DataFrame, path: Path) -> None:
    """Opened here, since polars does not say why a file cannot be."""
    is_parquet = path.suffix.lower() in {".parquet", ".pq"}
    if not is_parquet:
        _must_fit_in_csv(made, path)
    with path.open("wb") as file:
        if is_parquet:
            made.write_parquet(file)
        elif path.suffix.lower() == ".gz":
            made.write_csv(file, compression="gzip")
        else:
            made.write_csv(file)


def _must_fit_in_csv(made: pl.DataFrame, path: Path) -> None:
    unfit = [name for name, kind in made.schema.items() if kind.is_nested() or kind == pl.Binary()]
    if unfit:
        raise Unusable(
            "%(file)s cannot be written: a CSV file holds nothing like %(columns)s. Leave the"
            " column out, or write a .parquet file.",
            file=path,
            columns=", ".join(unfit),
        )
