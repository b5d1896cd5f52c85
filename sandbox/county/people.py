"""Households and who lives in them: heads, spouses, children, parents, in-laws, grandchildren."""

from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sandbox.county.chance import Flags, Numbers, Whole, stream

HEAD, SPOUSE, CHILD, PARENT, OTHER = range(5)
RELATIONS = np.array(["户主", "配偶", "子女", "父母", "其他成员"])
MARITAL = np.array(["未婚", "已婚", "离异", "丧偶"])
SINGLE, MARRIED, DIVORCED, WIDOWED = range(4)

_DAYS_A_YEAR = 365.2425
_ADULT = 18
_LEAST_MEAN_SIZE = 2.5  # enough households are drawn even if they turn out this small


class Slot(NamedTuple):
    """One possible place in every household: who may stand there, and in which households."""

    relation: int
    present: Flags
    age: Numbers
    male: Flags
    marital: Whole
    bears_head_name: Flags


class People(NamedTuple):
    """Everybody, household after household, the head first."""

    household: Whole
    relation: Whole
    born_on: NDArray
    age: Whole
    male: Flags
    marital: Whole
    bears_head_name: Flags


def settle(seed: int, customers: int, as_of: date) -> People:
    """Exactly ``customers`` people in households of plausible shape, on the day ``as_of``.

    The last household may be cut short so that the number comes out.
    """
    rng = stream(seed, "people")
    slots = _slots(rng, int(customers / _LEAST_MEAN_SIZE) + 1)
    present = np.column_stack([slot.present for slot in slots])
    household, place = np.nonzero(present)
    household, place = household[:customers], place[:customers]
    age = np.column_stack([slot.age for slot in slots])[household, place]
    days = np.maximum(np.round(age * _DAYS_A_YEAR).astype(np.int64), 30)
    born_on = np.datetime64(as_of) - days
    return People(
        household=household,
        relation=np.array([slot.relation for slot in slots])[place],
        born_on=born_on,
        age=full_years(born_on, as_of),
        male=np.column_stack([slot.male for slot in slots])[household, place],
        marital=np.column_stack([slot.marital for slot in slots])[household, place],
        bears_head_name=np.column_stack([s.bears_head_name for s in slots])[household, place],
    )


def full_years(born_on: NDArray, as_of: date) -> Whole:
    """Completed years of age on ``as_of``."""
    months = (np.datetime64(as_of, "M") - born_on.astype("datetime64[M]")).astype(np.int64)
    day_of_birth = (born_on - born_on.astype("datetime64[M]")).astype(np.int64) + 1
    return (months - (day_of_birth > as_of.day)) // 12


def _within(ages: Numbers, low: float, high: float) -> Numbers:
    """Ages folded back into range; cutting them off would give thousands the same birthday."""
    folded = low + np.abs(ages - low)
    return np.maximum(high - np.abs(high - folded), low)


def _slots(rng: np.random.Generator, count: int) -> list[Slot]:
    head, spouse = _couple(rng, count)
    mother_age = np.where(head.male, spouse.age, head.age)
    children = _children(rng, head, mother_age)
    return [
        head,
        spouse,
        *children,
        *_parents(rng, head),
        *_sons_family(rng, children[0]),
    ]


def _couple(rng: np.random.Generator, count: int) -> tuple[Slot, Slot]:
    age = _within(rng.normal(50.5, 13.5, count), 19, 90)
    male = rng.random(count) < 0.84
    together = np.interp(age, [20, 25, 31, 62, 75, 90], [0.15, 0.5, 0.9, 0.9, 0.74, 0.4])
    married = rng.random(count) < together
    alone = np.where(
        rng.random(count) < np.interp(age, [24, 34, 50], [0.99, 0.6, 0.3]),
        SINGLE,
        np.where(rng.random(count) < np.interp(age, [45, 75], [0.15, 0.95]), WIDOWED, DIVORCED),
    )
    spouse_age = _within(age + np.where(male, -1.8, 1.8) + rng.normal(0, 2.2, count), 19, 92)
    everyone = np.full(count, True)
    head = Slot(HEAD, everyone, age, male, np.where(married, MARRIED, alone), everyone)
    wed = np.full(count, MARRIED)
    return head, Slot(SPOUSE, married, spouse_age, ~male, wed, np.full(count, False))


def _children(rng: np.random.Generator, head: Slot, mother_age: Numbers) -> list[Slot]:
    """Up to three children still on the household's register; grown daughters have mostly left."""
    count = head.age.size
    wanted = np.searchsorted([0.09, 0.46, 0.90], rng.random(count), side="right")
    wanted[head.marital == SINGLE] = 0
    first_at = 22.5 + np.abs(rng.normal(0, 2.8, count))
    found = []
    for order in range(3):
        age = mother_age - first_at - order * (2.0 + np.abs(rng.normal(0, 2.6, count)))
        male = rng.random(count) < 0.53
        stays = np.where(age < 24, 0.98, np.where(male, 0.76 if order == 0 else 0.4, 0.16))
        present = (wanted > order) & (age > 0.1) & (rng.random(count) < stays)
        wed = (age > 24) & (rng.random(count) < np.interp(age, [24, 30], [0.15, 0.75]))
        marital = np.where(wed, MARRIED, SINGLE)
        found.append(Slot(CHILD, present, age, male, marital, np.full(count, True)))
    return found


def _parents(rng: np.random.Generator, head: Slot) -> list[Slot]:
    """The head's own father and mother, where they live under the same roof."""
    count = head.age.size
    takes_in = rng.random(count) < np.where(head.male, 0.78, 0.16)
    mother_age = head.age + 22 + np.abs(rng.normal(0, 3, count))
    father_age = mother_age + 1.8 + rng.normal(0, 2, count)
    father = takes_in & (rng.random(count) < np.clip((92 - father_age) / 26, 0, 0.97))
    mother = takes_in & (rng.random(count) < np.clip((96 - mother_age) / 26, 0, 0.97))
    marital = np.where(father & mother, MARRIED, WIDOWED)
    yes, no = np.full(count, True), np.full(count, False)
    return [
        Slot(PARENT, father, _within(father_age, 0, 99), yes, marital, yes),
        Slot(PARENT, mother, _within(mother_age, 0, 99), no, marital, no),
    ]


def _sons_family(rng: np.random.Generator, eldest: Slot) -> list[Slot]:
    """The eldest son's wife and children, where he married and stayed."""
    count = eldest.age.size
    wife = eldest.present & eldest.male & (eldest.marital == MARRIED)
    wife &= rng.random(count) < 0.85
    wife_age = _within(eldest.age - 1 + rng.normal(0, 1.8, count), 20.5, 99)
    first_age = wife_age - 23 - np.abs(rng.normal(0, 2.2, count))
    second_age = first_age - 1.5 - np.abs(rng.normal(0, 2.5, count))
    first = wife & (first_age > 0.1) & (rng.random(count) < 0.9)
    second = first & (second_age > 0.1) & (rng.random(count) < 0.55)
    yes, no, single = np.full(count, True), np.full(count, False), np.full(count, SINGLE)
    return [
        Slot(OTHER, wife, wife_age, no, np.full(count, MARRIED), no),
        Slot(OTHER, first, first_age, rng.random(count) < 0.53, single, yes),
        Slot(OTHER, second, second_age, rng.random(count) < 0.53, single, yes),
    ]
