"""Reads of the admission room."""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl
from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from admission.deliveries import schedule
from admission.deliveries.classes import CLASSES, DataClass
from admission.deliveries.schedule import Due, Standing
from admission.errors import NoRulesInForce, RulesChanged
from admission.judgement import RuleBook, RulesRefused
from admission.models import (
    CHALLENGER,
    CHAMPION,
    Appeal,
    Decision,
    Delivery,
    DeliveryPlan,
    Override,
    RuleSet,
)
from core import publishing
from village.services import copying

log = logging.getLogger("qianmo.admission")


def rules_in_force() -> tuple[RuleSet, RuleBook]:
    """The set that decides today, read. Raises NoRulesInForce or RulesChanged."""
    found = publishing.in_force(RuleSet, CHAMPION)
    if found is None:
        raise NoRulesInForce(_("No admission rules have been published yet."))
    return found, book_of(found)


def challenger_in_force() -> tuple[RuleSet, RuleBook] | None:
    """The set that is heard in the shadow, read; None where there is none, or it was changed.

    A challenger must never keep the bank from deciding, so what is wrong with it is only logged.
    """
    found = publishing.in_force(RuleSet, CHALLENGER)
    if found is None:
        return None
    try:
        return found, book_of(found)
    except RulesChanged:
        log.warning("The challenger %s is not what was published; it is not heard.", found.pk)
        return None


def book_of(rule_set: RuleSet) -> RuleBook:
    """A published set, read. Raises RulesChanged if it is not what was published."""
    changed = RulesChanged(
        _("The rules of “%(set)s” are not those that were published.") % {"set": rule_set}
    )
    try:
        book = _read(rule_set.pk, _written(rule_set))
    except RulesRefused as exc:
        raise changed from exc
    if book.fingerprint != rule_set.fingerprint:
        raise changed
    return book


_SEAL = """
SELECT md5(string_agg(rule::text, ',' ORDER BY id)) FROM admission_rule rule WHERE rule_set_id = %s
"""


def _written(rule_set: RuleSet) -> str:
    """A seal over everything the set says: what is read once need not be fetched again."""
    with connection.cursor() as cursor:
        cursor.execute(_SEAL, [rule_set.pk])
        (seal,) = cursor.fetchone()
    return f"{rule_set.outcome} {rule_set.limit_factor} {seal}"


@lru_cache(maxsize=16)
def _read(pk: int, written: str) -> RuleBook:
    return RuleSet.objects.get(pk=pk).book()


def newest_decisions(customer_ids: Iterable[int], purpose: str) -> QuerySet[Decision]:
    """The newest decision of each customer for one purpose, by the number they bear now."""
    return (
        Decision.objects.standing()
        .filter(customer__in=customer_ids, purpose=purpose)
        .order_by("customer_id", "-id")
        .distinct("customer_id")
    )


def refusals_after(number: int, customer_id: int, purpose: str) -> QuerySet[Decision]:
    """A customer's refusals since decision ``number`` that stand: head office has not set them
    aside, and no appeal against them was corrected. A decision about something else ends none."""
    set_aside = Override.objects.filter(decision=OuterRef("pk"), status=Override.Status.APPROVED)
    corrected = Appeal.objects.filter(decision=OuterRef("pk"), status=Appeal.Status.CORRECTED)
    refused = Decision.objects.standing().filter(
        customer=customer_id, purpose=purpose, outcome=Decision.Outcome.REFUSE, pk__gt=number
    )
    return refused.exclude(Exists(set_aside)).exclude(Exists(corrected))


def is_newest(decision: Decision) -> bool:
    """Whether it counts for the customer, and nothing was decided since for the same purpose."""
    if decision.under_other_number:
        return False
    later = Decision.objects.standing().filter(
        customer=decision.customer_id, purpose=decision.purpose
    )
    return not later.filter(pk__gt=decision.pk).exists()


_DEPOSITS = """
WITH asked AS (
    SELECT id, household_id FROM village_customer WHERE id = ANY(%(asked)s::bigint[])
),
newest AS (
    SELECT DISTINCT ON (d.customer_id) c.household_id, d.*
      FROM (SELECT DISTINCT household_id FROM asked) homes
      JOIN village_customer c USING (household_id)
      JOIN admission_deposit d ON d.customer_id = c.id
     ORDER BY d.customer_id, d.as_of DESC
),
together AS (
    SELECT newest.*, (sum(average_12m) OVER (PARTITION BY household_id))::bigint
           AS household_average_12m
      FROM newest
)
SELECT customer_id, as_of, balance, average_1m, average_3m, average_3m_before, average_12m,
       household_average_12m, paid_in_12m, payroll_months_12m, months_open, time_deposits,
       paid_out_12m, paid_in_6m, paid_out_6m, transactions_3m
  FROM together JOIN asked ON asked.id = together.customer_id
"""
_DEPOSIT_COLUMNS = (
    "customer_id",
    "as_of",
    "balance",
    "average_1m",
    "average_3m",
    "average_3m_before",
    "average_12m",
    "household_average_12m",
    "paid_in_12m",
    "payroll_months_12m",
    "months_open",
    "time_deposits",
    "paid_out_12m",
    "paid_in_6m",
    "paid_out_6m",
    "transactions_3m",
)


def deposits_frame(customer_ids: Collection[int]) -> pl.DataFrame:
    """What each customer keeps with the bank on the newest day delivered: ``customer_id``,
    ``as_of``, balances, averages and movements in fen, months with payroll and since opened."""
    schema = {name: pl.Date() if name == "as_of" else pl.Int64() for name in _DEPOSIT_COLUMNS}
    return copying.in_bulk(_DEPOSITS, schema, {"asked": copying.ids(customer_ids)})


@dataclass(frozen=True)
class Plan:
    """When data of a class are due, as declared or as the bank has changed it."""

    every: str
    grace_days: int
    is_expected: bool
    planned_on: date | None = None


@dataclass(frozen=True)
class ClassStanding:
    """One class of data on a day: its plan, what came last, what should be here."""

    of: DataClass
    plan: Plan
    newest: Delivery | None
    due: Due
    held: int

    @property
    def standing(self) -> Standing:
        """How the class stands; a class that is not expected is never late."""
        return self.due.standing if self.plan.is_expected else Standing.OFF


def plan_of(kind: str) -> Plan:
    """When data of one class are due."""
    return _plan(CLASSES[kind], DeliveryPlan.objects.filter(kind=kind).first())


def _plan(of: DataClass, changed: DeliveryPlan | None) -> Plan:
    if changed is None:
        return Plan(of.every, of.grace_days, True)
    return Plan(changed.every, changed.grace_days, changed.is_expected, changed.planned_on)


def plans() -> dict[str, Plan]:
    """When data of every class are due."""
    changed = {each.kind: each for each in DeliveryPlan.objects.all()}
    return {name: _plan(of, changed.get(name)) for name, of in CLASSES.items()}


def data_schedule(today: date) -> list[ClassStanding]:
    """How every class of data stands on a day, in the order in which they are declared."""
    planned = plans()
    taken = Delivery.objects.filter(status=Delivery.Status.TAKEN).order_by("kind", "-as_of", "-id")
    newest = {each.kind: each for each in taken.distinct("kind")}
    waiting = Delivery.objects.filter(status=Delivery.Status.HELD).values_list("kind")
    held = dict(waiting.annotate(count=Count("id")).order_by("kind"))
    return [
        _class_standing(each, planned[each.name], newest.get(each.name), held, today)
        for each in CLASSES.values()
    ]


def _class_standing(
    of: DataClass,
    plan: Plan,
    newest: Delivery | None,
    held: Mapping[str, int],
    today: date,
) -> ClassStanding:
    day = newest.as_of if newest else None
    due = schedule.due(plan.every, plan.grace_days, day, today, since=plan.planned_on)
    return ClassStanding(of, plan, newest, due, held.get(of.name, 0))
