"""What a simulation of the rules adds up to: who is refused, by which rule, where, and how it went.

Every row is one decision, or one customer of the county. A figure of ``bad`` counts those that a
loan followed which was then 90 days or more past due; ``late`` those past due at all within twelve
months.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from admission.judgement import OUTCOMES

WENT = ("borrowed", "overdue_90", "overdue_12m")
UNKNOWN = ("was_unknown", "now_unknown")
LINES = {
    "outcomes": ("outcome",),
    "moves": ("was", "now"),
    "rules": ("code",),
    "branches": ("key",),
    "villages": ("key",),
}
"""The lists of a summary, and by what their lines are told apart."""


def summed_up(rows: pl.DataFrame) -> dict[str, Any]:
    """All that the page of a simulation shows; small enough to be kept with it."""
    return {
        "customers": rows.height,
        "outcomes": outcomes(rows),
        "moves": _moves(rows),
        "rules": _rules(rows),
        "branches": _by(rows, "branch_id"),
        "villages": _by(rows, "village_id"),
    }


def outcomes(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Each outcome before and after."""
    return [_outcome(rows, outcome) for outcome in OUTCOMES]


def added_up(summaries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The summaries of parts of the people as the summary of all of them, read one at a time."""
    customers = 0
    lines: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {name: {} for name in LINES}
    for each in summaries:
        customers += each["customers"]
        for name, keys in LINES.items():
            for line in each[name]:
                about = tuple(line[key] for key in keys)
                known = lines[name].get(about)
                lines[name][about] = _plus(known, line, keys) if known else line
    ordered = {name: sorted(lines[name].values(), key=_ORDERS[name]) for name in LINES}
    return {"customers": customers, **ordered}


def _plus(one: Mapping[str, Any], other: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """Two lines about the same, their counts added."""
    return {
        name: value
        if name in keys
        else _plus(value, other[name], ())
        if isinstance(value, Mapping)
        else value + other[name]
        for name, value in one.items()
    }


def _place_order(line: Mapping[str, Any]) -> tuple[int, int, int]:
    """The largest change of refusals first."""
    return -abs(line["refuse_now"] - line["refuse_was"]), -line["changed"], line["key"] or 0


_ORDERS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "outcomes": lambda line: OUTCOMES.index(line["outcome"]),
    "moves": lambda line: (-line["customers"], line["was"], line["now"]),
    "rules": lambda line: line["code"],
    "branches": _place_order,
    "villages": _place_order,
}


def changed(rows: pl.DataFrame) -> pl.DataFrame:
    """Those whom the two versions treat differently."""
    return rows.filter(pl.col("was") != pl.col("now"))


def _outcome(rows: pl.DataFrame, outcome: str) -> dict[str, Any]:
    """How many get one outcome before and after, and how those went who come to it or leave it."""
    was, now = pl.col("was") == outcome, pl.col("now") == outcome
    return {
        "outcome": outcome,
        "was": rows.filter(was).height,
        "now": rows.filter(now).height,
        "more": _went(rows.filter(now & ~was)),
        "less": _went(rows.filter(was & ~now)),
    }


def _went(rows: pl.DataFrame) -> dict[str, int]:
    sums = {name: int(rows[name].sum()) for name in WENT}
    return {"customers": rows.height, **sums}


def _moves(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """From which outcome to which, the most frequent first; only where they differ."""
    counted = changed(rows).group_by("was", "now").agg(pl.len().alias("customers"), *_sums())
    return counted.sort("customers", "was", "now", descending=[True, False, False]).to_dicts()


def _sums() -> list[pl.Expr]:
    return [pl.col(name).sum() for name in WENT]


def _rules(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """By rule: how often it holds before and after, of how many it is not known, and how those
    went whom it newly meets."""
    rows = rows.with_row_index("row")
    before, after = (_holding(rows, f"{name}_hits") for name in ("was", "now"))
    newly = after.join(before, on=["row", "code"], how="anti")
    counted = before.group_by("code").len("was")
    for more in (
        after.group_by("code").len("now"),
        newly.group_by("code").agg(pl.len().alias("newly"), *_sums()),
        *(_holding(rows, name).group_by("code").len(name) for name in UNKNOWN),
    ):
        counted = counted.join(more, on="code", how="full", coalesce=True)
    filled = counted.with_columns(pl.exclude("code").fill_null(0))
    return filled.sort("code").to_dicts()


def _holding(rows: pl.DataFrame, hits: str) -> pl.DataFrame:
    """A line for each row and rule that holds."""
    exploded = rows.select("row", pl.col(hits).alias("code"), *WENT).explode("code")
    return exploded.drop_nulls("code")


def _by(rows: pl.DataFrame, key: str) -> list[dict[str, Any]]:
    """Per branch or village, the largest change of refusals first."""
    counted = rows.group_by(key).agg(
        pl.len().alias("customers"),
        *(
            (pl.col(side) == outcome).sum().alias(f"{outcome}_{side}")
            for outcome in ("refuse", "manual", "notice")
            for side in ("was", "now")
        ),
        (pl.col("was") != pl.col("now")).sum().alias("changed"),
        ((pl.col("now") == "refuse") & (pl.col("was") != "refuse") & pl.col("overdue_90"))
        .sum()
        .alias("bad"),
    )
    moved = (pl.col("refuse_now").cast(pl.Int64) - pl.col("refuse_was")).abs()
    ordered = counted.sort(moved, "changed", key, descending=[True, True, False])
    return ordered.rename({key: "key"}).to_dicts()
