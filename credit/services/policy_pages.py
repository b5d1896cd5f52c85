"""What a policy says, set out for people: its entries, what changed, and an example worked out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.utils.translation import gettext

from core import money
from core.expressions import Kind
from credit.loan_rules import table_lines
from credit.loan_rules.limit_facts import FACTS, HOUSEHOLD_COLUMNS
from credit.loan_rules.limit_faults import PolicyRefused
from credit.loan_rules.limit_policy import read
from credit.loan_rules.limit_texts import PARTS, Formula, PolicyText
from credit.loan_rules.limits import combine

EXAMPLE: dict[str, Any] = {each.name: each.example for each in FACTS}


@dataclass(frozen=True)
class Entry:
    """One thing a policy says: where it stands, its name, its text."""

    part: str
    name: str
    text: str


@dataclass(frozen=True)
class Change:
    """An entry that differs between two versions; an empty text is one that is not there."""

    part: str
    name: str
    before: str
    after: str


def entries(text: PolicyText) -> Iterator[Entry]:
    """Everything a policy says, in its order."""
    yield Entry("figures", "mode", text.mode.value)
    yield Entry("figures", "risk_band", text.risk_band)
    for name, figure in text.figures.items():
        yield Entry("figures", name, figure)
    for part in PARTS:
        for formula in getattr(text, part):
            yield Entry(part, formula.name, _text_of(formula))


def changes(before: PolicyText, after: PolicyText) -> list[Change]:
    """What another version says otherwise, entry by entry."""
    old = {(each.part, each.name): each.text for each in entries(before)}
    new = {(each.part, each.name): each.text for each in entries(after)}
    return [
        Change(*key, old.get(key, ""), new.get(key, ""))
        for key in dict.fromkeys([*new, *old])
        if old.get(key) != new.get(key)
    ]


def worked_example(text: PolicyText) -> dict[tuple[str, str], str]:
    """What each formula gives on the example household; nothing while the policy is faulty."""
    try:
        policy = read(text)
    except PolicyRefused:
        return {}
    frame = combine(pl.DataFrame([EXAMPLE], schema=HOUSEHOLD_COLUMNS), policy)
    row: dict[str, Any] = {**EXAMPLE, **frame.row(0, named=True)}
    known = [row[name] for name in ("reviewed", "model_limit", "surveyed_limit")]
    row |= {"highest": max(known), "lowest": min(known), "median": sorted(known)[1]}
    worked = {}
    for part in PARTS:
        for named in getattr(policy, part):
            worked[part, named.name] = shown(named.rule.value(row), named.rule.kind)
    return worked


def shown(value: object, kind: Kind) -> str:
    """A value as people read it: amounts in yuan."""
    if value is None:
        return "—"
    if kind is Kind.BOOL:
        return gettext("holds") if value else gettext("does not hold")
    if kind is Kind.MONEY:
        return f"{money.yuan(int(str(value))):,.2f}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _text_of(formula: Formula) -> str:
    return table_lines.written(formula.table) if formula.table else formula.text
