"""What may be wrong with a row of a delivered file, judged a column at a time."""

from datetime import date

import polars as pl

from admission.deliveries.classes import DAY, FEN_PER_YUAN, ID, PART, Column, DataClass
from village.roster import clean, id_numbers
from village.roster.refusals import Check, found, twice

YUAN_PER_WAN = 10_000
FLAGS = {
    "是": "true", "有": "true", "1": "true", "Y": "true", "y": "true", "true": "true",
    "TRUE": "true", "True": "true", "已开通": "true",
    "否": "false", "无": "false", "0": "false", "N": "false", "n": "false", "false": "false",
    "FALSE": "false", "False": "false", "未开通": "false",
}  # fmt: skip
_NUMBER = r"^-?\d{1,15}(\.\d{1,9})?$"
_EXACT = pl.Decimal(38, 9)


def said(name: str) -> str:
    """The column that keeps what was written where it may not have been understood."""
    return f"{name}_said"


def plain(
    fields: pl.DataFrame, of: DataClass, in_wan: frozenset[str], day: date | None
) -> pl.DataFrame:
    """Rows with every cell as what it means: fen, counts, fractions, days, flags, words.

    ``day`` is the day of rows that name none. Adds ``part``, the column that tells several rows
    of one person apart, empty where a person has one row.
    """
    rows = fields.with_columns(
        clean.code(fields[ID]).str.to_uppercase(),
        clean.words(fields[DAY]).alias(said(DAY)),
        clean.day(fields[DAY]),
    )
    if day is not None:
        rows = rows.with_columns(
            pl.when(pl.col(said(DAY)).is_null()).then(pl.lit(day)).otherwise(DAY).alias(DAY)
        )
    rows = rows.with_columns(*(_written(fields[each.name], each) for each in of.columns))
    rows = rows.with_columns(*(_meant(each, each.name in in_wan) for each in of.columns))
    part = pl.col(of.part).fill_null("") if of.part else pl.lit("")
    return rows.with_columns(part.alias(PART))


def _written(column: pl.Series, declared: Column) -> pl.Series:
    """The cells without stray spaces, separators and quotes."""
    if declared.kind in {"yuan", "count", "number", "share"}:
        return clean.number(column).alias(said(declared.name))
    return clean.words(column).alias(said(declared.name))


def _meant(declared: Column, in_wan: bool) -> pl.Expr:
    written = pl.col(said(declared.name))
    if declared.kind == "yuan":
        fen = _exact(written) * (FEN_PER_YUAN * (YUAN_PER_WAN if in_wan else 1))
        meant = pl.when(fen == fen.round()).then(fen.cast(pl.Int64, strict=False))
    elif declared.kind == "count":
        number = _exact(written)
        meant = pl.when(number == number.round()).then(number.cast(pl.Int64, strict=False))
    elif declared.kind == "number":
        meant = _exact(written).cast(pl.Float64)
    elif declared.kind == "share":
        hundredths = written.str.ends_with("%")
        number = _exact(written.str.strip_suffix("%")).cast(pl.Float64)
        meant = pl.when(hundredths).then(number / 100).otherwise(number)
    elif declared.kind == "day":
        meant = written.map_batches(clean.day, return_dtype=pl.Date)
    elif declared.kind == "flag":
        meant = written.replace_strict(FLAGS, default=None, return_dtype=pl.String) == "true"
    elif declared.choices:
        known = {each: each for each in declared.choices} | declared.words
        meant = written.replace_strict(known, default=None, return_dtype=pl.String)
    else:
        meant = written
    return meant.alias(declared.name)


def _exact(written: pl.Expr) -> pl.Expr:
    return pl.when(written.str.contains(_NUMBER)).then(written).cast(_EXACT, strict=False)


def check(rows: pl.DataFrame, of: DataClass, *, today: date) -> pl.DataFrame:
    """Everything wrong with each row, a line per fault; ``today`` is the day of the delivery."""
    checks = [*_person(), *_day(today)]
    for each in of.columns:
        checks += _column(each, today)
    meant = [pl.coalesce(pl.col(each.name).cast(pl.String), said(each.name)) for each in of.columns]
    return found(rows, checks).vstack(twice(rows, [ID, PART, DAY], meant, "id_twice"))


def _person() -> list[Check]:
    number, well = pl.col(ID), id_numbers.well_formed()
    expected = id_numbers.expected_digit()
    return [
        Check(ID, "missing", number.is_null()),
        Check(ID, "id_form", number.is_not_null() & ~well),
        Check(ID, "id_check_digit", well & (number.str.slice(17) != expected), expected),
    ]


def _day(today: date) -> list[Check]:
    written = pl.col(said(DAY))
    return [
        Check(DAY, "no_such_day", written.is_not_null() & pl.col(DAY).is_null()),
        Check(DAY, "missing", written.is_null() & pl.col(DAY).is_null()),
        Check(DAY, "day_to_come", pl.col(DAY) > pl.lit(today), written),
    ]


def _column(declared: Column, today: date) -> list[Check]:
    name, value, written = declared.name, pl.col(declared.name), pl.col(said(declared.name))
    lost = written.is_not_null() & value.is_null()
    checks = []
    if declared.needed:
        checks.append(Check(name, "missing", written.is_null()))
    if declared.is_figure:
        checks += _figure(declared, lost)
    elif declared.kind == "day":
        checks.append(Check(name, "no_such_day", lost))
        if not declared.future:
            checks.append(Check(name, "day_to_come", value > pl.lit(today), written))
    elif declared.kind == "flag" or declared.choices:
        checks.append(Check(name, "unknown_word", lost, written))
    else:
        longest = declared.longest
        checks.append(
            Check(name, "too_long", written.str.len_chars() > longest, pl.lit(str(longest)))
        )
    return checks


def _figure(declared: Column, lost: pl.Expr) -> list[Check]:
    name, value, written = declared.name, pl.col(declared.name), pl.col(said(declared.name))
    number = written.str.strip_suffix("%").str.contains(_NUMBER)
    return [
        Check(name, "no_number", lost & ~number, written),
        Check(name, "too_exact", lost & number, written),
        Check(name, "negative", value < 0, written),
        Check(name, "too_large", value > declared.largest, written),
    ]
