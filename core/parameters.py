"""Looking up dated figures."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import Parameter


class ParameterUnknown(DomainError):
    """No value of a figure is in force on the day asked for."""

    code = "parameter_unknown"


def value(name: str, *, on: date) -> Any:
    """The value of ``name`` in force ``on`` a day. Raises ParameterUnknown."""
    found = (
        Parameter.objects.filter(Q(valid_to=None) | Q(valid_to__gte=on), name=name)
        .filter(valid_from__lte=on)
        .order_by("-valid_from")
        .first()
    )
    if found is None:
        raise ParameterUnknown(
            _("Parameter “%(name)s” has no value on %(day)s.") % {"name": name, "day": on}
        )
    return found.value


def number(name: str, *, on: date) -> Decimal:
    """A figure as Decimal."""
    return Decimal(str(value(name, on=on)))


def history(name: str) -> list[tuple[date, Any]]:
    """All values of a figure with the days they began, the oldest first."""
    rows = Parameter.objects.filter(name=name).order_by("valid_from")
    return list(rows.values_list("valid_from", "value"))
