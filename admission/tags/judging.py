"""Tagging a frame of customers: columns in, columns out. One customer is a frame of one row."""

from collections.abc import Mapping

import polars as pl

from admission.tags.book import COUNTY, FIGURE, GROUP, LOGISTIC, PORTRAIT, TAG, Tag, TagBook
from core.expressions import Kind

GROUPS, PORTRAITS = "G", "P"
"""The codes under which a customer's own group and portrait are kept."""
DIGITS = 4
_DTYPES = {Kind.MONEY: pl.Int64(), Kind.INTEGER: pl.Int64(), Kind.DECIMAL: pl.Float64()}


def counties(book: TagBook, features: pl.DataFrame) -> dict[str, float | int | None]:
    """The county's own figures; amounts in fen. None where nobody is known of."""
    found: dict[str, float | int | None] = {}
    for tag in book.of(COUNTY):
        worked_out = _with_stages(book, features, _constants(book, found), before=tag)
        values = worked_out.filter(tag.among.column()) if tag.among else worked_out
        value = tag.expression.column().quantile(tag.text.quantile, "nearest").alias("value")
        cut = values.select(value).collect().item()
        whole = tag.expression.kind in (Kind.MONEY, Kind.INTEGER)
        found[tag.text.field_name] = int(cut) if whole and cut is not None else cut
    return found


def judge(
    book: TagBook, features: pl.DataFrame, county: Mapping[str, float | int | None]
) -> pl.DataFrame:
    """Every definition as a column named by its code, beside ``customer_id``.

    Figures are numbers, tags words, the others yes or no; ``G`` and ``P`` are the codes of the
    customer's own group and portrait. None is unknown, and a word that is none of the choices too.
    """
    frame = _with_stages(book, features, _constants(book, county))
    return frame.select(
        "customer_id",
        *(_column(each) for each in book.tags if each.text.kind != COUNTY),
        _first(book, GROUP).alias(GROUPS),
        _first(book, PORTRAIT).alias(PORTRAITS),
    ).collect()


def _with_stages(
    book: TagBook,
    features: pl.DataFrame,
    constants: Mapping[str, pl.Expr],
    before: Tag | None = None,
) -> pl.LazyFrame:
    """The frame with all definitions, stage by stage: each stage rests on those before alone."""
    wanted = list(book.tags)
    if before is not None:
        wanted = _behind(book, before)
    frame = features.lazy().with_columns(constants.values())
    for stage in sorted({each.stage for each in wanted}):
        frame = frame.with_columns(
            _value(each) for each in wanted if each.stage == stage and each.text.kind != COUNTY
        )
    return frame


def _behind(book: TagBook, tag: Tag) -> list[Tag]:
    """The definitions on which one rests."""
    known = {each.text.field_name: each for each in book.tags}
    waiting = [*tag.expression.fields, *(tag.among.fields if tag.among else ())]
    found: dict[str, Tag] = {}
    while waiting:
        each = known.get(waiting.pop())
        if each is not None and each.text.field_name not in found:
            found[each.text.field_name] = each
            waiting += each.expression.fields
    return list(found.values())


def _constants(book: TagBook, county: Mapping[str, float | int | None]) -> dict[str, pl.Expr]:
    return {
        each.text.field_name: pl.lit(
            county.get(each.text.field_name), _DTYPES[each.expression.kind]
        ).alias(each.text.field_name)
        for each in book.of(COUNTY)
    }


def _value(tag: Tag) -> pl.Expr:
    made = tag.expression.column()
    if tag.text.kind == TAG and tag.text.choices:
        made = pl.when(made.is_in(tag.text.choices)).then(made)
    if tag.text.link == LOGISTIC:
        made = 1 / (1 + (-made).exp())
    if tag.text.kind == FIGURE and tag.expression.kind is Kind.DECIMAL:
        made = made.round(DIGITS)
    return made.alias(tag.text.field_name)


def _column(tag: Tag) -> pl.Expr:
    return pl.col(tag.text.field_name).alias(tag.text.code)


def _first(book: TagBook, kind: str) -> pl.Expr:
    """The code of the first definition of a kind that holds; one that is unknown is passed over."""
    holding = [
        pl.when(pl.col(each.text.field_name)).then(pl.lit(each.text.code)) for each in book.of(kind)
    ]
    return pl.coalesce(holding) if holding else pl.lit(None, pl.String())
