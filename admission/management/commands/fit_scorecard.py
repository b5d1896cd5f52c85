"""Fit a scorecard from the command line; no database is asked."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
from django.core.management.base import BaseCommand, CommandError

from admission.scorecards import Card, Settings, Unusable, as_declared, as_sql, examined
from admission.scorecards.fitting import fit
from admission.scorecards.reading import read
from admission.scorecards.settings import ABSENT, UNSEEN
from admission.scorecards.splitting import Split, by_group, by_time, stratified


class Command(BaseCommand):
    help = "Fit a scorecard on rows of people whose end is known, and examine it on others."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files, the target, what columns mean, where the card goes."""
        parser.add_argument("--train", type=Path, required=True, metavar="F")
        parser.add_argument("--test", type=Path, metavar="F", help="people to examine the card on")
        apart = parser.add_mutually_exclusive_group()
        apart.add_argument("--split", action="store_true", help="keep 30 %% of --train for that")
        apart.add_argument("--split-by-group", metavar="COLUMN", help="the same, whole groups")
        apart.add_argument("--split-by-time", metavar="COLUMN", help="the same, the latest")
        parser.add_argument("--target", default="bad", help="its column: 1 bad, 0 good")
        parser.add_argument("--out", type=Path, required=True, metavar="CARD.json")
        parser.add_argument("--sql", type=Path, metavar="F", help="write the card as SQL, too")
        parser.add_argument("--how", type=Path, metavar="F", help="settings, as a card keeps them")
        parser.add_argument("--categorical", default="", metavar="A,B", help="codes, no figures")
        parser.add_argument("--exclude", default="", metavar="A,B")
        parser.add_argument(
            "--special",
            action="append",
            default=[],
            metavar="COLUMN=-1,-9",
            help="codes with a bin of their own; *=-1 for every column",
        )
        parser.add_argument("--unseen", choices=UNSEEN, help="what words nobody had count for")
        parser.add_argument("--absent", choices=ABSENT, help="a column that is not delivered")
        parser.add_argument("--json", action="store_true", help="the summary as one object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, fit, examine, write. What cannot be done is said in one sentence."""
        began = time.perf_counter()
        try:
            card = self._fitted(options)
            _write(options["out"], card.dumps())
            if options["sql"]:
                _write(options["sql"], as_sql(card, "people") + "\n")
        except Unusable as exc:
            raise CommandError(str(exc)) from exc
        except OSError as exc:
            raise CommandError(f"{exc.filename} cannot be written: {exc.strerror}.") from exc
        self._report(card, time.perf_counter() - began, options)

    def _fitted(self, options: dict[str, Any]) -> Card:
        settings = _settings(options)
        split = _split(options, settings)
        card = fit(split.train, options["target"], settings)
        test = read(options["test"], figures=card.figures) if options["test"] else split.test
        if test.is_empty() and not options["test"]:
            return card
        made = examined(card, test)
        _fitting, treated = as_declared(card, test)
        for each in treated.remarks():
            self.stderr.write(f"test: {each}")
        if made.evidence["test"]["auc"] is None:
            self.stderr.write("test: fewer than two kinds of end are known; there is no AUC or KS.")
        return made

    def _report(self, card: Card, seconds: float, options: dict[str, Any]) -> None:
        figures = {
            "card": str(options["out"]),
            "hash": card.hash,
            "rows": card.sample["rows"],
            "bads": card.sample["bads"],
            "without_target": card.sample["without_target"],
            "features": card.names,
            "as_missing": card.sample.get("as_missing", {}),
            "left_out": [dict(each) for each in card.left_out],
            "base_points": card.base_points,
            "seconds": round(seconds, 2),
            **_separation(card.evidence.get("test", card.evidence["train"])),
            **{
                part: {"rows": told["rows"], "bads": told["bads"], **_separation(told)}
                for part, told in card.evidence.items()
            },
        }
        if options["json"]:
            self.stdout.write(json.dumps(figures, ensure_ascii=False))
            return
        for each in card.left_out:
            known = {"column", "reason", "cut"}
            detail = {name: told for name, told in each.items() if name not in known}
            self.stdout.write(
                f"left out: {each['column']}, {each['reason']} {detail or ''}".rstrip()
            )
        for name, told in card.sample.get("as_missing", {}).items():
            written = ", ".join(f"“{text}” ({rows:,})" for text, rows in told.items())
            self.stdout.write(f"counts as missing: {name}, {written}")
        for part, told in card.evidence.items():
            self.stdout.write(
                f"{part}: {told['rows']:,} rows, {told['bads']:,} bad, "
                f"AUC {told['auc'] or float('nan'):.4f}, KS {told['ks'] or float('nan'):.4f}"
            )
        self.stdout.write(f"{options['out']}: {len(card.features)} features, {seconds:.1f} s")


def _separation(told: Mapping[str, Any]) -> dict[str, float | None]:
    """AUC and KS of one part; of the test part where there is one, they stand for the card."""
    return {"auc": told["auc"], "ks": told["ks"]}


def _split(options: dict[str, Any], settings: Settings) -> Split:
    """Who is learnt from, and who is kept for the test unless that has a file of its own."""
    frame = read(options["train"], words=settings.categorical)
    if options["split"]:
        return stratified(frame, options["target"])
    if options["split_by_group"]:
        return by_group(frame, options["split_by_group"])
    if options["split_by_time"]:
        return by_time(frame, options["split_by_time"])
    return Split(frame, pl.DataFrame())


def _settings(options: dict[str, Any]) -> Settings:
    """What the file of settings says, and the options over it."""
    settings = _settings_of(options["how"]) if options["how"] else Settings()
    parted = [options["split_by_group"], options["split_by_time"]]
    excluded = [*_names(options["exclude"]), *(each for each in parted if each)]
    return replace(
        settings,
        categorical=(*settings.categorical, *_names(options["categorical"])),
        excluded=(*settings.excluded, *excluded),
        special={**settings.special, **dict(map(_codes, options["special"]))},
        unseen=options["unseen"] or settings.unseen,
        absent=options["absent"] or settings.absent,
    )


def _settings_of(path: Path) -> Settings:
    try:
        return Settings.from_json(json.loads(path.read_text()))
    except OSError as exc:
        raise Unusable("%(file)s cannot be read: %(why)s.", file=path, why=exc.strerror) from exc
    except (ValueError, TypeError, AttributeError) as exc:
        if isinstance(exc, Unusable):
            raise
        raise Unusable("%(file)s holds no settings: %(why)s.", file=path.name, why=exc) from exc


def _names(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _codes(text: str) -> tuple[str, tuple[float, ...]]:
    column, _equals, codes = text.rpartition("=")
    try:
        return column or "*", tuple(float(each) for each in codes.split(","))
    except ValueError as exc:
        raise Unusable("“%(text)s” names no codes; write COLUMN=-1,-9.", text=text) from exc


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
