"""What delivered files tell where an office has not answered, in the words of its source.

A file stands in for an answer only while its class is not late: what a decision rests on must be
as fresh as the bank's own plan for that class demands.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date

import polars as pl

from admission.deliveries import schedule
from admission.deliveries.classes import CLASSES, DataClass
from admission.deliveries.schedule import Standing
from admission.features.columns import COLUMNS
from admission.models import Figures
from admission.selectors import plans
from admission.sources.own import register_delivered_sources

FED = {each.feeds: each for each in CLASSES.values() if each.feeds}
"""By source: the class whose files can stand in for it."""

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
    register_delivered_sources(FED, fetch)


def fetch(
    names: Collection[str], customer_ids: Sequence[int], as_of: date
) -> dict[str, pl.DataFrame]:
    """What files tell, by source; two queries, however many sources and customers."""
    wanted = {FED[name].name: FED[name] for name in names}
    frames = figures_frames(wanted.values(), customer_ids, as_of)
    return {
        of.feeds: SHAPES.get(of.feeds, _as_it_stands)(frames[of.name], of) for of in wanted.values()
    }


def figures_frames(
    classes: Collection[DataClass], customer_ids: Sequence[int], as_of: date
) -> dict[str, pl.DataFrame]:
    """The newest figures of classes as columns, a row per part, where they are fresh enough."""
    planned = plans()
    by_class: dict[str, list[tuple[object, ...]]] = {each.name: [] for each in classes}
    columns = {each.name: [column.name for column in each.columns] for each in classes}
    found = Figures.objects.filter(
        customer__in=customer_ids, kind__in=by_class, as_of__lte=as_of
    ).order_by("customer_id", "line")
    for kind, pk, delivery, line, day, values in found.values_list(
        "kind", "customer_id", "delivery_id", "line", "as_of", "values"
    ):
        plan = planned[kind]
        if schedule.due(plan.every, plan.grace_days, day, as_of).standing in FRESH_ENOUGH:
            told = (values.get(name) for name in columns[kind])
            by_class[kind].append((pk, delivery, line, day, *told))
    return {
        each.name: pl.DataFrame(by_class[each.name], schema=_schema(each), orient="row")
        for each in classes
    }


def _schema(of: DataClass) -> dict[str, pl.DataType]:
    return _KEY | {each.name: _TYPES[each.kind] for each in of.columns}


def _as_it_stands(rows: pl.DataFrame, of: DataClass) -> pl.DataFrame:
    """One row a person, the columns named as the source names them."""
    return rows.select(*_KEY, *(name for name in COLUMNS[of.feeds]))


def _homes(rows: pl.DataFrame, of: DataClass) -> pl.DataFrame:
    """A person's homes as one list."""
    home = pl.struct(
        "registered_on",
        pl.concat_list("mortgaged_on").list.drop_nulls().alias("mortgaged_on"),
        "sealed",
        "dispute",
    )
    return _together(rows, home.alias("homes"))


def _businesses(rows: pl.DataFrame, of: DataClass) -> pl.DataFrame:
    """A person's businesses as one list; the role is that of the first line."""
    business = pl.struct(
        "status",
        "established_on",
        pl.col("abnormal").fill_null(value=False),
        pl.col("punishments_12m").fill_null(0),
        pl.col("changes_6m").fill_null(0),
    )
    return _together(rows, pl.col("role").first(), business.alias("businesses"))


def _together(rows: pl.DataFrame, *columns: pl.Expr) -> pl.DataFrame:
    return rows.group_by("customer_id", maintain_order=True).agg(
        pl.col("delivery").first(), pl.col("line").first(), pl.col("as_of").min(), *columns
    )


SHAPES: dict[str, Callable[[pl.DataFrame, DataClass], pl.DataFrame]] = {
    "real_estate": _homes,
    "business_registry": _businesses,
}
"""How the rows of a file become a source's frame, where they are not one row a person."""
