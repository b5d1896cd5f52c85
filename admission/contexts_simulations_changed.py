"""The customers whom a simulated version treats differently, one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from admission.models import Decision, RuleSimulation
from admission.services.rule_simulating_figures import changed
from admission.services.simulated_rows import of_borrowers, rows_of
from core.models import User
from village.models import Customer, Village

A_PAGE = 50


@dataclass(frozen=True)
class Whom:
    """A customer as the list names them, and the page that tells more: the decision heard again,
    or the household's file."""

    title: str
    url: str
    village: Village
    as_of: date


@dataclass(frozen=True)
class ChangedLine:
    """One customer whom the two versions treat differently."""

    whom: Whom
    was: str
    was_word: str | Promise
    now: str
    now_word: str | Promise
    gone: list[str]
    new: list[str]
    went: str


@dataclass(frozen=True)
class ChangedPage:
    """Some of the customers whom the two versions treat differently."""

    simulation: RuleSimulation
    lines: list[ChangedLine]
    total: int
    number: int
    was: str
    now: str

    @property
    def next_number(self) -> int | None:
        """The page after this one, if there is one."""
        return self.number + 1 if self.number * A_PAGE < self.total else None

    @property
    def previous_number(self) -> int | None:
        """The page before this one, if there is one."""
        return self.number - 1 if self.number > 1 else None

    @classmethod
    def build(
        cls, simulation: RuleSimulation, user: User, *, was: str, now: str, number: int
    ) -> "ChangedPage":
        """One page of them, narrowed to one move where it is named; one query for all lines."""
        rows = changed(rows_of(simulation))
        key = "customer_id" if simulation.is_of_portfolio else "decision_id"
        rows = rows.sort(key)
        if was and now:
            moved = (pl.col("was") == was) & (pl.col("now") == now)
            rows = of_borrowers(rows).filter(moved)
        shown = rows.slice((number - 1) * A_PAGE, A_PAGE).rows(named=True)
        ids = [each[key] for each in shown]
        found = (
            _customers(ids, user, simulation.business_day)
            if simulation.is_of_portfolio
            else _decisions(ids, user)
        )
        lines = [_changed(found[each[key]], each) for each in shown if each[key] in found]
        return cls(simulation, lines, rows.height, number, was, now)


def _decisions(ids: Sequence[int], user: User) -> dict[int, Whom]:
    decisions = (
        Decision.objects.visible_to(user)
        .select_related("village", "customer")
        .defer("inputs", "hits", "unknowns", "records")
        .in_bulk(ids)
    )
    return {
        pk: Whom(
            title=f"{pk} · {each.get_purpose_display()} · {each.customer}",
            url=reverse("admin:admission_decision_change", args=[pk]),
            village=each.village,
            as_of=each.as_of,
        )
        for pk, each in decisions.items()
    }


def _customers(ids: Sequence[int], user: User, day: date) -> dict[int, Whom]:
    customers = Customer.objects.visible_to(user).select_related("village").in_bulk(ids)
    return {
        pk: Whom(
            title=str(each),
            url=reverse("admin:village_household_file", args=[each.household_id]),
            village=each.village,
            as_of=day,
        )
        for pk, each in customers.items()
    }


def _changed(whom: Whom, row: Mapping[str, Any]) -> ChangedLine:
    words = dict(Decision.Outcome.choices)
    before, after = set(row["was_hits"]), set(row["now_hits"])
    return ChangedLine(
        whom,
        row["was"],
        words[row["was"]],
        row["now"],
        words[row["now"]],
        sorted(before - after),
        sorted(after - before),
        _went(row),
    )


def _went(row: Mapping[str, Any]) -> str:
    if row["overdue_90"]:
        return _("90 days and more past due")
    if row["overdue_12m"]:
        return _("past due within 12 months")
    return _("borrowed, never past due") if row["borrowed"] else ""
