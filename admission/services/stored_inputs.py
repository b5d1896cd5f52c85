"""Inputs stored with decisions, as the frame on which rules and cards were heard."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

import polars as pl

from admission.features import CATALOGUE
from admission.features.table import DTYPES
from core.expressions import Catalogue, Kind


def frame_of(
    stored: Iterable[Mapping[str, object]], names: Collection[str] | None = None
) -> pl.DataFrame:
    """One row for each stored object, with all fields of the catalogue or some of them."""
    wanted = CATALOGUE.names if names is None else [n for n in CATALOGUE.names if n in names]
    kinds = {name: CATALOGUE.fields[name].kind for name in wanted}
    rows = [[as_heard(name, each.get(name)) for name in wanted] for each in stored]
    schema = {name: DTYPES[kind] for name, kind in kinds.items()}
    return pl.DataFrame(rows, schema=schema, orient="row", strict=False)


def columns_of(texts: pl.Series, names: Collection[str]) -> pl.DataFrame:
    """Some fields of stored objects that stand as JSON, read in one pass; what was not stored is
    unknown."""
    kinds = {name: CATALOGUE.fields[name].kind for name in sorted(names)}
    stored = {
        name: pl.String() if kind is Kind.DATE else DTYPES[kind] for name, kind in kinds.items()
    }
    if not stored:
        return pl.DataFrame({"nothing": texts})
    frame = texts.str.json_decode(pl.Struct(stored)).struct.unnest()
    return frame.with_columns(
        pl.col(name).str.to_date("%Y-%m-%d") for name, kind in kinds.items() if kind is Kind.DATE
    )


def as_heard(name: str, value: object, catalogue: Catalogue = CATALOGUE) -> object:
    """A stored value as rules read it: days are days again."""
    field = catalogue.fields.get(name)
    if field is not None and field.kind is Kind.DATE and isinstance(value, str):
        return date.fromisoformat(value)
    return value
