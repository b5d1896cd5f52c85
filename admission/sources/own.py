"""The bank's own sources, by registration: rooms further down the road add what they know."""

from collections.abc import Callable, Sequence
from datetime import date

import polars as pl

from admission.features.columns import COLUMNS, OUTSIDE, OWN

Fetch = Callable[[Sequence[int]], pl.DataFrame]
"""Customer ids in; out a frame with ``customer_id`` and the declared columns, a row for each."""

Delivered = Callable[[Sequence[int], date], pl.DataFrame]
"""Customer ids and a day; out a frame with ``customer_id``, ``delivery``, ``line``, ``as_of`` and
the declared columns, a row for each of whom a file that is fresh enough on that day tells."""

_fetchers: dict[str, Fetch] = {}
_delivered: dict[str, Delivered] = {}


def register_own_source(name: str, fetch: Fetch) -> None:
    """Say who knows ``name``. A source that nobody has registered is unknown, never a yes."""
    if name not in OWN:
        raise ValueError(f"No own source is called {name!r}; there are {', '.join(OWN)}.")
    _fetchers[name] = fetch


def own_frames(names: set[str], customer_ids: Sequence[int]) -> dict[str, pl.DataFrame]:
    """The frames of those of ``names`` that somebody has registered."""
    return {
        name: fetch(customer_ids).select(
            "customer_id",
            *(pl.col(column).cast(dtype) for column, dtype in OWN[name].items()),
        )
        for name, fetch in _fetchers.items()
        if name in names
    }


def own_source(name: str) -> Fetch | None:
    """Who has been registered as knowing ``name``, if anybody."""
    return _fetchers.get(name)


def forget_own_source(name: str) -> None:
    """From now on nobody knows ``name``, and what rests on it is unknown."""
    _fetchers.pop(name, None)


def register_delivered_source(name: str, fetch: Delivered) -> None:
    """Say that files are delivered from which the outside source ``name`` can be known as well."""
    if name not in OUTSIDE:
        raise ValueError(f"No outside source is called {name!r}; there are {', '.join(OUTSIDE)}.")
    _delivered[name] = fetch


def delivered_frames(
    names: set[str], customer_ids: Sequence[int], as_of: date
) -> dict[str, pl.DataFrame]:
    """What files tell of the customers, by the outside source that would else be asked."""
    return {
        name: fetch(customer_ids, as_of).select(
            "customer_id",
            "delivery",
            "line",
            "as_of",
            *(pl.col(column).cast(dtype) for column, dtype in COLUMNS[name].items()),
        )
        for name, fetch in _delivered.items()
        if name in names
    }
