"""The county as the outside offices know it, on any day from the county's own onwards."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from sandbox.county.truth import load_about, load_world
from sandbox.server.later import as_it_stands

Person = dict[str, Any]
"""One row of the hidden truth, by column name; ``balance`` is the deposit balance in yuan."""


class NoCounty(LookupError):
    """No county has been written yet where this server looks for one."""


class World:
    """Everybody the outside offices have on file, found by identity number."""

    def __init__(self, directory: Path) -> None:
        balances = pl.read_csv(
            directory / "deposits.csv",
            comment_prefix="#",
            columns=["证件号码", "存款余额(元)"],
            schema_overrides={"证件号码": pl.String},
        ).rename({"证件号码": "id_number", "存款余额(元)": "balance"})
        self._people = load_world(directory).join(
            balances, on="id_number", how="left", maintain_order="left"
        )
        self._row = {number: row for row, number in enumerate(self._people["id_number"])}
        self.about = load_about(directory)["counts"]
        self.day = date.fromisoformat(self.about["as_of"])

    def find(self, id_number: str, as_of: date) -> Person | None:
        """The person as the offices' records stand on ``as_of``, or nothing if unknown."""
        row = self._row.get(id_number)
        return None if row is None else self._at(row, as_of)

    def somebody_else(self, id_number: str, as_of: date) -> Person:
        """Another person than the one asked about: what a wrong answer is about."""
        row = (self._row.get(id_number, 0) + 1) % self._people.height
        return self._at(row, as_of)

    def _at(self, row: int, as_of: date) -> Person:
        months = (as_of.year - self.day.year) * 12 + as_of.month - self.day.month
        return as_it_stands(self._people.row(row, named=True), max(months, 0), as_of)


class Shelf:
    """The folder a county is written to; a newer county is taken up without a restart."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._world: World | None = None
        self._loaded: int | None = None

    def stamp(self) -> int | None:
        """Tells one writing of the folder from another; nothing while there is no county."""
        try:
            return (self.directory / "world.json").stat().st_mtime_ns
        except FileNotFoundError:
            return None

    def world(self) -> World:
        """The county in the folder. Raises ``NoCounty`` while there is none."""
        stamp = self.stamp()
        if stamp is None:
            raise NoCounty(f"No county in {self.directory}: run manage.py make_county.")
        if self._world is None or stamp != self._loaded:
            self._world, self._loaded = World(self.directory), stamp
        return self._world

    def counts(self) -> dict[str, Any] | None:
        """What the county in the folder counts, or nothing while there is none."""
        try:
            return self.world().about
        except NoCounty:
            return None
