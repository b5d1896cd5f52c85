"""Decisions on hand-made inputs, without asking anybody: what is stored is what the rules give."""

import datetime as dt

from admission.features import CATALOGUE
from admission.judgement import judge, plain
from admission.models import Decision
from admission.selectors import rules_in_force
from core.expressions import Kind
from core.models import Parameter
from tests import make

AS_OF = dt.date(2026, 6, 30)
NOTHING_WRONG = {
    Kind.BOOL: False,
    Kind.INTEGER: 0,
    Kind.DECIMAL: 0.0,
    Kind.MONEY: 0,
    Kind.DATE: AS_OF,
}
SOUND = {
    "police_id_match": True, "face_score": None, "age": 46, "age_at_maturity": 47,
    "product_max_age": 65, "phone_name_match": True, "phone_online_months": 60,
    "hukou_in_area": True, "ss_cont_months": 40, "verified_monthly_income": 600_000,
    "pf_income_est": 500_000, "income_declared": 500_000, "pb_first_month": 130,
    "pb_acct_open": 1, "biz_age_months": 60, "re_hold_months": 40, "gov_divorce_months": 40,
}  # fmt: skip


def sound(names):
    """A value for each field with which no rule holds."""
    found = {}
    for name in sorted(names):
        field = CATALOGUE.fields[name]
        first = field.choices[0] if field.choices else "甲"
        found[name] = SOUND[name] if name in SOUND else NOTHING_WRONG.get(field.kind, first)
    return found


def heard(customer=None, as_of=AS_OF, without=(), **known):
    """A stored decision about a sound customer but for what is ``known`` of them.

    Fields named in ``without`` were never stored, as if an older set had decided.
    """
    rule_set, book = rules_in_force()
    row = sound(book.fields) | known
    row = {name: value for name, value in row.items() if name not in without}
    verdict = judge(book, row)
    return Decision.objects.create(
        customer=customer or make.customer(),
        purpose="granting",
        as_of=as_of,
        rule_set=rule_set,
        rule_set_hash=book.fingerprint,
        inputs={name: plain(value) for name, value in row.items()},
        outcome=verdict.outcome,
        limit_factor=verdict.limit_factor,
        hits=[each.as_json() for each in verdict.hits],
        unknowns=[each.as_json() for each in verdict.unknowns],
    )


def overrides_run_for(days):
    """The bank lets an override run for so many days."""
    Parameter.objects.update_or_create(
        name="override.longest_days", valid_from=dt.date(2020, 1, 1), defaults={"value": days}
    )
