"""One decision at a time about one person for one purpose."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection

_EACH = """
SELECT {}(key) FROM (
    SELECT hashtextextended('admission:decide:' || %s || ':' || customer, 0) AS key
      FROM unnest(%s::bigint[]) AS customer ORDER BY key OFFSET 0
) AS turns
"""
_TAKE, _GIVE_BACK = _EACH.format("pg_advisory_lock"), _EACH.format("pg_advisory_unlock")
"""In the order of the keys, so that of two who want the same people one simply comes first."""


@contextmanager
def in_turn(customer_ids: Iterable[int], purpose: str) -> Iterator[None]:
    """Whoever comes second waits, and finds the answers on file: asked side by side, both would
    want the one bureau query, and the one that went without it might be the newer decision.

    Locks of the session and not of a transaction, since others are asked over the network. The
    same session may take them twice.
    """
    turns = [str(purpose), list(customer_ids)]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, turns)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(_GIVE_BACK, turns)
