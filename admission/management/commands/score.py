"""Score a file of people with a card; no database is asked."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import polars as pl
from django.core.management.base import BaseCommand, CommandError

from admission.scorecards import (
    Card,
    Treated,
    Unusable,
    as_declared,
    costliest,
    evidence_on,
    loads,
    score,
)
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
            people = read(options["input"])
            _fitting, treated = as_declared(card, people)
            made = score(card, people)
            if options["reasons"] > 0:
                made = made.hstack(costliest(card, people, options["reasons"]))
            _write(people.drop(made.columns, strict=False).hstack(made), options["out"])
            known = _known_end(card, people)
        except Unusable as exc:
            raise CommandError(str(exc)) from exc
        except OSError as exc:
            raise CommandError(f"{exc.filename} cannot be written: {exc.strerror}.") from exc
        self._say(treated)
        seconds = round(time.perf_counter() - began, 2)
        mean = made["score"].mean()
        figures = {
            "out": str(options["out"]),
            "card": card.hash,
            "rows": made.height,
            "mean_score": None if mean is None else round(mean, 2),
            "absent": treated.absent,
            "unseen": treated.unseen,
            "not_figures": treated.not_figures,
            **known,
            "seconds": seconds,
        }
        self.stdout.write(
            json.dumps(figures, ensure_ascii=False)
            if options["json"]
            else f"{options['out']}: {made.height:,} scored in {seconds} s"
        )

    def _say(self, treated: Treated) -> None:
        for name in treated.absent:
            self.stderr.write(f"{name}: no such column; everybody counts as missing.")
        for name, rows in treated.unseen.items():
            self.stderr.write(f"{name}: {rows:,} rows say what training never saw.")
        for name, rows in treated.not_figures.items():
            self.stderr.write(f"{name}: {rows:,} rows are no figures and count as missing.")


def _known_end(card: Card, people: pl.DataFrame) -> dict[str, float | None]:
    """AUC and KS, where the file says how people ended."""
    if card.target not in people.columns:
        return {}
    try:
        told = evidence_on(card, people)
    except Unusable:
        return {}
    return {"auc": told["auc"], "ks": told["ks"]}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise Unusable("The card %(file)s cannot be read.", file=path) from exc


def _write(made: pl.DataFrame, path: Path) -> None:
    if path.suffix.lower() in {".parquet", ".pq"}:
        made.write_parquet(path)
    elif path.suffix.lower() == ".gz":
        made.write_csv(path, compression="gzip")
    else:
        made.write_csv(path)
