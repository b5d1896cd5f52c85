"""Writing a village's outcomes: the records as they stand, a village in one or two statements."""

import json
from collections.abc import Sequence
from datetime import datetime

import polars as pl
from django.db import connection, models

from village.models import Outcome
from village.services import copying

TABLE = Outcome._meta.db_table


def insert(outcomes: Sequence[Outcome]) -> None:
    """Write new outcomes with one COPY and give them the ids under which they stand."""
    for outcome, pk in zip(outcomes, copying.new_ids(Outcome, len(outcomes)), strict=True):
        outcome.pk = pk
    copying.append(TABLE, _columns(outcomes, Outcome._meta.concrete_fields))


def update(outcomes: Sequence[Outcome], names: Sequence[str]) -> None:
    """Write these fields of outcomes that the caller holds locked."""
    fields = [Outcome._meta.pk, *map(Outcome._meta.get_field, names)]
    kinds = {each.column: each.rel_db_type(connection) for each in fields[:1]}
    kinds |= {each.column: each.db_type(connection) for each in fields[1:]}
    copying.stage("judged_again", kinds, _columns(outcomes, fields))
    columns = ", ".join(f"{each.column} = n.{each.column}" for each in fields[1:])
    copying.run(
        f"UPDATE {TABLE} o SET {columns} FROM judged_again n WHERE n.id = o.id"  # noqa: S608 - our own names
    )


def _columns(outcomes: Sequence[Outcome], fields: Sequence[models.Field]) -> pl.DataFrame:
    return pl.DataFrame(
        {field.column: [_cell(getattr(o, field.attname)) for o in outcomes] for field in fields},
        schema={field.column: pl.String for field in fields},
    )


def _cell(value: object) -> str | None:
    """A value as COPY reads it into any column; numbers keep every digit."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list | dict):
        return json.dumps(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)
