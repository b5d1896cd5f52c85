"""The bank's own sources, by registration: rooms further down the road add what they know."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from functools import lru_cache

import polars as pl

from admission.features.columns import COLUMNS, OUTSIDE, OWN

Fetch = Callable[[Sequence[int]], pl.DataFrame]
"""Customer ids in; out a frame with ``customer_id`` and the declared columns, a row for each. A
declared column that the frame lacks is unknown of everybody."""

Delivered = Callable[[Collection[str], Sequence[int], date], dict[str, pl.DataFrame]]
"""Names of sources, customer ids and a day; out, by source, a frame with ``customer_id``,
``delivery``, ``line``, ``as_of`` and the declared columns, a row for each of whom a file that is
fresh enough on that day tells."""

_fetchers: dict[str, Fetch] = {}
_delivered: dict[Delivered, frozenset[str]] = {}


def register_own_source(name: str, fetch: Fetch) -> None:
    """Say who knows ``name``. A source that nobody has registered is unknown, never a yes."""
    if name not in OWN:
        raise ValueError(f"No own source is called {name!r}; there are {', '.join(OWN)}.")
    _fetchers[name] = fetch


def own_frames(names: set[str], customer_ids: Sequence[int]) -> dict[str, pl.DataFrame]:
    """The frames of those of ``names`` that somebody has registered."""
    return {
        name: _as_declared(fetch(customer_ids), name)
        for name, fetch in _fetchers.items()
        if name in names
    }


def _as_declared(told: pl.DataFrame, name: str) -> pl.DataFrame:
    return told.select("customer_id", *_declared(name, frozenset(told.columns)))


@lru_cache(maxsize=64)
def _declared(name: str, told: frozenset[str]) -> list[pl.Expr]:
    """The declared columns of a source, out of those that somebody tells."""
    return [
        (pl.col(column) if column in told else pl.lit(None)).cast(dtype).alias(column)
        for column, dtype in OWN[name].items()
    ]


def own_source(name: str) -> Fetch | None:
    """Who has been registered as knowing ``name``, if anybody."""
    return _fetchers.get(name)


def forget_own_source(name: str) -> None:
    """From now on nobody knows ``name``, and what rests on it is unknown."""
    _fetchers.pop(name, None)


def register_delivered_sources(names: Collection[str], fetch: Delivered) -> None:
    """Say that files are delivered from which outside sources can be known as well."""
    if strange := set(names) - OUTSIDE.keys():
        raise ValueError(f"No outside source is called {', '.join(sorted(strange))}.")
    _delivered[fetch] = frozenset(names)


def delivered_frames(
    names: Collection[str], customer_ids: Sequence[int], as_of: date
) -> dict[str, pl.DataFrame]:
    """What files tell of the customers, by the outside source that would else be asked."""
    found: dict[str, pl.DataFrame] = {}
    for fetch, known in _delivered.items():
        if wanted := known & set(names):
            found |= fetch(wanted, customer_ids, as_of)
    return {name: _with_columns(name, told) for name, told in found.items()}


def _with_columns(name: str, told: pl.DataFrame) -> pl.DataFrame:
    declared = COLUMNS[name].items()
    return told.select(
        "customer_id",
        "delivery",
        "line",
        "as_of",
        *(pl.col(column).cast(dtype) for column, dtype in declared),
    )
