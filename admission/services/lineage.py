"""From a figure back to the line of the file on which it was delivered."""

from dataclasses import dataclass

import polars as pl

from admission.deliveries.classes import ID_HEADINGS
from admission.models import Figures
from admission.services import deliveries
from core import audit
from core.models import User
from village.roster.kinds import plain_heading

SHOWN_OF_ID = 4


@dataclass(frozen=True)
class Cell:
    """One cell of a delivered line under its own heading."""

    heading: str
    value: str


def line_as_delivered(figures: Figures, *, reader: User) -> list[Cell]:
    """The line as it stands in the sealed file, the ID number masked; the look is logged."""
    checked = deliveries.again(figures.delivery)
    audit.read(figures.customer, reader=reader, what=f"delivered line: {figures.kind}")
    found = checked.read.rows.filter(pl.col("line") == figures.line)
    if not found.height:
        return []
    row = found.row(0, named=True)
    names = {plain_heading(each) for each in ID_HEADINGS}
    return [
        Cell(heading, _masked(row[f"c{at}"] or "", plain_heading(heading) in names))
        for at, heading in enumerate(checked.read.headings)
    ]


def _masked(value: str, is_id: bool) -> str:
    return f"{'*' * 8}{value.strip()[-SHOWN_OF_ID:]}" if is_id and value else value
