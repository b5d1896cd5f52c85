"""What may be wrong with a household as a whole, within a file and against the register.

A household goes in together with its head or not at all: where the head's row is refused, so are
the others', and the correction file holds all of them. A head leaves either to a successor or with
everybody: two households that become one leave none without a head.
"""

from dataclasses import dataclass

import polars as pl

from village.roster.refusals import Check, found, none, without

_HEAD = pl.col("role") == "head"
_ASKED = ("line", "household_number", "village_id", "role", "id_index")
"""What is asked of a row; the rest of a county's million rows is not carried along."""


@dataclass(frozen=True, slots=True)
class Register:
    """What is registered of the people and households that a file names.

    ``people``: id_index, at_number, at_role, at_village, at_here — where somebody lives now, and
    whether they neither died nor moved away; at_others — of a head who is to leave, how many others
    do. ``heads``: household_number, head_index, home_village — who heads a household now, and where
    it stands.
    """

    people: pl.DataFrame
    heads: pl.DataFrame


def check(rows: pl.DataFrame, refused: pl.DataFrame, register: Register) -> pl.DataFrame:
    """Everything wrong with whole households; ``rows`` carry ``id_index``.

    Refusing one row may leave another household without its head, so this is asked again until
    nothing new is found. Lines that repeat another to the letter speak of nobody new.
    """
    copies = refused.filter(pl.col("code") == "repeats").select("line")
    rows = rows.select(_ASKED).join(copies, on="line", how="anti", maintain_order="left")
    faults = none()
    while True:
        seen = _with_neighbours(rows, pl.concat([refused, faults]), register)
        again = found(seen, _checks())
        again = again.vstack(_without_head(seen, pl.concat([refused, again])))
        again = pl.concat([faults, again]).unique(["line", "code"], maintain_order=True)
        if again.height == faults.height:
            return faults
        faults = again


def _with_neighbours(rows: pl.DataFrame, refused: pl.DataFrame, register: Register) -> pl.DataFrame:
    """Each row beside what its household says elsewhere in the file and in the register."""
    of_head = (
        rows.filter(_HEAD & pl.col("household_number").is_not_null())
        .group_by("household_number")
        .agg(
            pl.len().alias("heads"),
            pl.col("line").first().alias("head_line"),
            pl.col("line").last().alias("last_head_line"),
            pl.col("village_id").first().alias("head_village"),
        )
    )
    standing = without(rows, refused).filter(pl.col("id_index").is_not_null())
    named = standing.select(
        "id_index",
        pl.col("household_number").alias("named_at"),
        pl.col("role").alias("named_as"),
    ).unique("id_index", keep="first")
    given_heads = (
        standing.filter(_HEAD)
        .select(
            pl.col("household_number").alias("at_number"), pl.lit(value=True).alias("left_has_head")
        )
        .unique("at_number")
    )
    by_number = {"on": "household_number", "how": "left", "maintain_order": "left"}
    by_home = {"on": "at_number", "how": "left", "maintain_order": "left"}
    return (
        rows.join(of_head, **by_number)
        .join(register.heads, **by_number)
        .join(named, left_on="head_index", right_on="id_index", how="left", maintain_order="left")
        .join(register.people, on="id_index", how="left", maintain_order="left")
        .join(given_heads, **by_home)
        .join(_leavers(standing, register), **by_home)
        .with_columns(pl.col("heads", "leavers").fill_null(0))
    )


def _leavers(standing: pl.DataFrame, register: Register) -> pl.DataFrame:
    """Of households whose head is to leave: how many others who live there leave with them."""
    left = register.people.filter(pl.col("at_others").is_not_null()).select("at_number")
    others = register.people.filter(pl.col("at_here") & (pl.col("at_role") != "head"))
    return (
        others.join(left, on="at_number", how="semi")
        .join(standing, on="id_index")
        .filter(pl.col("at_number") != pl.col("household_number"))
        .group_by("at_number")
        .agg(pl.len().alias("leavers"))
    )


def _checks() -> list[Check]:
    headless_file = (pl.col("heads") == 0) & pl.col("household_number").is_not_null()
    keeps_head = pl.col("head_index").is_not_null() & pl.col("named_at").is_null()
    same_head = (pl.col("named_at") == pl.col("household_number")) & (pl.col("named_as") == "head")
    leaves = (pl.col("at_role") == "head") & (pl.col("at_number") != pl.col("household_number"))
    other_head_line = (
        pl.when(pl.col("line") == pl.col("head_line")).then("last_head_line").otherwise("head_line")
    )
    return [
        Check("role", "two_heads", _HEAD & (pl.col("heads") > 1), other_head_line),
        Check("role", "no_head", headless_file & ~keeps_head & ~same_head.fill_null(value=False)),
        Check(
            "role",
            "registered_head",
            _HEAD
            & (pl.col("heads") == 1)
            & keeps_head
            & (pl.col("head_index") != pl.col("id_index")),
        ),
        Check(
            "village_code",
            "village_differs",
            pl.coalesce("head_village", "home_village") != pl.col("village_id"),
        ),
        Check(
            "household_number",
            "leaves_no_head",
            leaves & pl.col("left_has_head").is_null() & (pl.col("at_others") > pl.col("leavers")),
            pl.col("at_number"),
        ),
    ]


def _without_head(rows: pl.DataFrame, refused: pl.DataFrame) -> pl.DataFrame:
    """The other members of households whose head was refused."""
    bad = refused.select("line").unique().with_columns(pl.lit(value=True).alias("refused"))
    marked = rows.join(bad, on="line", how="left", maintain_order="left")
    lost = (
        marked.filter(_HEAD & pl.col("refused"))
        .select("household_number", pl.col("line").alias("lost_head"))
        .unique("household_number", keep="first")
    )
    members = marked.filter(pl.col("refused").is_null()).join(
        lost, on="household_number", how="inner", maintain_order="left"
    )
    return found(members, [Check("role", "head_refused", pl.lit(value=True), pl.col("lost_head"))])
