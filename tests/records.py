"""A record of any kind, with records of its own behind every reference, so that a list which
fetches one for each of its rows is found out."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import models

from core.models import Branch, User
from core.roles import Role
from credit.models import Application, Loan, Product
from tests import make
from tests.credit import lent
from village.models import Customer, Household, Village

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
_numbers = itertools.count(1)
BUILDERS: dict[type[models.Model], Callable[..., models.Model]] = {
    Application: lent.application,
    Branch: lambda **given: make.branch(**{"parent": make.branch()} | given),
    Customer: make.customer,
    Household: make.household,
    Loan: lent.loan,
    Product: lent.product,
    User: lambda **given: make.staff(Role.CUSTOMER_MANAGER, **given),
    Village: make.village,
}
# What a check of the database, or the register itself, wants to be so.
GIVEN: dict[str, dict[str, Any]] = {
    "admission.decision": {"override": None, "scorecard": None, "score_policy": None},
    "admission.delivery": {"rows": 3, "matched": 1, "unmatched": 1, "refused": 1},
    "admission.override": {"limit_factor": 1},
    "admission.profile": {"words": [1]},
    "admission.proposal": {"settled_by": None, "definition": None},
    "admission.riskwall": {"override": None, "scorecard": None, "score_policy": None},
    "admission.ruleset": {"scheduled_by": None},
    "admission.scorecard": {"version": lambda: next(_numbers)},
    "core.notice": {"user": None, "branch": None},
    "credit.creditline": {"valid_to": make.DAY + timedelta(days=365)},
    "credit.instalment": {"number": 13},
    "credit.lineraise": {"before": 1, "amount": 2},
    "credit.repayment": {"amount": 1, "to_principal": 1},
    "village.campaign": {"status": "sealed", "seal": "sealed"},
    "village.rosterchange": {"columns": "occupation", "before": {"occupation": "务农"}},
    "village.seat": {},
}


def make_record(model: type[models.Model], **given: Any) -> models.Model:
    """One saved record; every reference leads to a record of its own."""
    if model in BUILDERS:
        return BUILDERS[model](**given)
    said = {
        name: each() if callable(each) else each
        for name, each in GIVEN.get(model._meta.label_lower, {}).items()
    } | given
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.name not in said and not isinstance(field, models.AutoField):
            _give(values, field)
    return model.objects.create(**values | said)


def _give(values: dict[str, Any], field: models.Field) -> None:
    """A value for a field: a reference always, anything else where the record needs it."""
    number = next(_numbers)
    if isinstance(field, models.ForeignKey):
        if field.related_model is not field.model:
            values[field.name] = make_record(field.related_model)
    elif field.unique and isinstance(field, models.CharField):
        values[field.name] = f"{field.name}{number}"[-field.max_length :]
    elif field.unique and isinstance(field, models.DateField):
        values[field.name] = make.DAY + timedelta(days=number)
    elif not (field.has_default() or field.null or field.blank):
        values[field.name] = _needed(field, number)


def _needed(field: models.Field, number: int) -> Any:
    if field.choices:
        return field.choices[0][0]
    kind = field.get_internal_type()
    return {
        "CharField": f"{number}",
        "TextField": "{}",
        "DateField": make.DAY,
        "DateTimeField": AT,
        "JSONField": {},
        "BinaryField": b"",
        "GenericIPAddressField": "127.0.0.1",
        "UUIDField": None,
    }.get(kind, 1)
