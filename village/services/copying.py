"""Moving columns between polars and PostgreSQL with COPY, never a row at a time."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from django.db import connection
from psycopg import sql

CHUNK = 1 << 20


def ids(numbers: Iterable[int]) -> str:
    """Ids as PostgreSQL reads an array, written once however many queries name them."""
    return f"{{{','.join(map(str, numbers))}}}"


def stage(
    name: str, columns: Mapping[str, str], rows: pl.DataFrame, *, analyse: bool = True
) -> None:
    """Put ``rows`` into a temporary table that vanishes with the transaction. What is only poured
    on into another table need not be analysed."""
    definition = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind))
        for column, kind in columns.items()
    )
    table = sql.Identifier(name)
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    text = io.BytesIO()
    rows.select(list(columns)).write_csv(text, include_header=False)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
        cursor.execute(
            sql.SQL("CREATE TEMP TABLE {} ({}) ON COMMIT DROP").format(table, definition)
        )
        into = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(table, names)
        with cursor.copy(into) as copy:
            held = text.getbuffer()
            for at in range(0, len(held), CHUNK):
                copy.write(held[at : at + CHUNK])
        if analyse:
            cursor.execute(sql.SQL("ANALYZE {}").format(table))


def frame(
    query: str,
    schema: Mapping[str, Any],
    params: Sequence[Any] | Mapping[str, Any] = (),
) -> pl.DataFrame:
    """The rows of a query as columns. Not with COPY, which hands over one row at a time."""
    with connection.cursor() as cursor:
        cursor.execute(query, params or None)
        rows = cursor.fetchall()
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pl.DataFrame(dict(zip(schema, columns, strict=True)), schema=schema)


def run(statement: str, params: Sequence[Any] = ()) -> int:
    """Run one statement; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount
