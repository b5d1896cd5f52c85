"""What became of a roster file's rows."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

Tell = Callable[[str], None]
"""Hears which step begins: read, check, compare, write."""


@dataclass(frozen=True, slots=True)
class Brought:
    """Rows by what became of them; ``refused`` has a line per fault ."""

    new: int
    changed: int
    unchanged: int
    refused: pl.DataFrame
