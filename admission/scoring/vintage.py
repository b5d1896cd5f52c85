"""Vintages: of the loans of one month, which share had gone bad after so many months on book."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import polars as pl

MOST_MONTHS, MOST_COHORTS = 24, 36
SMALL = 50
"""Below so many loans a share says little; it is shown and marked."""


@dataclass(frozen=True)
class Cohort:
    """The loans of one month. ``bads`` has, for one, two, three … months on book, how many had gone
    bad by then; it ends where not all of its loans have been seen for so long."""

    month: str
    loans: int
    bads: list[int]

    @property
    def is_small(self) -> bool:
        """Whether too few for a share to mean much."""
        return self.loans < SMALL

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def vintages(loans: pl.DataFrame, *, day: date) -> list[Cohort]:
    """The newest cohorts of ``loans`` (``starts_on``, ``bad_on``: the day on which each went bad,
    null while it has not), as seen on ``day``, the oldest first."""
    begun = loans.filter(pl.col("starts_on") <= day).with_columns(
        pl.col("starts_on").dt.strftime("%Y-%m").alias("month")
    )
    parts = begun.partition_by("month", as_dict=True)
    newest = sorted(parts)[-MOST_COHORTS:]
    return [_cohort(month, parts[(month,)], day) for (month,) in newest]


def _cohort(month: str, loans: pl.DataFrame, day: date) -> Cohort:
    starts = pl.col("starts_on")
    bads = []
    for months in range(1, MOST_MONTHS + 1):
        ends = starts.dt.offset_by(f"{months}mo")
        if loans.select((ends > day).any()).item():
            break
        bads.append(int(loans.select((pl.col("bad_on") <= ends).sum()).item()))
    return Cohort(month, loans.height, bads)
