"""The 640 real communities as the files of a county, and into the database with them.

A community becomes a village, its subdistrict a town with a branch and a customer manager, a
household a 户 with one person, its head. Where a household lives, the head's age and the head's
sex are the survey's; whatever else the roster demands of a person is made up, in an area code
(320799) that was never assigned. Rankings name 1,078 households that the survey left out: those
are registered too, with a head of the usual age.
"""

import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from sandbox.county.identity import REGION, id_numbers

AS_OF = date(2026, 6, 30)
USUAL_AGE, OLDEST = 47, 110
CLERK = "GLY"
SEED = 20121


@dataclass(frozen=True, slots=True)
class Register:
    """What the importer made of the communities.

    ``households``: hhid, village (area code), household_id, head_id, as the database has them.
    ``areas`` counts everything that must stand before a roster: branches, staff, towns, villages
    and groups.
    """

    households: pl.DataFrame
    villages: int
    areas: int
    areas_seconds: float
    roster_seconds: float


def households_of(surveyed: pl.DataFrame, rankings: pl.DataFrame) -> pl.DataFrame:
    """Every household that was surveyed, ranks or is ranked, as one row for the county's files.

    ``surveyed`` has hhid, ea, district, subdistrict, hhage and hhmale; ``rankings`` has hhea,
    hhid_ranker and hhid_ranked. Both name communities and households by text.
    """
    named = pl.concat(
        [
            surveyed.select(_community("ea"), "hhid"),
            rankings.select(_community("hhea"), hhid="hhid_ranker"),
            rankings.select(_community("hhea"), hhid="hhid_ranked"),
        ]
    ).unique()
    head = surveyed.select(
        "hhid",
        pl.col("hhage").alias("age"),
        pl.col("hhmale").cast(pl.Boolean).alias("male"),
    )
    rows = (
        named.join(_villages(surveyed), on="community", how="left")
        .join(head, on="hhid", how="left")
        .sort(pl.col("hhid").cast(pl.Int64))
    )
    known = pl.col("age").is_between(0, OLDEST).fill_null(value=False)
    rows = rows.with_columns(
        pl.concat_str("village", pl.col("hhid").str.tail(3).str.zfill(5)).alias("number"),
        pl.when(known).then("age").otherwise(USUAL_AGE).cast(pl.Int64).alias("age"),
        pl.col("male").fill_null(value=True),
    ).with_columns(_born_on())
    numbers = id_numbers(
        np.random.default_rng(SEED), rows["born_on"].to_numpy(), rows["male"].to_numpy()
    )
    return rows.with_columns(pl.Series("id_number", numbers.tolist()))


def import_county(households: pl.DataFrame) -> Register:
    """Write the county's files, bring them in as a bank would, and read back what is there.

    ``households`` as from :func:`households_of`. Raises ValueError where a row was refused.
    """
    # Models exist only once the harness has set Django up.
    from core.models import User
    from village.models import Village
    from village.services import organisation
    from village.services.rosters import import_file

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(households, folder)
        began = time.perf_counter()
        before = [
            organisation.import_file(folder / f"{name}.csv", password=f"benchmark-{SEED}")
            for name in ("branches", "staff", "areas")
        ]
        areas_seconds = time.perf_counter() - began
        clerk = User.objects.get(username=CLERK)
        began = time.perf_counter()
        brought = import_file(folder / "roster.csv", actor=clerk, as_of=AS_OF)
        roster_seconds = time.perf_counter() - began
    if brought.refused or brought.new != households.height:
        raise ValueError(
            f"Of {households.height} rows {brought.new} went in and {brought.refused} were refused."
        )
    return Register(
        households=households.select("hhid", "number").join(_registered(), on="number"),
        villages=Village.objects.count(),
        areas=sum(each.new for each in before),
        areas_seconds=areas_seconds,
        roster_seconds=roster_seconds,
    )


def write(households: pl.DataFrame, folder: Path) -> None:
    """Write branches.csv, staff.csv, areas.csv and roster.csv."""
    villages = households.select("town", "village", "community").unique().sort("village")
    towns = villages.group_by("town", maintain_order=True).agg(pl.col("village").str.join(";"))
    _branches(towns).write_csv(folder / "branches.csv")
    _staff(towns).write_csv(folder / "staff.csv")
    _areas(towns, villages).write_csv(folder / "areas.csv")
    households.select(
        pl.col("number").alias("户号"),
        pl.col("village").alias("村代码"),
        pl.lit("01").alias("组号"),
        pl.lit("户主").alias("与户主关系"),
        pl.concat_str(pl.lit("户主"), pl.col("hhid").str.zfill(6)).alias("姓名"),
        pl.col("id_number").alias("证件号码"),
        pl.when("male").then(pl.lit("男")).otherwise(pl.lit("女")).alias("性别"),
        pl.col("born_on").dt.to_string("%Y-%m-%d").alias("出生日期"),
    ).write_csv(folder / "roster.csv")


def _community(column: str) -> pl.Expr:
    """A community's number, written alike wherever it comes from: 7 and 007 are one."""
    return pl.col(column).str.zfill(3).alias("community")


def _villages(surveyed: pl.DataFrame) -> pl.DataFrame:
    """Each community's area code and its town's: community, town (9 digits), village (12)."""
    found = surveyed.select("district", "subdistrict", _community("ea")).unique()
    found = found.sort("district", "subdistrict", "community")
    place = pl.struct("district", "subdistrict")
    return found.with_columns(
        pl.format("{}{}", pl.lit(REGION), place.rank("dense") + 99).alias("town"),
    ).select(
        "community",
        "town",
        pl.concat_str("town", pl.int_range(200, pl.len() + 200).over("town")).alias("village"),
    )


def _born_on() -> pl.Expr:
    """A birthday that makes the head as old as the survey says; spread over the year."""
    years_ago = pl.lit(AS_OF).dt.offset_by(pl.format("-{}y", pl.col("age")))
    return (years_ago - pl.duration(days=pl.int_range(pl.len()) * 97 % 365)).alias("born_on")


def _branches(towns: pl.DataFrame) -> pl.DataFrame:
    head_office = f"{REGION}000"
    served = towns.select(
        pl.col("town").alias("网点代码"),
        pl.format("{}支行", pl.col("town")).alias("名称"),
        pl.lit(head_office).alias("上级代码"),
        pl.col("town").alias("镇代码"),
    )
    return _led_by([head_office, "总行", "", ""], served)


def _staff(towns: pl.DataFrame) -> pl.DataFrame:
    managers = towns.select(
        pl.format("Y{}", pl.col("town")).alias("工号"),
        pl.format("{}客户经理", pl.col("town")).alias("姓名"),
        pl.lit("customer_manager").alias("角色"),
        pl.col("town").alias("网点代码"),
        pl.col("village").alias("管户村代码"),
    )
    return _led_by([CLERK, "系统管理员", "administrator", f"{REGION}000", ""], managers)


def _areas(towns: pl.DataFrame, villages: pl.DataFrame) -> pl.DataFrame:
    levels = pl.concat(
        [
            towns.select(
                pl.col("town").alias("区划代码"),
                pl.format("{}镇", pl.col("town")).alias("名称"),
                pl.lit("镇").alias("级别"),
                pl.lit(REGION).alias("上级代码"),
            ),
            villages.select(
                pl.col("village").alias("区划代码"),
                pl.format("社区{}", pl.col("community")).alias("名称"),
                pl.lit("村").alias("级别"),
                pl.col("town").alias("上级代码"),
            ),
            villages.select(
                pl.format("{}01", pl.col("village")).alias("区划代码"),
                pl.lit("一组").alias("名称"),
                pl.lit("组").alias("级别"),
                pl.col("village").alias("上级代码"),
            ),
        ]
    )
    return _led_by([REGION, "社区县", "县", ""], levels).with_columns(
        pl.lit("").alias("经度"), pl.lit("").alias("纬度")
    )


def _led_by(first: list[str], rows: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([pl.DataFrame([first], schema=rows.schema, orient="row"), rows])


def _registered() -> pl.DataFrame:
    """The households of the database: number, village, household_id, head_id."""
    from village.models import Household  # as above: needs Django set up

    return pl.DataFrame(
        list(
            Household.objects.filter(members__role="head").values_list(
                "number", "village__code", "pk", "members__pk"
            )
        ),
        schema={
            "number": pl.String,
            "village": pl.String,
            "household_id": pl.Int64,
            "head_id": pl.Int64,
        },
        orient="row",
    )
