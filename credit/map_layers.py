"""What villages can be shaded by beyond the road: groups of figures, each counted by one query.

A room further down the road adds its own by registration (``config/wiring.py``): credit has never
heard of warnings. Who may not see what a group counts is not offered it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.models import User
from credit import selectors_map
from credit.selectors_map import CountedVillages


class Unit(StrEnum):
    """What a measure counts."""

    HOUSEHOLDS = "households"
    PEOPLE = "people"
    LOANS = "loans"
    WARNINGS = "warnings"
    WAN = "wan"
    OF_BORROWERS = "of_borrowers"


UNIT_WORDS = {
    Unit.HOUSEHOLDS: _("households"),
    Unit.PEOPLE: _("people"),
    Unit.LOANS: _("number of loans"),
    Unit.WARNINGS: _("number of warnings"),
    Unit.WAN: _("10,000 yuan"),
    Unit.OF_BORROWERS: _("per cent of households that borrow"),
}


@dataclass(frozen=True)
class Measure:
    """One figure of a group."""

    key: str
    word: str | Promise
    unit: Unit


@dataclass(frozen=True)
class Layer:
    """A group of figures: who may see it, where it comes from, and how it is counted."""

    title: str | Promise
    permission: str
    source: str | Promise
    measures: tuple[Measure, ...]
    count: Callable[[Sequence[int]], CountedVillages]


_layers: dict[str, tuple[int, Layer]] = {}


def register(order: int, layer: Layer) -> None:
    """Offer a group on the map, the smallest ``order`` first. Twice is once."""
    _layers[layer.measures[0].key] = (order, layer)


def for_user(user: User) -> list[Layer]:
    """The groups that this person may see."""
    in_order = sorted(_layers.items(), key=lambda each: (each[1][0], each[0]))
    return [layer for _key, (_order, layer) in in_order if user.has_perm(layer.permission)]


LOANS = Layer(
    title=_("Loans and arrears"),
    permission="credit.view_loan",
    source=_("Ledger of loans, day closed last"),
    measures=(
        Measure("loans_balance", _("Loans outstanding"), Unit.WAN),
        Measure("loans_count", _("Loans not paid back"), Unit.LOANS),
        Measure("overdue_households", _("Households overdue"), Unit.HOUSEHOLDS),
        Measure("overdue_share", _("Share of borrowers overdue"), Unit.OF_BORROWERS),
        Measure("overdue_amount", _("Amount overdue"), Unit.WAN),
    ),
    count=selectors_map.loans,
)
LISTS = Layer(
    title=_("Black and grey lists"),
    permission="village.view_household",
    source=_("Lists of the bank and of others"),
    measures=(
        Measure("black_households", _("Households on the black list"), Unit.HOUSEHOLDS),
        Measure("grey_households", _("Households on the grey list"), Unit.HOUSEHOLDS),
    ),
    count=selectors_map.lists,
)
DEPOSITS = Layer(
    title=_("Deposits"),
    permission="admission.view_deposit",
    source=_("Core system, deposits"),
    measures=(
        Measure("deposits_balance", _("Deposit balance"), Unit.WAN),
        Measure("deposits_average", _("Deposits, average of 12 months"), Unit.WAN),
        Measure("depositors", _("People with deposits"), Unit.PEOPLE),
    ),
    count=selectors_map.deposits,
)
CUSTOMERS = Layer(
    title=_("Customers to keep"),
    permission="admission.view_profile",
    source=_("Tags, as last worked out"),
    measures=(
        Measure("churn_people", _("People likely to leave us"), Unit.PEOPLE),
        Measure("dormant_people", _("People with dormant accounts"), Unit.PEOPLE),
    ),
    count=selectors_map.tagged,
)
