"""The declared economy of households 家庭经济情况: amounts in yuan or 万元, land in mu."""

import polars as pl

from village.roster import clean, numbers
from village.roster.kinds import AREAS, MONEY
from village.roster.refusals import Check, found, twice

FEN_PER_YUAN, YUAN_PER_WAN = 100, 10_000
MOST_YUAN = 10_000_000_000
MOST_MU = 100_000
AMOUNTS = tuple(each.name for each in MONEY)
LANDS = tuple(each.name for each in AREAS)
WORDS = {"income_kind": 20, "main_business": 40}
_SCALED = pl.Decimal(38, 6)


def plain(fields: pl.DataFrame, in_wan: frozenset[str]) -> pl.DataFrame:
    """Rows with every amount in whole fen and area in mu; ``*_said`` is as written."""
    rows = fields.with_columns(
        clean.code(fields["household_number"]),
        *(clean.number(fields[each]).alias(f"{each}_said") for each in (*AMOUNTS, *LANDS)),
        *(clean.words(fields[each]) for each in WORDS),
    )
    exact = rows.with_columns(
        pl.when(pl.col(f"{each}_said").str.contains(r"^-?\d{1,15}(\.\d{1,6}0*)?$"))
        .then(pl.col(f"{each}_said"))
        .cast(_SCALED, strict=False)
        .alias(each)
        for each in (*AMOUNTS, *LANDS)
    )
    return exact.with_columns(
        *(
            (pl.col(each) * (FEN_PER_YUAN * (YUAN_PER_WAN if each in in_wan else 1)))
            .round()
            .cast(pl.Int64, strict=False)
            .alias(each)
            for each in AMOUNTS
        ),
        *(pl.col(each).round(2).alias(each) for each in LANDS),
    )


def check(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """What is wrong with each row; ``known`` lists registered households (household_number, id)."""
    marked = rows.join(known, on="household_number", how="left", maintain_order="left")
    number = pl.col("household_number")
    said = [(each, pl.col(f"{each}_said")) for each in (*AMOUNTS, *LANDS)]
    content = [pl.coalesce(pl.col(each).cast(pl.String), text) for each, text in said]
    content += [pl.col(each) for each in WORDS]
    return found(
        marked,
        [
            Check("household_number", "missing", number.is_null()),
            Check(
                "household_number",
                "unknown_household",
                ~numbers.impossible() & pl.col("household_id").is_null(),
                number,
            ),
            Check("household_number", "number_form", numbers.impossible()),
            *(
                Check(each, "no_number", text.is_not_null() & pl.col(each).is_null(), text)
                for each, text in said
            ),
            *(Check(each, "negative", pl.col(each) < 0, text) for each, text in said),
            *(
                Check(each, "too_large", pl.col(each) > MOST_YUAN * FEN_PER_YUAN, text)
                for each, text in said
                if each in AMOUNTS
            ),
            *(
                Check(each, "too_large", pl.col(each) > MOST_MU, text)
                for each, text in said
                if each in LANDS
            ),
            *(
                Check(each, "too_long", pl.col(each).str.len_chars() > most, pl.lit(str(most)))
                for each, most in WORDS.items()
            ),
        ],
    ).vstack(twice(rows, ["household_number"], content, "household_twice"))
