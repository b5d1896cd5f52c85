"""People's numbers as they are stored: sealed, each part while the one before it is written."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from core import crypto

_NUMBERS = ("id_number", "mobile")


def sealed(rows: pl.DataFrame) -> pl.DataFrame:
    """``rows`` with the ID and mobile numbers among their columns as they are stored."""
    numbers = [each for each in rows.columns if each in _NUMBERS]
    return rows.with_columns(
        pl.Series(each, crypto.encrypt_all(rows[each]), dtype=pl.String) for each in numbers
    )


def sealed_ahead(parts: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Each part sealed, the next by a thread while this one is used: a part waits, never more."""
    with ThreadPoolExecutor(1, thread_name_prefix="sealing") as pool:
        coming = None
        for part in parts:
            ready, coming = coming, pool.submit(sealed, part)
            if ready is not None:
                yield ready.result()
        if coming is not None:
            yield coming.result()
