"""What a simulation's rows add up to: totals, quantiles, who gets more, by village and band."""

from typing import Any

import polars as pl

WAN = 10_000_00  # fen in 万元
BANDS = (0, 1, 3, 5, 8, 10, 15, 20, 30)  # lower ends, 万元
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
GRANTED = ("grant", "pre_grant")
WAITING = ("manual", "wait")
CHANGES = ("new", "more", "same", "less", "lost", "none")


IN_FORCE, GRANTED_THEN = "version", "lines"
BESIDE = (IN_FORCE, GRANTED_THEN)
"""What a version is held against: the version in force on the same facts, or what was granted."""


def held_against(rows: pl.DataFrame, beside: str) -> pl.DataFrame:
    """The rows with the open line, where that is asked for, in place of the version in force."""
    if beside != GRANTED_THEN:
        return rows
    has_line = pl.col("line").is_not_null()
    return rows.with_columns(
        pl.col("line").alias("was"),
        pl.when(has_line).then(pl.lit("grant")).otherwise(pl.lit("none")).alias("was_outcome"),
    )


def with_changes(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with what a machine would grant (``before``, ``after``, fen) and the change.

    ``before`` is what the version in force gives; without one, the household's open line. What
    waits for a person counts as nothing granted.
    """
    after = pl.when(pl.col("now_outcome").is_in(GRANTED)).then("now").otherwise(0)
    judged = pl.when(pl.col("was_outcome").is_in(GRANTED)).then("was").otherwise(0)
    before = pl.when(pl.col("was_outcome").is_null()).then("line").otherwise(judged).fill_null(0)
    return (
        rows.with_columns(before.alias("before"), after.alias("after"))
        .with_columns((pl.col("after") - pl.col("before")).alias("difference"))
        .with_columns(
            pl.when((pl.col("before") == 0) & (pl.col("after") > 0))
            .then(pl.lit("new"))
            .when((pl.col("after") == 0) & (pl.col("before") > 0))
            .then(pl.lit("lost"))
            .when(pl.col("after") == 0)
            .then(pl.lit("none"))
            .when(pl.col("difference") > 0)
            .then(pl.lit("more"))
            .when(pl.col("difference") < 0)
            .then(pl.lit("less"))
            .otherwise(pl.lit("same"))
            .alias("change")
        )
    )


def granted(outcome: str = "now_outcome", limit: str = "now") -> pl.Expr:
    """What a machine grants, fen; null where it grants nothing."""
    return pl.when(pl.col(outcome).is_in(GRANTED) & (pl.col(limit) > 0)).then(limit)


def mean_and_total(frame: pl.DataFrame) -> tuple[int, int, int]:
    """Of judged households (``limit``, ``outcome``): lines, their mean and their sum, fen."""
    given = frame.select(granted("outcome", "limit").alias("given"))["given"].drop_nulls()
    total = int(given.sum())
    return len(given), total // len(given) if len(given) else 0, total


def summed_up(rows: pl.DataFrame) -> dict[str, Any]:
    """All that the page of a simulation shows, fen; small enough to be kept with it."""
    frame = with_changes(rows)
    return {
        "now": _figures(frame, "now", "now_outcome"),
        "was": _figures(frame, "was", "was_outcome"),
        "lines": {
            "lines": int(frame["line"].is_not_null().sum()),
            "total": int(frame["line"].sum()),
        },
        "changes": {name: frame.filter(pl.col("change") == name).height for name in CHANGES},
        "lost_waiting": frame.filter(
            pl.col("change") == "lost", pl.col("now_outcome").is_in(WAITING)
        ).height,
        "to_a_person": _crossing(frame, "now_outcome", "was_outcome"),
        "from_a_person": _crossing(frame, "was_outcome", "now_outcome"),
        "histogram": histogram(frame),
        "villages": _by(frame, "village_id"),
        "branches": _by(frame, "branch_id"),
        "bands": _by(frame, "risk_band"),
        "manual": _manual(frame),
    }


def histogram(frame: pl.DataFrame) -> list[dict[str, int | None]]:
    """Households by the size of their limit, 万元: from, to, before and after."""
    found = []
    for place, low in enumerate(BANDS):
        high = BANDS[place + 1] if place + 1 < len(BANDS) else None
        counts = {
            name: frame.filter(_within(pl.col(name), low, high)).height
            for name in ("before", "after")
        }
        found.append({"from": low, "to": high, **counts})
    return found


def _within(amount: pl.Expr, low: int, high: int | None) -> pl.Expr:
    inside = (amount > 0) & (amount >= low * WAN)
    return inside if high is None else inside & (amount < high * WAN)


def _figures(frame: pl.DataFrame, limit: str, outcome: str) -> dict[str, Any]:
    given = frame.select(granted(outcome, limit).alias("given"))["given"].drop_nulls()
    is_manual = pl.col(outcome) == "manual"
    return {
        "households": frame.height,
        "lines": len(given),
        "total": int(given.sum()),
        "mean": int(given.sum()) // len(given) if len(given) else 0,
        "quantiles": {
            f"{share:g}": int(given.quantile(share, "nearest") or 0) for share in QUANTILES
        },
        "pre_granted": frame.filter(pl.col(outcome) == "pre_grant").height,
        "manual": frame.filter(is_manual).height,
        "manual_total": int(frame.filter(is_manual)[limit].sum() or 0),
        "wait": frame.filter(pl.col(outcome) == "wait").height,
        "none": frame.filter(pl.col(outcome) == "none").height,
    }


def _crossing(frame: pl.DataFrame, to: str, since: str) -> int:
    return frame.filter((pl.col(to) == "manual") & (pl.col(since) != "manual")).height


def _by(frame: pl.DataFrame, key: str) -> list[dict[str, Any]]:
    """Per village, branch or band, the largest change of the sum first."""
    rows = (
        frame.group_by(key)
        .agg(
            pl.len().alias("households"),
            (pl.col("after") > 0).sum().alias("lines"),
            pl.col("after").sum().alias("total"),
            pl.col("before").sum().alias("before"),
            pl.col("change").is_in(["new", "more"]).sum().alias("more"),
            pl.col("change").is_in(["less", "lost"]).sum().alias("less"),
            (pl.col("now_outcome") == "manual").sum().alias("manual"),
        )
        .with_columns((pl.col("total") - pl.col("before")).alias("difference"))
        .sort(pl.col("difference").abs(), pl.col(key), descending=[True, False])
    )
    return rows.rename({key: "key"}).to_dicts()


def _manual(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Why households go to a person, the most frequent reason first."""
    waiting = frame.filter(pl.col("now_outcome") == "manual", pl.col("manual_reasons") != "")
    reasons = waiting.select(pl.col("manual_reasons").str.split(",").alias("reason")).explode(
        "reason"
    )
    counts = reasons.group_by("reason").len("households")
    return counts.sort("households", "reason", descending=[True, False]).to_dicts()
