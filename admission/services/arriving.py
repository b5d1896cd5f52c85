"""Features of a source worked out as soon as its answers are there, while others are waited for."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import date

import polars as pl

from admission.features import frame, told_by
from admission.models import SourceRecord
from admission.sources.asking import ANSWERED, Heard

Records = Mapping[int, Mapping[str, SourceRecord]]


class Arriving:
    """What sources tell of some people: by source the frame of answers, and features of it.

    A source is worked out once it has answered about everybody; nobody waits for it then. Of those
    that were silent about somebody, files may stand in, so they are left to the end.
    """

    def __init__(self, people: Collection[int], as_of: date) -> None:
        self._people, self._as_of = people, as_of
        self._values: dict[str, dict[int, Mapping[str, object]]] = {}
        self.frames: dict[str, pl.DataFrame] = {}
        self.told: dict[str, pl.DataFrame] = {}

    def hear(self, heard: Heard) -> None:
        """One answer has come."""
        if heard.status != ANSWERED or heard.values is None:
            return
        name = heard.question.source.name
        values = self._values.setdefault(name, {})
        values[heard.question.subject.customer_id] = heard.values
        if len(values) == len(self._people):
            with suppress(Exception):  # whatever it is, met again at the end, with answers kept
                self.add(name, frame(name, values))

    def add(self, name: str, answers: pl.DataFrame) -> None:
        """A source that has told everything it will tell."""
        self.told[name] = told_by(name, answers, as_of=self._as_of)
        self.frames[name] = answers

    def frame(self, name: str, records: Records) -> pl.DataFrame:
        """The answers of a source: whoever it answered about has a row, nobody else."""
        if name in self.frames:
            return self.frames[name]
        answered = {
            pk: found[name].values
            for pk, found in records.items()
            if name in found and found[name].status == ANSWERED
        }
        return frame(name, answered)
