"""Relations and lists: files whose rows name people who are already registered."""

from datetime import date

import polars as pl

from village.roster import clean, words
from village.roster.refusals import Check, found, twice

REASON_LENGTH = 120
OF_AGE = 18
MARRIAGE = "spouse"
ENDS = "ends"
"""Not a kind of tie: the row ends what ties of ``ended_kind`` there are between the two."""


def plain_relations(fields: pl.DataFrame) -> pl.DataFrame:
    """Rows of a file of relations with numbers and words made plain; some end a tie."""
    return fields.with_columns(
        clean.code(fields["id_number"]).str.to_uppercase(),
        clean.code(fields["other_id_number"]).str.to_uppercase(),
        clean.words(fields["tie"]).alias("tie_said"),
        clean.understood(clean.words(fields["tie"]), words.TIES | dict.fromkeys(words.ENDED, ENDS)),
        clean.understood(clean.words(fields["tie"]), words.ENDED).alias("ended_kind"),
    )


def check_relations(rows: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """What is wrong with each row, once ``customer_id``, ``household_id``, ``state``, ``born_on``,
    ``spouse_id`` (their standing marriage) and their ``other_`` were looked up (null: nobody).
    """
    same_home = pl.col("household_id") == pl.col("other_household_id")
    same_person = pl.col("customer_id") == pl.col("other_customer_id")
    rows = _with_first_partners(rows)
    is_marriage = (pl.col("tie") == MARRIAGE) | (pl.col("ended_kind") == MARRIAGE)
    return found(
        rows,
        [
            *_person("id_number", "customer_id"),
            *_person("other_id_number", "other_customer_id"),
            *_word("tie"),
            Check("other_id_number", "same_person", same_person),
            Check("other_id_number", "same_household", same_home & ~same_person & ~is_marriage),
            *_marriage("id_number", "", "other_", as_of),
            *_marriage("other_id_number", "other_", "", as_of),
        ],
    )


def _marriage(number: str, one: str, other: str, as_of: date) -> list[Check]:
    """What stands against a marriage on one side: both live, are of age, and married to nobody
    else, by the register or by an earlier line of this file."""
    marries = pl.col("tie") == MARRIAGE
    twice = pl.col(f"{one}first_partner") != pl.col(f"{other}customer_id")
    elsewhere = pl.col(f"{one}spouse_id") != pl.col(f"{other}customer_id")
    return [
        Check(number, "spouse_died", marries & (pl.col(f"{one}state") == "died")),
        Check(
            number,
            "spouse_too_young",
            marries & (pl.col(f"{one}born_on").dt.offset_by(f"{OF_AGE}y") > as_of),
        ),
        Check(number, "married", marries & elsewhere),
        Check(number, "marries_twice", marries & twice, pl.col(f"{one}first_line")),
    ]


def _with_first_partners(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows beside whom each of the two marries on the first line of the file that says so."""
    marriages = rows.filter(pl.col("tie") == MARRIAGE)
    sides = [("customer_id", "other_customer_id"), ("other_customer_id", "customer_id")]
    said = pl.concat(
        marriages.select("line", person=pl.col(one), partner=pl.col(other)) for one, other in sides
    ).drop_nulls()
    firsts = said.sort("line").unique("person", keep="first").rename({"line": "first_line"})
    for one, _other in sides:
        prefix = one.removesuffix("customer_id")
        found = firsts.select(
            pl.col("person").alias(one),
            pl.col("partner").alias(f"{prefix}first_partner"),
            pl.col("first_line").alias(f"{prefix}first_line"),
        )
        rows = rows.join(found, on=one, how="left", maintain_order="left")
    return rows


def plain_lists(fields: pl.DataFrame) -> pl.DataFrame:
    """Rows of a list of people with numbers and words made plain."""
    return fields.with_columns(
        clean.code(fields["id_number"]).str.to_uppercase(),
        clean.words(fields["list"]).alias("list_said"),
        clean.understood(clean.words(fields["list"]), words.LISTS),
        clean.words(fields["reason"]).fill_null(""),
    )


def check_lists(rows: pl.DataFrame) -> pl.DataFrame:
    """What is wrong with each row, once ``customer_id`` was looked up."""
    too_long = pl.col("reason").str.len_chars() > REASON_LENGTH
    unexplained = pl.col("list").is_in(["black", "grey"]) & (pl.col("reason") == "")
    return found(
        rows,
        [
            *_person("id_number", "customer_id"),
            *_word("list"),
            Check("reason", "too_long", too_long, pl.lit(str(REASON_LENGTH))),
            Check("reason", "missing", unexplained),
        ],
    ).vstack(twice(rows, ["id_number"], ["list", "reason"], "id_twice"))


def _person(number: str, found_as: str) -> list[Check]:
    missing = pl.col(number).is_null()
    return [
        Check(number, "missing", missing),
        Check(number, "unknown_person", ~missing & pl.col(found_as).is_null()),
    ]


def _word(column: str) -> list[Check]:
    said = pl.col(f"{column}_said")
    return [
        Check(column, "missing", said.is_null()),
        Check(column, "unknown_word", said.is_not_null() & pl.col(column).is_null(), said),
    ]
