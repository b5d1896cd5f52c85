"""Reads of the admission room."""

from collections.abc import Collection, Iterable
from functools import lru_cache

import polars as pl
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from admission.errors import NoRulesInForce, RulesChanged
from admission.judgement import RuleBook, RulesRefused
from admission.models import Decision, Deposit, RuleSet
from core import publishing

RULES = "admission"
"""The code under which the bank's admission rules are versioned."""


def rules_in_force() -> tuple[RuleSet, RuleBook]:
    """The set that decides today, read. Raises NoRulesInForce or RulesChanged."""
    found = publishing.in_force(RuleSet, RULES)
    if found is None:
        raise NoRulesInForce(_("No admission rules have been published yet."))
    return found, book_of(found)


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


def _written(rule_set: RuleSet) -> str:
    """Everything the set says, as one text: what is read once need not be read again."""
    rules = rule_set.rules.order_by("id").values_list(
        "code", "level", "name", "expression", "params", "on_unknown", "says", "says_to_customer"
    )
    return repr([rule_set.outcome, rule_set.limit_factor, list(rules)])


@lru_cache(maxsize=16)
def _read(pk: int, written: str) -> RuleBook:
    return RuleSet.objects.get(pk=pk).book()


def newest_decisions(customer_ids: Iterable[int], purpose: str) -> QuerySet[Decision]:
    """The newest decision of each customer for one purpose."""
    return (
        Decision.objects.filter(customer__in=customer_ids, purpose=purpose)
        .order_by("customer_id", "-id")
        .distinct("customer_id")
    )


def deposits_frame(customer_ids: Collection[int]) -> pl.DataFrame:
    """What each customer keeps with the bank on the newest day delivered: ``customer_id``,
    ``as_of``, the balances and averages in fen, months with payroll, months since opened."""
    columns = (
        "customer_id",
        "as_of",
        "balance",
        "average_1m",
        "average_3m",
        "average_3m_before",
        "average_12m",
        "paid_in_12m",
        "payroll_months_12m",
        "months_open",
    )
    rows = (
        Deposit.objects.filter(customer__in=customer_ids)
        .order_by("customer_id", "-as_of")
        .distinct("customer_id")
        .values_list(*columns)
    )
    schema = {name: pl.Date() if name == "as_of" else pl.Int64() for name in columns}
    return pl.DataFrame(list(rows), schema=schema, orient="row")
