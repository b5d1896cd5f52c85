"""Small files that correct what the register says of people and households, cell by cell."""

from dataclasses import dataclass

import polars as pl

from village.roster import clean, means, people, words
from village.roster.kinds import HOUSEHOLDS, ROSTER, Column, Kind
from village.roster.refusals import Check, beside, found

_MU = r"^\d{1,5}(\.\d{1,2})?$"


def _kind(name: str, key: str, of: Kind, others: tuple[str, ...]) -> Kind:
    found_at = {each.name: each for each in (*ROSTER.columns, *of.columns)}
    columns = [Column(key, found_at[key].headings, needed=True)]
    columns += [Column(each, found_at[each].headings) for each in others]
    return Kind(name, tuple(columns), at_least=2)


PEOPLE = _kind(
    "people",
    "id_number",
    ROSTER,
    ("name", "mobile", "education", "marital", "occupation", "main_business", "state"),
)
HOMES = _kind(
    "homes",
    "household_number",
    HOUSEHOLDS,
    ("address", "land_mu", "rented_land_mu", "income_kind", "main_business"),
)
_CODES = ("id_number", "household_number", "mobile")
_LENGTHS = people.LENGTHS | means.WORDS


@dataclass(frozen=True, slots=True)
class Corrections:
    """Rows made plain, by our names of the columns that the file has, and what is wrong with some.

    ``key`` is the column by which the person or household is found.
    """

    key: str
    rows: pl.DataFrame
    refused: pl.DataFrame


def judged(kind: Kind, fields: pl.DataFrame, faulty: pl.DataFrame) -> Corrections:
    """The rows of a file of ``kind``, column by column."""
    key = kind.columns[0].name
    rows = fields.with_columns(
        clean.code(fields[each.name])
        if each.name in _CODES
        else clean.number(fields[each.name])
        if each.name in means.LANDS
        else clean.words(fields[each.name])
        for each in kind.columns
    )
    if key == "id_number":
        rows = rows.with_columns(
            pl.col("id_number").str.to_uppercase(),
            pl.col("mobile").str.replace(r"^\+?86-?(1\d{10})$", "$1"),
        )
    named = {each.name for each in kind.columns}
    number = pl.col(key)
    first = pl.col("line").first().over(key)
    checks = [
        Check(key, "missing", number.is_null()),
        Check(key, "repeats", number.is_not_null() & (first != pl.col("line")), first),
        *(
            Check(each, "too_long", pl.col(each).str.len_chars() > most, pl.lit(str(most)))
            for each, most in _LENGTHS.items()
            if each in named
        ),
        *(
            Check(each, "no_number", ~pl.col(each).str.contains(_MU), pl.col(each))
            for each in means.LANDS
            if each in named
        ),
    ]
    if "mobile" in named:
        state = clean.understood(rows["state"], words.STATES)
        checks += [
            Check("mobile", "mobile_form", ~pl.col("mobile").str.contains(r"^1[3-9]\d{9}$")),
            Check(
                "state",
                "unknown_word",
                pl.col("state").is_not_null() & state.is_null(),
                pl.col("state"),
            ),
        ]
    refused = beside(faulty, found(rows, checks))
    if "mobile" in named:
        rows = rows.with_columns(state)
    return Corrections(key, rows, refused)
