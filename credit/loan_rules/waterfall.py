"""Which debt a payment settles first, given as data so that each product may have its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DueKind(StrEnum):
    """What an amount is owed for."""

    OVERDUE_FEE = "overdue_fee"
    PENALTY = "penalty"  # 罚息
    COMPOUND = "compound"  # 复利
    OVERDUE_INTEREST = "overdue_interest"
    OVERDUE_PRINCIPAL = "overdue_principal"
    FEE = "fee"
    INTEREST = "interest"
    PRINCIPAL = "principal"


class Runs(StrEnum):
    """Whether one kind is settled in all instalments first, or one instalment in all kinds."""

    BY_KIND = "by_kind"
    BY_INSTALMENT = "by_instalment"


@dataclass(frozen=True, slots=True)
class Order:
    """The order in which a product's payments settle what is owed."""

    kinds: tuple[DueKind, ...]
    runs: Runs = Runs.BY_KIND

    def __post_init__(self) -> None:
        """An order names each kind at most once; ValueError otherwise."""
        if len(set(self.kinds)) != len(self.kinds):
            raise ValueError("An order of payment names each kind once.")


STANDARD = Order(
    (
        DueKind.OVERDUE_FEE,
        DueKind.PENALTY,
        DueKind.COMPOUND,
        DueKind.OVERDUE_INTEREST,
        DueKind.OVERDUE_PRINCIPAL,
        DueKind.FEE,
        DueKind.INTEREST,
        DueKind.PRINCIPAL,
    )
)
# For loans long overdue, where banks collect what they lent before what it earned.
PRINCIPAL_FIRST = Order(
    (
        DueKind.OVERDUE_PRINCIPAL,
        DueKind.PRINCIPAL,
        DueKind.OVERDUE_INTEREST,
        DueKind.INTEREST,
        DueKind.PENALTY,
        DueKind.COMPOUND,
        DueKind.OVERDUE_FEE,
        DueKind.FEE,
    )
)


@dataclass(frozen=True, slots=True)
class Due:
    """One amount owed, in fen, for one instalment."""

    kind: DueKind
    amount: int
    due_on: date
    instalment: int


@dataclass(frozen=True, slots=True)
class Settled:
    """How much of one due a payment settled, in fen."""

    due: Due
    amount: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """Where a payment went: what it settled, and what nobody was owed."""

    settled: tuple[Settled, ...]
    excess: int

    def total(self, kind: DueKind) -> int:
        """How much went to one kind of debt, in fen."""
        return sum(each.amount for each in self.settled if each.due.kind is kind)


def allocate(payment: int, dues: Sequence[Due], order: Order = STANDARD) -> Allocation:
    """Spread ``payment`` fen over ``dues``: what is settled and the excess add up to the payment.

    ValueError for a payment or due below zero, and for a kind the order does not name: money
    must not pass by a debt because somebody forgot it in a list.
    """
    if payment < 0 or any(due.amount < 0 for due in dues):
        raise ValueError("Payments and dues cannot be negative.")
    forgotten = {due.kind for due in dues} - set(order.kinds)
    if forgotten:
        raise ValueError(f"The order of payment does not name {', '.join(sorted(forgotten))}.")
    settled, left = [], payment
    for due in sorted(dues, key=lambda due: _turn(due, order)):
        part = min(left, due.amount)
        if part:
            settled.append(Settled(due, part))
            left -= part
    return Allocation(tuple(settled), left)


def _turn(due: Due, order: Order) -> tuple[object, ...]:
    age, rank = (due.due_on, due.instalment), order.kinds.index(due.kind)
    return (rank, *age) if order.runs is Runs.BY_KIND else (*age, rank)
