"""What became of a roster file's rows."""

from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from core.models import User
from core.steps import Tell


@dataclass(frozen=True, slots=True)
class Bringing:
    """One file on its way in: under which number, true on which day, brought by whom and when.

    ``villages`` are those it may speak of; None for all.
    """

    number: int
    at: datetime
    as_of: date
    actor: User | None
    tell: Tell
    villages: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """Rows by what became of them; ``refused`` has a line per fault.

    ``moved`` and ``died`` are among the ``changed``.
    """

    new: int
    changed: int
    unchanged: int
    refused: pl.DataFrame
    moved: int = 0
    died: int = 0
