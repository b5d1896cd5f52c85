"""Tables that are drawn: the shape of a chart on the pages of scorecards."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Line:
    """One row of a table that a chart draws: ``cells`` are (value, as written), a value of
    None being a gap. It stands where
    ``at`` says, or one after the other."""

    name: str
    cells: list[tuple[float | None, str]]
    at: float | None = None


@dataclass(frozen=True)
class Chart:
    """A table with the message it carries, drawn as bars or as lines."""

    kind: str
    message: str
    headings: list[str | Promise]
    lines: list[Line]
