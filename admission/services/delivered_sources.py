"""What delivered files tell where an office has not answered, in the words of its source.

A file stands in for an answer only while its class is not late: what a decision rests on must be
as fresh as the bank's own plan for that class demands.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date

import polars as pl

from admission.deliveries import schedule
from admission.deliveries.classes import CLASSES, FEEDING, DataClass
from admission.deliveries.schedule import Standing
from admission.features.columns import COLUMNS
from admission.features.property import LIVE
from admission.selectors import Plan, plans
from admission.sources.own import register_delivered_sources
from village.services import copying

FRESH_ENOUGH = {Standing.FRESH, Standing.DUE}
_KEY = {"customer_id": pl.Int64(), "delivery": pl.Int64(), "line": pl.Int64(), "as_of": pl.Date()}
_TYPES = {
    "yuan": pl.Int64(),
    "count": pl.Int64(),
    "number": pl.Float64(),
    "share": pl.Float64(),
    "day": pl.String(),
    "flag": pl.Boolean(),
    "word": pl.String(),
}


def register() -> None:
    """Say of every class that feeds a source that its files can stand in for it."""
    register_delivered_sources(FEEDING, fetch)


def fetch(
    names: Collection[str], customer_ids: Sequence[int], as_of: date
) -> dict[str, pl.DataFrame]:
    """What files tell, by source; one query a class, however many customers."""
    wanted = {FEEDING[name].name: FEEDING[name] for name in names}
    frames = figures_frames(wanted.values(), customer_ids, as_of)
    return {
        of.feeds: SHAPES.get(of.feeds, _as_it_stands)(frames[of.name], of) for of in wanted.values()
    }


def figures_frames(
    classes: Collection[DataClass], customer_ids: Sequence[int], as_of: date
) -> dict[str, pl.DataFrame]:
    """The newest figures of classes as columns, a row per part, where they are fresh enough."""
    planned, asked = plans(), copying.ids(customer_ids)
    return {
        each.name: _fresh(_newest(each, asked, as_of), planned[each.name], as_of)
        for each in classes
    }


_TOLD = {"yuan": "bigint", "count": "bigint", "number": "float8", "share": "float8",
         "day": "text", "flag": "boolean", "word": "text"}  # fmt: skip
_NEWEST = """
SELECT f.customer_id, f.delivery_id, f.line, f.as_of{columns}
  FROM admission_figures f CROSS JOIN LATERAL jsonb_to_record(f.values) AS v ({typed})
 WHERE f.customer_id = ANY(%s::bigint[]) AND f.kind = %s AND f.as_of <= %s
 ORDER BY f.customer_id, f.line
"""


def newest(kind: str, customer_ids: Sequence[int]) -> pl.DataFrame:
    """What the newest file of a class says, however old: of the bank's own systems."""
    return _newest(CLASSES[kind], copying.ids(customer_ids), date.max)


def _newest(of: DataClass, customer_ids: str, as_of: date) -> pl.DataFrame:
    """What the newest file says of whom, one query: the database takes the values apart."""
    query = _NEWEST.format(
        columns="".join(f", v.{each.name}" for each in of.columns),
        typed=", ".join(f"{each.name} {_TOLD[each.kind]}" for each in of.columns),
    )
    return copying.in_bulk(query, _schema(of), (customer_ids, of.name, as_of))


def _fresh(rows: pl.DataFrame, plan: Plan, as_of: date) -> pl.DataFrame:
    """The rows whose class is not late on the day."""
    fresh = [
        day
        for day in rows["as_of"].unique()
        if schedule.due(plan.every, plan.grace_days, day, as_of).standing in FRESH_ENOUGH
    ]
    return rows.filter(pl.col("as_of").is_in(fresh))


def _schema(of: DataClass) -> dict[str, pl.DataType]:
    return _KEY | {each.name: _TYPES[each.kind] for each in of.columns}


def _as_it_stands(rows: pl.DataFrame, of: DataClass) -> pl.DataFrame:
    """One row a person, the columns named as the source names them."""
    days = [name for name, dtype in COLUMNS[of.feeds].items() if dtype == pl.Date]
    read = rows.with_columns(pl.col(days).str.to_date()) if days else rows
    return read.select(*_KEY, *COLUMNS[of.feeds])


def _homes(rows: pl.DataFrame, of: DataClass) -> pl.DataFrame:
    """A person's homes as one list.

    Only a debt of 0 says that there is no mortgage; an empty cell says nothing.
    """
    free = pl.col("mortgaged_on").is_null() & (pl.col("mortgage") == 0).fill_null(value=False)
    days = pl.concat_list("mortgaged_on")
    home = pl.struct(
        "registered_on",
        pl.when(free).then(days.list.drop_nulls()).otherwise(days).alias("mortgaged_on"),
        "sealed",
        "dispute",
        "usage",
        "area_m2",
        "value",
        "mortgage",
        "share",
        "zone",
    )
    return _together(rows, home.alias("homes"))


def _businesses(rows: pl.DataFrame, of: DataClass) -> pl.DataFrame:
    """A person's businesses as one list; the role is the one in the first that is running."""
    business = pl.struct(
        "status",
        "established_on",
        "abnormal",
        "punishments_12m",
        "changes_6m",
        "paid_in_capital",
        "share",
        "industry",
    )
    running_first = pl.col("status").eq_missing(pl.lit(LIVE))
    role = pl.col("role").sort_by(~running_first, maintain_order=True).first()
    return _together(rows, role, business.alias("businesses"))


def _taxes(rows: pl.DataFrame, of: DataClass) -> pl.DataFrame:
    """As it stands, and how sales grew: a file gives the sales of both years."""
    before = pl.col("sales_12m_before")
    growth = pl.when(before > 0).then(pl.col("sales_12m") / before - 1)
    return _as_it_stands(rows.with_columns(growth.alias("sales_growth")), of)


def _together(rows: pl.DataFrame, *columns: pl.Expr) -> pl.DataFrame:
    return rows.group_by("customer_id", maintain_order=True).agg(
        pl.col("delivery").first(), pl.col("line").first(), pl.col("as_of").min(), *columns
    )


SHAPES: dict[str, Callable[[pl.DataFrame, DataClass], pl.DataFrame]] = {
    "real_estate": _homes,
    "business_registry": _businesses,
    "tax": _taxes,
}
"""How the rows of a file become a source's frame, where they are not one row a person."""
