"""What a delivery is worth: how full its columns are, and what moved since the one before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from admission.deliveries import schedule
from admission.deliveries.classes import Column, DataClass

ROWS_FELL, ROWS_ROSE, HALF = 0.8, 1.5, 0.5
POINTS = 0.10
MOVED, MOVED_GRAVELY = 3, 10
ENOUGH = 30
FAR_OUT = 20
MOST_LINES = 5
MANY_REFUSED, MOST_REFUSED = 0.05, 0.5
PEOPLE_MISSING = "people_missing"
DOUBT_SILENCE = {"rows_fell", PEOPLE_MISSING}
"""Findings for which nothing is concluded about who is missing from a file."""
STOPPED = "stopped"
"""The finding that no worker came to the end of a delivery."""
NOT_WITHDRAWN = "not_withdrawn"
"""The same of a delivery that was to be withdrawn."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing somebody should look at. A grave one keeps a delivery from going in by itself."""

    code: str
    column: str = ""
    grave: bool = False
    detail: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As it is stored with the delivery."""
        return {
            "code": self.code,
            "column": self.column,
            "grave": self.grave,
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True)
class Counted:
    """A delivery in numbers; its columns are counted among its good rows."""

    rows: int
    matched: int
    refused: int
    columns: Mapping[str, Mapping[str, Any]]

    @property
    def good(self) -> int:
        """Rows that were not refused."""
        return self.rows - self.refused


def profile(rows: pl.DataFrame, of: DataClass) -> dict[str, dict[str, Any]]:
    """Of each column: how many cells are filled, and how its figures lie (fen, fractions).

    Middle and 99th percentile are of what is not zero, so that a few more people with an account
    do not look like other amounts.
    """
    return {each.name: _profile(rows[each.name], each) for each in of.columns}


def _profile(column: pl.Series, declared: Column) -> dict[str, Any]:
    filled = column.len() - column.null_count()
    told: dict[str, Any] = {"filled": filled}
    if declared.is_figure:
        figures = column.drop_nulls()
        present = figures.filter(figures != 0)
        told |= {
            "nonzero": present.len(),
            "least": figures.min(),
            "most": figures.max(),
            "middle": present.median(),
            "high": present.quantile(0.99, "nearest"),
        }
    elif declared.kind == "flag":
        told["true"] = int(column.sum() or 0)
    elif declared.kind == "day":
        days = column.drop_nulls()
        told |= {"least": _iso(days.min()), "most": _iso(days.max())}
    elif declared.choices:
        counted = column.drop_nulls().value_counts()
        found = dict(counted.iter_rows())
        told["words"] = {word: found.get(word, 0) for word in declared.choices}
    return told


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def by_itself(now: Counted, of: DataClass, day: date, today: date) -> list[Finding]:
    """What a delivery says about itself, without one to compare it with."""
    found = []
    if now.rows and now.refused / now.rows > MANY_REFUSED:
        grave = now.refused / now.rows > MOST_REFUSED
        found.append(Finding("many_refused", grave=grave, detail={"share": now.refused / now.rows}))
    if day < schedule.last_end(of.every, today) and (today - day).days > of.grace_days:
        found.append(Finding("old", detail={"days": (today - day).days}))
    if now.rows and not now.matched:
        found.append(Finding("nobody_known"))
    return found


def compared(now: Counted, before: Counted, rows: pl.DataFrame, of: DataClass) -> list[Finding]:
    """What moved since the delivery before."""
    found = _sizes(now, before)
    for each in of.columns:
        here, there = now.columns[each.name], before.columns.get(each.name)
        if there is None or not now.good or not before.good:
            continue
        found += _less_filled(each, here["filled"] / now.good, there["filled"] / before.good)
        if each.is_figure and min(here["nonzero"], there.get("nonzero") or 0) >= ENOUGH:
            found += _moved(each, here, there)
            found += _far_out(each, rows, there)
    return found


def _sizes(now: Counted, before: Counted) -> list[Finding]:
    if not before.rows:
        return []
    detail = {"now": now.rows, "before": before.rows}
    found = []
    if now.rows < ROWS_FELL * before.rows:
        found.append(Finding("rows_fell", grave=now.rows < HALF * before.rows, detail=detail))
    if now.rows > ROWS_ROSE * before.rows:
        found.append(Finding("rows_rose", detail=detail))
    shares = (now.matched / max(now.rows, 1), before.matched / before.rows)
    if shares[0] < shares[1] - POINTS:
        found.append(Finding("matched_fell", detail={"now": shares[0], "before": shares[1]}))
    return found


def missing(held: int, gone: int) -> list[Finding]:
    """What a file says by silence that should name everybody who has any: where many of whom
    figures are held are not in it, it may be a part of a whole."""
    if held < ENOUGH or gone <= (1 - ROWS_FELL) * held:
        return []
    detail = {"gone": gone, "held": held}
    return [Finding(PEOPLE_MISSING, grave=gone > HALF * held, detail=detail)]


def _less_filled(column: Column, now: float, before: float) -> list[Finding]:
    if now >= before - POINTS:
        return []
    return [Finding("less_filled", column.name, detail={"now": now, "before": before})]


def _moved(column: Column, now: Mapping[str, Any], before: Mapping[str, Any]) -> list[Finding]:
    """A middle that is three times as high or low: people did not all change, a unit may have."""
    if not now["middle"] or not before["middle"]:
        return []
    times = now["middle"] / before["middle"]
    if 1 / MOVED < times < MOVED:
        return []
    grave = column.kind == "yuan" and not 1 / MOVED_GRAVELY < times < MOVED_GRAVELY
    detail = {"now": now["middle"], "before": before["middle"]}
    return [Finding("moved", column.name, grave, detail)]


def _far_out(column: Column, rows: pl.DataFrame, before: Mapping[str, Any]) -> list[Finding]:
    """Figures many times what all but a hundredth of people had the last time."""
    line = FAR_OUT * (before.get("high") or 0)
    if line <= 0:
        return []
    out = rows.filter(pl.col(column.name) > line)
    if not out.height:
        return []
    lines = out["line"].head(MOST_LINES).to_list()
    return [Finding("far_out", column.name, detail={"count": out.height, "lines": lines})]
