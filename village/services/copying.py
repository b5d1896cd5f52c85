"""Moving columns between polars and PostgreSQL with COPY, never a row at a time."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet
from psycopg import sql

CHUNK = 1 << 20
_AT_ONCE = 20_000
"""Rows that are written as text at a time: of a county, the whole text weighs as much again."""
EPOCH = "1970-01-01"
"""The day from which polars counts."""
Params = Sequence[Any] | Mapping[str, Any]


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
    run(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
    run(sql.SQL("CREATE TEMP TABLE {} ({}) ON COMMIT DROP").format(table, definition))
    append(name, rows.select(list(columns)))
    if analyse:
        run(sql.SQL("ANALYZE {}").format(table))


def append(table: str, rows: pl.DataFrame) -> None:
    """Add ``rows`` to a table, whose columns bear the same names; its constraints refuse them all
    or none."""
    names = sql.SQL(", ").join(map(sql.Identifier, rows.columns))
    into = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(sql.Identifier(table), names)
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(into) as copy,
    ):
        for part in rows.iter_slices(_AT_ONCE):
            text = io.BytesIO()
            part.write_csv(text, include_header=False)
            held = text.getbuffer()
            for at in range(0, len(held), CHUNK):
                copy.write(held[at : at + CHUNK])


def new_ids(model: type[Model], count: int) -> list[int]:
    """So many ids that nobody else will get, for rows that others must name before they stand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(nextval(ids)) FROM generate_series(1, %s), "
            "CAST(pg_get_serial_sequence(%s, 'id') AS regclass) ids",
            [count, model._meta.db_table],
        )
        return cursor.fetchone()[0] or []


def frame(query: str, schema: Mapping[str, Any], params: Params = ()) -> pl.DataFrame:
    """The rows of a query as columns. Not with COPY, which hands over one row at a time."""
    with connection.cursor() as cursor:
        cursor.execute(query, params or None)
        rows = cursor.fetchall()
    gathered = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pl.DataFrame(dict(zip(schema, gathered, strict=True)), schema=schema)


def in_bulk(query: str, schema: Mapping[str, Any], params: Params = ()) -> pl.DataFrame:
    """The rows of a SELECT as columns, handed over as text that polars reads, for many rows.

    No Python object is made of a cell, and other threads go on meanwhile. For numbers, words,
    days, yes or no, and lists of whole numbers; less than a gigabyte of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_IN_BULK.format(query), params or None)
        (text,) = cursor.fetchone()
    if text is None:
        return pl.DataFrame(schema=schema)
    written = {name: _as_written(dtype) for name, dtype in schema.items()}
    found = pl.read_csv(
        text.encode(), has_header=False, schema={"(": pl.String, **written, ")": pl.String}
    )
    escaped = "\\" in text
    return found.select(_read(name, dtype, escaped=escaped) for name, dtype in schema.items())


_IN_BULK = "SELECT string_agg(ROW(NULL, each.*, NULL)::text, E'\\n') FROM ({}) AS each"


def _as_written(dtype: Any) -> Any:
    """What polars reads off the text itself; the rest is made of words."""
    return dtype if dtype in (pl.Int64, pl.Float64) else pl.String


def _read(name: str, dtype: Any, *, escaped: bool) -> pl.Expr:
    told = pl.col(name)
    if dtype in (pl.Int64, pl.Float64):
        return told
    if dtype == pl.Boolean:
        return told == "t"
    if dtype == pl.Date:
        return told.str.to_date("%Y-%m-%d")
    if isinstance(dtype, pl.List):
        numbers = told.str.strip_chars("{}").str.split(",")
        return numbers.list.eval(pl.element().filter(pl.element() != "")).cast(dtype)
    return told.str.replace_all("\\\\", "\\", literal=True) if escaped else told


def columns(query: QuerySet[Any, Any], schema: Mapping[str, Any]) -> pl.DataFrame:
    """The rows of a ``values_list`` as columns, which PostgreSQL hands over as one array each.

    Ten times faster than row by row. For what can be an element of an array: no JSON. Dates come
    as days, which is all they are to polars. One that Django knows to find nothing is not asked.
    """
    try:
        statement, params = query.query.sql_with_params()
    except EmptyResultSet:
        return pl.DataFrame(schema=schema)
    names = [f"c{place}" for place in range(len(schema))]
    gathered = ", ".join(
        f"array_agg({name} - DATE '{EPOCH}')" if kind == pl.Date else f"array_agg({name})"
        for name, kind in zip(names, schema.values(), strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {gathered} FROM ({statement}) AS gathered ({', '.join(names)})",  # noqa: S608
            params,
        )
        found = cursor.fetchone()
    return pl.DataFrame(
        [
            pl.Series(name, each or [], pl.Int32 if kind == pl.Date else kind).cast(kind)
            for (name, kind), each in zip(schema.items(), found, strict=True)
        ]
    )


def run(statement: str | sql.Composable, params: Params = ()) -> int:
    """Run one statement; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount
