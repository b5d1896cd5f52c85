"""Identity and mobile numbers that pass every check and can belong to nobody.

Identity numbers follow GB 11643 but begin with 320799, an area code that was never assigned, so
no number made here can be the number of a person who lives or lived. Mobile numbers begin with
140, which no consumer network hands out as an eleven-digit number, so they ring nobody.
"""

import numpy as np
from numpy.typing import NDArray

from sandbox.county.chance import Flags, Whole

REGION = "320799"
MOBILE_PREFIX = "140"

_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECK = np.array(list("10X98765432"))
_PER_DAY_AND_SEX = 500
_STRIDE = 211  # coprime to 500: walks through every order number once before repeating


class TooManyBirths(ValueError):
    """More people of one sex were born on one day than there are order numbers for them."""


def id_numbers(rng: np.random.Generator, born_on: NDArray, male: Flags) -> NDArray[np.str_]:
    """A valid and unique identity number for each person; the 17th digit is odd for men."""
    day = born_on.astype("datetime64[D]")
    order = _order_numbers(rng, day.astype(np.int64) * 2 + male, male)
    year = day.astype("datetime64[Y]")
    month = day.astype("datetime64[M]")
    calendar = (year.astype(np.int64) + 1970) * 10_000
    calendar += (month - year.astype("datetime64[M]") + 1).astype(np.int64) * 100
    calendar += (day - month.astype("datetime64[D]") + 1).astype(np.int64)
    body = int(REGION) * 10**11 + calendar * 1000 + order
    digits = (body[:, None] // 10 ** np.arange(16, -1, -1)) % 10
    return np.strings.add(body.astype("<U17"), _CHECK[(digits @ _WEIGHTS) % 11])


def _order_numbers(rng: np.random.Generator, cell: Whole, male: Flags) -> Whole:
    """Three digits that tell apart those born on one day, odd for men."""
    sorted_people = np.argsort(cell, kind="stable")
    kinds, first, sizes = np.unique(cell[sorted_people], return_index=True, return_counts=True)
    if sizes.max(initial=0) > _PER_DAY_AND_SEX:
        raise TooManyBirths(f"{sizes.max()} people share one birthday and sex; 500 is the most.")
    rank = np.arange(cell.size) - np.repeat(first, sizes)
    start = np.repeat(rng.integers(0, _PER_DAY_AND_SEX, kinds.size), sizes)
    order = np.empty(cell.size, dtype=np.int64)
    order[sorted_people] = (start + rank * _STRIDE) % _PER_DAY_AND_SEX
    return order * 2 + male


def mobile_numbers(rng: np.random.Generator, count: int) -> NDArray[np.str_]:
    """``count`` different eleven-digit mobile numbers that no network has given out."""
    start = int(rng.integers(0, 10**8))
    tails = (start + np.arange(count, dtype=np.int64) * 61_803_399) % 10**8
    return (int(MOBILE_PREFIX) * 10**8 + tails).astype("<U11")


def is_valid(id_number: str) -> bool:
    """Whether the check character of an identity number fits its first seventeen digits."""
    if len(id_number) != 18 or not id_number[:17].isdecimal():
        return False
    digits = np.array([int(digit) for digit in id_number[:17]])
    return bool(_CHECK[(digits @ _WEIGHTS) % 11] == id_number[17])
