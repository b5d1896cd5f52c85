"""What really is, for simulators only: how people are, how neighbours see it, who will pay.

Nothing here may be known to the bank. The demo's simulated neighbours and borrowers act by it, and
tests ask whether what the bank concluded has anything to do with it.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from sandbox.county.chance import Flags, Numbers
from sandbox.county.columns import WORLD

SHEET: dict[str, tuple[str, ...]] = {
    "年龄": ("18-30", "31-45", "46-60"),
    "健康": ("较差", "一般", "良好"),
    "婚姻": ("未婚", "已婚无子女", "已婚有子女"),
    "劳动力人数": ("2人及以下", "3人", "4人及以上"),
    "家庭成员关系": ("不和睦", "基本团结", "团结和睦"),
    "诚信度": ("差", "一般", "较好", "很好"),
    "社会声望及荣誉": ("无", "一般", "好"),
    "生活习惯": ("差", "一般", "好"),
    "职业": ("普通村民", "多种经营者", "村干部及固定工作者"),
    "经营能力": ("较差", "一般", "良好"),
    "房屋价值": ("<10万", "10-30万", ">30万"),
    "车辆农机具": ("无", "1万级", "2万级及以上"),
    "家庭年纯收入": ("<3万", "3-6万", "6-12万", ">12万"),
    "家庭负债": ("较高", "少量", "无"),
    "民间高息借款": ("有", "无"),
}
"""The fifteen scored items of a review sheet and their options, worst first."""

_JUDGED = {
    "健康": (-2.1, -0.9),
    "家庭成员关系": (-2.2, -0.8),
    "诚信度": (-1.9, -0.9, 0.5),
    "社会声望及荣誉": (-1.3, 0.6),
    "生活习惯": (-1.9, -0.6),
    "经营能力": (-1.7, 0.1),
}
"""Items that are opinion: where on the z they see a neighbour moves to the next option."""

_ITEM_NOISE = 0.45
_KNOWS = 0.93
_USUAL_SUGGESTION = 58_000
_MOST_SUGGESTED = 100_000
_SUGGESTION_STEP = 1_000


@dataclass(frozen=True)
class Opinion:
    """One neighbour's sheet about one household."""

    knows: bool
    choices: dict[str, str]
    suggested_amount: int
    """Yuan, between 0 and 100,000."""
    negatives: tuple[int, ...]
    """Numbers, 1 to 13, of the reasons not to lend that the neighbour ticked."""


def load_world(directory: Path) -> pl.DataFrame:
    """The hidden truth about every adult, typed; one row each, in the order of the roster.

    A county written before there was a column says nothing of it.
    """
    read = pl.read_csv(Path(directory) / "world.csv", comment_prefix="#", schema_overrides=WORLD)
    absent = [name for name in WORLD if name not in read.columns]
    return read.with_columns(pl.lit(None, WORLD[name]).alias(name) for name in absent).select(
        WORLD.keys()
    )


def load_about(directory: Path) -> dict:
    """Seed, counts and the parameters by which the county was made."""
    return json.loads((Path(directory) / "world.json").read_text(encoding="utf-8"))


def load_households(directory: Path) -> pl.DataFrame:
    """What a neighbour can see of each household: one row each, sorted by household number.

    Columns: household_no, village, group, z_household, head_age, married, has_children, workers,
    steady_job, income, house_value, vehicle_value, debt, private_debt, and the troubles people
    talk about (listed, dishonest, bad_credit, absent).
    """
    folder = Path(directory)
    roster = pl.read_csv(folder / "roster.csv", comment_prefix="#", infer_schema=False)
    told = pl.read_csv(folder / "households.csv", comment_prefix="#", infer_schema=False)
    as_of = pl.lit(load_about(folder)["counts"]["as_of"]).str.to_date()
    born = pl.col("出生日期").str.to_date()
    age = ((as_of - born).dt.total_days() / 365.2425).floor().cast(pl.Int64)
    head = pl.col("与户主关系") == "户主"
    able = (age >= 18) & (age <= 65) & ~pl.col("职业").is_in(["学生", "无业", "退休"])
    seen = roster.group_by("户号").agg(
        pl.col("村代码").first().alias("village"),
        pl.col("组号").first().alias("group"),
        age.filter(head).first().alias("head_age"),
        (pl.col("婚姻状况").filter(head).first() == "已婚").alias("married"),
        (pl.col("与户主关系") == "子女").any().alias("has_children"),
        able.sum().cast(pl.Int64).alias("workers"),
        (pl.col("职业") == "公职").any().alias("steady_job"),
        (pl.col("职业").is_in(["个体经营", "企业主"])).any().alias("trades"),
        (pl.col("居住状况").filter(head).first() == "空挂户").alias("absent"),
    )
    worth = told.select(
        "户号",
        pl.col("住房价值(元)").cast(pl.Int64).alias("house_value"),
        pl.col("车辆农机价值(元)").cast(pl.Int64).alias("vehicle_value"),
        pl.col("家庭负债(元)").cast(pl.Int64).alias("debt"),
        pl.col("民间借款(元)").cast(pl.Int64).alias("private_debt"),
    )
    return (
        seen.join(worth, on="户号")
        .rename({"户号": "household_no"})
        .join(_talked_about(load_world(folder)), on="household_no")
        .sort("household_no")
    )


def _talked_about(world: pl.DataFrame) -> pl.DataFrame:
    bad = pl.col("pb_class5_worst").is_in(["次级", "可疑", "损失"]).fill_null(False)
    return world.group_by("household_no").agg(
        pl.col("z_household").first(),
        pl.col("household_income_true").first().alias("income"),
        pl.col("gov_police_list").is_not_null().any().alias("listed"),
        pl.col("gov_dishonest").any().alias("dishonest"),
        bad.any().alias("bad_credit"),
    )


def neighbour_opinions(
    rng: np.random.Generator,
    households: pl.DataFrame,
    insight: ArrayLike,
    *,
    favour: ArrayLike = 0.0,
) -> pl.DataFrame:
    """One sheet for each row of ``households``, as ``load_households`` gives them.

    ``insight`` is the standard deviation of the noise with which z is seen; ``favour`` is added to
    what is seen (a colluding neighbour gives about 2). Columns: household_no, knows, the fifteen
    items as option texts, suggested_amount in yuan, negatives as a list of numbers 1 to 13.
    """
    count = households.height
    seen = households["z_household"].to_numpy() + np.asarray(favour, dtype=float)
    seen = seen + np.asarray(insight, dtype=float) * rng.standard_normal(count)
    choices = {}
    for item, options in SHEET.items():
        if item in _JUDGED:
            blurred = seen + _ITEM_NOISE * rng.standard_normal(count)
            place = np.searchsorted(_JUDGED[item], blurred)
        else:
            place = _plain_fact(item, households)
        choices[item] = np.array(options)[place]
    negatives = _negatives(rng, households, seen, np.asarray(favour, dtype=float) > 1)
    refused = np.array([bool(kinds) for kinds in negatives], dtype=bool)
    return pl.DataFrame(
        {
            "household_no": households["household_no"],
            "knows": rng.random(count) < _KNOWS,
            **choices,
            "suggested_amount": np.where(refused, 0, _suggested(rng, households, seen)),
            "negatives": pl.Series(negatives, dtype=pl.List(pl.Int64)),
        }
    )


def _plain_fact(item: str, households: pl.DataFrame) -> np.ndarray:
    """The option of an item that anybody in the village simply knows."""
    column = {name: households[name].to_numpy() for name in households.columns}
    steps = {
        "年龄": (column["head_age"], (30.5, 45.5)),
        "劳动力人数": (column["workers"], (2.5, 3.5)),
        "房屋价值": (column["house_value"], (100_000, 300_000)),
        "车辆农机具": (column["vehicle_value"], (5_000, 20_000)),
        "家庭年纯收入": (column["income"] * 0.8, (30_000, 60_000, 120_000)),
    }
    if item in steps:
        values, edges = steps[item]
        return np.searchsorted(edges, values)
    if item == "婚姻":
        return np.where(column["married"], 1 + column["has_children"], 0)
    if item == "职业":
        return np.where(column["steady_job"], 2, column["trades"].astype(int))
    if item == "家庭负债":
        heavy = column["debt"] > 0.6 * column["income"]
        return np.where(column["debt"] == 0, 2, np.where(heavy, 0, 1))
    return (column["private_debt"] == 0).astype(int)


def _suggested(rng: np.random.Generator, households: pl.DataFrame, seen: Numbers) -> np.ndarray:
    means = (households["income"].to_numpy() / 120_000) ** 0.3
    noise = np.exp(0.15 * rng.standard_normal(seen.size))
    amount = _USUAL_SUGGESTION * means * np.exp(0.35 * seen) * noise
    stepped = np.round(amount / _SUGGESTION_STEP) * _SUGGESTION_STEP
    return np.clip(stepped, 0, _MOST_SUGGESTED).astype(np.int64)


def _negatives(
    rng: np.random.Generator, households: pl.DataFrame, seen: Numbers, favours: Flags
) -> list[list[int]]:
    """Which of the thirteen kinds a neighbour ticks: what the village talks about, half seen."""
    column = {name: households[name].to_numpy() for name in households.columns}
    assets = column["house_value"] + column["vehicle_value"] + 1
    causes = {
        1: column["listed"] * 0.35,
        3: column["listed"] * 0.15,
        4: column["bad_credit"] * 0.30,
        5: column["dishonest"] * 0.55,
        6: column["bad_credit"] * 0.25,
        7: (column["private_debt"] > 0) * 0.12,
        8: (column["debt"] > 0.6 * assets) * 0.15,
        9: (seen < -1.9) * 0.15,
        10: (seen < -1.9) * 0.10,
        11: column["absent"] * 0.60,
        12: (column["head_age"] > 72) * 0.30,
        13: (seen < -2.3) * 0.10,
    }
    silent = np.broadcast_to(favours, seen.shape)
    ticked = {kind: (rng.random(seen.size) < p) & ~silent for kind, p in causes.items()}
    found: list[list[int]] = [[] for _ in range(seen.size)]
    for kind, who in ticked.items():
        for each in np.flatnonzero(who):
            found[each].append(kind)
    return found


_ORDINARY = {
    "household_no": "", "head_age": 45, "married": True, "has_children": True, "workers": 3,
    "steady_job": False, "trades": False, "income": 120_000, "house_value": 160_000,
    "vehicle_value": 30_000, "debt": 0, "private_debt": 0, "listed": False, "dishonest": False,
    "bad_credit": False, "absent": False,
}  # fmt: skip


def neighbour_opinion(
    rng: np.random.Generator,
    z_household: float,
    insight: float,
    *,
    favour: float = 0.0,
    household: dict | None = None,
) -> Opinion:
    """One neighbour's sheet about one household; what is not told in ``household`` is ordinary."""
    facts = _ORDINARY | (household or {}) | {"z_household": float(z_household)}
    row = neighbour_opinions(rng, pl.DataFrame([facts]), insight, favour=favour).row(0, named=True)
    return Opinion(
        knows=row["knows"],
        choices={item: row[item] for item in SHEET},
        suggested_amount=row["suggested_amount"],
        negatives=tuple(row["negatives"]),
    )


def in_trouble(trouble_month: ArrayLike, months: ArrayLike) -> Flags:
    """Whether lasting trouble has begun ``months`` after the county's day."""
    return np.asarray(trouble_month) <= np.asarray(months)


def will_pay(
    rng: np.random.Generator,
    default_propensity: ArrayLike,
    months_on_book: ArrayLike,
    *,
    months_missed: ArrayLike = 0,
    troubled: ArrayLike | None = None,
) -> Flags:
    """Whether each borrower pays this month's instalment on the day it is due.

    ``default_propensity`` is yearly; the hazard is low in the first months, highest around the end
    of the first year. Who has missed ``months_missed`` in a row catches up less and less often.
    ``troubled`` (see ``in_trouble``) takes the place of the hazard where the truth is known, so
    that what the bureaus report later and what is paid here tell one story.
    """
    yearly, months, missed = np.broadcast_arrays(
        np.asarray(default_propensity, dtype=float),
        np.asarray(months_on_book, dtype=float),
        np.asarray(months_missed, dtype=float),
    )
    monthly = 1 - (1 - yearly) ** (1 / 12)
    season = np.interp(months, [0, 3, 9, 18, 36], [0.3, 0.8, 1.5, 1.1, 0.7])
    forgets = 0.003 + 0.08 * yearly
    if troubled is None:
        misses = forgets + monthly * season
    else:
        misses = np.where(np.asarray(troubled), 0.8, forgets)
    stuck = 1 - 0.5 * 0.6 ** np.maximum(missed - 1, 0)
    misses = np.where(missed > 0, np.maximum(misses, stuck), misses)
    return rng.random(misses.shape) >= misses
