"""From a figure back to the line of the file on which it was delivered."""

from dataclasses import dataclass

from admission.deliveries.classes import CLASSES, ID_HEADINGS
from admission.models import Figures
from core import audit, documents
from core.models import User
from village.roster import reading
from village.roster.kinds import plain_heading
from village.roster.reading import FileNotReadable

SHOWN_OF_ID = 4


@dataclass(frozen=True)
class Cell:
    """One cell of a delivered line under its own heading."""

    heading: str
    value: str


def line_as_delivered(figures: Figures, *, reader: User) -> list[Cell]:
    """The line as it stands in the sealed file, the ID number masked; the look is logged. Nothing
    where the class is declared otherwise by now, so that the file's headings are not known."""
    audit.read(figures.customer, reader=reader, what=f"delivered line: {figures.kind}")
    of = CLASSES.get(figures.kind)
    content = documents.content(figures.delivery.file)
    try:
        found = reading.line(content, figures.line, [of.kind] if of else [])
    except FileNotReadable:
        return []
    if not found.rows.height:
        return []
    row = found.rows.row(0, named=True)
    names = {plain_heading(each) for each in ID_HEADINGS}
    return [
        Cell(heading, _masked(row[f"c{at}"] or "", plain_heading(heading) in names))
        for at, heading in enumerate(found.headings)
    ]


def _masked(value: str, is_id: bool) -> str:
    return f"{'*' * 8}{value.strip()[-SHOWN_OF_ID:]}" if is_id and value else value
