"""What may be wrong with one row of the roster 农户名册."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from village.roster import clean, id_numbers, numbers, words
from village.roster.kinds import ROSTER
from village.roster.refusals import Check, found, twice

OLDEST = 120
LENGTHS = {
    "household_number": 30,
    "name": 40,
    "education": 20,
    "marital": 10,
    "occupation": 20,
    "main_business": 40,
    "address": 120,
}
_CODES = ("household_number", "village_code", "group", "id_number", "mobile")
_WORDS = ("role", "name", "sex", "education", "marital", "occupation", "main_business")
_WORDS += ("state", "address")
_UNDERSTOOD = {"role": words.ROLES, "sex": words.SEXES, "state": words.STATES}


@dataclass(frozen=True, slots=True)
class Places:
    """Where people may live: ``villages`` (village_code, village_id) and ``groups``
    (village_code, group_key, group_id), a line for each way of naming a group."""

    villages: pl.DataFrame
    groups: pl.DataFrame


def plain(fields: pl.DataFrame, places: Places) -> pl.DataFrame:
    """Rows of a roster with everything made plain and every word understood.

    Adds ``*_said`` for what was written where it may not have been understood.
    """
    rows = fields.with_columns(
        *(clean.code(fields[each]) for each in _CODES),
        *(clean.words(fields[each]) for each in _WORDS),
        clean.words(fields["born_on"]).alias("born_said"),
        clean.day(fields["born_on"]),
    )
    rows = rows.with_columns(
        pl.col("id_number").str.to_uppercase(),
        pl.col("mobile").str.replace(r"^\+?86-?(1\d{10})$", "$1"),
        _group_key().alias("group_key"),
        *(pl.col(each).alias(f"{each}_said") for each in _UNDERSTOOD),
        *(clean.understood(rows[each], known) for each, known in _UNDERSTOOD.items()),
    )
    good = id_numbers.well_formed()
    return (
        rows.with_columns(
            pl.when(good).then(id_numbers.born_on()).alias("id_born_on"),
            pl.when(good).then(id_numbers.sex()).alias("id_sex"),
        )
        .join(places.villages, on="village_code", how="left", maintain_order="left")
        .join(places.groups, on=["village_code", "group_key"], how="left", maintain_order="left")
    )


def check(rows: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """What is wrong with each row by itself, and with ID numbers that come twice."""
    return found(
        rows,
        [
            *_missing(),
            *_number(as_of),
            *_understandable(),
            *_too_long(),
            *_place(),
            _mobile(),
            Check("household_number", "number_form", numbers.impossible()),
        ],
    ).vstack(
        twice(rows, ["id_number"], [each for each in rows.columns if each != "line"], "id_twice")
    )


def finished(rows: pl.DataFrame) -> pl.DataFrame:
    """Good rows with what the ID number tells filled in where the file was silent."""
    return rows.with_columns(
        pl.coalesce("born_on", "id_born_on").alias("born_on"),
        pl.coalesce("sex", "id_sex").alias("sex"),
    )


def _missing() -> list[Check]:
    needed = [each.name for each in ROSTER.columns if each.needed]
    said = {"role": "role_said"}
    return [Check(each, "missing", pl.col(said.get(each, each)).is_null()) for each in needed]


def number_checks(as_of: date) -> list[Check]:
    """What may be wrong with an ID number by itself; ``id_born_on`` is the day it names."""
    well = id_numbers.well_formed()
    expected, born = id_numbers.expected_digit(), pl.col("id_born_on")
    earliest = as_of.replace(year=as_of.year - OLDEST, day=1)
    id_digits = pl.col("id_number").str.slice(6, 8)
    return [
        Check("id_number", "id_form", ~well),
        Check(
            "id_number",
            "id_check_digit",
            well & (expected != pl.col("id_number").str.slice(17)),
            expected,
        ),
        Check("id_number", "id_no_such_day", well & born.is_null(), id_digits),
        Check("id_number", "id_no_such_day", (born > as_of) | (born < earliest), id_digits),
    ]


def _number(as_of: date) -> list[Check]:
    born = pl.col("id_born_on")
    return [
        *number_checks(as_of),
        Check(
            "born_on",
            "no_such_day",
            pl.col("born_said").is_not_null() & pl.col("born_on").is_null(),
        ),
        Check("born_on", "born_differs", pl.col("born_on") != born, born),
        Check("sex", "sex_differs", pl.col("sex") != pl.col("id_sex")),
    ]


def _understandable() -> list[Check]:
    return [
        Check(
            each,
            "unknown_word",
            pl.col(f"{each}_said").is_not_null() & pl.col(each).is_null(),
            pl.col(f"{each}_said"),
        )
        for each in _UNDERSTOOD
    ]


def _too_long() -> list[Check]:
    return [
        Check(each, "too_long", pl.col(each).str.len_chars() > most, pl.lit(str(most)))
        for each, most in LENGTHS.items()
    ]


def _place() -> list[Check]:
    lost = pl.col("village_code").is_not_null() & pl.col("village_id").is_null()
    no_group = (
        pl.col("village_id").is_not_null()
        & pl.col("group_key").is_not_null()
        & pl.col("group_id").is_null()
    )
    return [
        Check("village_code", "unknown_village", lost, pl.col("village_code")),
        Check("group", "unknown_group", no_group, pl.col("group")),
    ]


def _mobile() -> Check:
    return Check("mobile", "mobile_form", ~pl.col("mobile").str.contains(r"^1[3-9]\d{9}$"))


def _group_key() -> pl.Expr:
    """A group as it is looked up: two digits, or whatever else was written."""
    number = pl.col("group").str.extract(r"^第?(\d{1,2})组?$").str.zfill(2)
    return pl.coalesce(number, pl.col("group"))
