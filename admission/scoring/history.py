"""From decisions and how their loans went to people whose end is known: what cards are trained on.

A person is one decision whose customer borrowed within a year of it. Bad is who was overdue so many
days within the months looked at, good who never came near that; whoever lies between is neither,
and whoever has not been seen for all of these months is not looked at yet.
"""

from dataclasses import dataclass

import polars as pl

from admission.scorecards.errors import Unusable

FEWEST_OF_A_KIND = 70
"""Bad and good people without which no card is trained: three tenths of them must still be twenty,
so that the examination can be believed."""
DECISION_COUNTS_FOR = "365d"
"""A loan belongs to the newest decision of its customer that is at most this old."""
MOST_MONTHS = 60
BAD, TARGET = "bad", "bad"


@dataclass(frozen=True)
class Performing:
    """What bad means: overdue ``bad_days`` or more within ``months``; good: below ``good_days``."""

    months: int = 12
    bad_days: int = 90
    good_days: int = 30

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if not 1 <= self.months <= MOST_MONTHS:
            raise Unusable("People are looked at for 1 to %(most)s months.", most=MOST_MONTHS)
        if not 0 < self.good_days <= self.bad_days:
            raise Unusable("Bad begins at or above the days from which nobody is good any more.")


@dataclass(frozen=True)
class Counted:
    """How many people of one segment there are to learn from."""

    segment: str
    bads: int
    goods: int
    between: int
    too_young: int

    @property
    def is_enough(self) -> bool:
        """Whether a card can be trained and examined."""
        return min(self.bads, self.goods) >= FEWEST_OF_A_KIND


def belonging(
    loans: pl.DataFrame, decisions: pl.DataFrame, *, within: str | None = DECISION_COUNTS_FOR
) -> pl.DataFrame:
    """The loans that followed one of these decisions in time, each with the newest before it."""
    return (
        loans.sort("starts_on")
        .join_asof(
            decisions.select("decision", "customer_id", "as_of").sort("as_of", "decision"),
            left_on="starts_on",
            right_on="as_of",
            by="customer_id",
            strategy="backward",
            tolerance=within,
            check_sortedness=False,
        )
        .drop_nulls("decision")
    )


def labelled(decisions: pl.DataFrame, loans: pl.DataFrame, how: Performing) -> pl.DataFrame:
    """Decisions (``decision``, ``customer_id``, ``as_of`` …) whose customer borrowed after them,
    with ``bad`` 1, 0 or null for neither, and ``is_mature``; in the order of decisions."""
    ends = (
        belonging(loans, decisions)
        .group_by("decision")
        .agg(pl.col("worst_days").max(), pl.col("is_mature").all())
    )
    worst = pl.col("worst_days")
    bad = pl.when(worst >= how.bad_days).then(1).when(worst < how.good_days).then(0)
    return (
        decisions.join(ends, on="decision")
        .with_columns(bad.cast(pl.Int8).alias(BAD))
        .sort("as_of", "decision")
    )


def counted(people: pl.DataFrame, segments: tuple[str, ...]) -> list[Counted]:
    """Of each segment how many are bad, good, neither, and not seen long enough."""
    mature, bad = pl.col("is_mature"), pl.col(BAD)
    told = people.group_by("segment").agg(
        (mature & (bad == 1)).sum().alias("bads"),
        (mature & (bad == 0)).sum().alias("goods"),
        (mature & bad.is_null()).sum().alias("between"),
        (~mature).sum().alias("too_young"),
    )
    found = {row.pop("segment"): row for row in told.rows(named=True)}
    nobody = {"bads": 0, "goods": 0, "between": 0, "too_young": 0}
    return [Counted(name, **found.get(name, nobody)) for name in segments]
