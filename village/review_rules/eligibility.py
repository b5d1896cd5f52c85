"""Who may be a reviewer 评议员, and why somebody may not."""

from dataclasses import dataclass
from enum import StrEnum


class Unfit(StrEnum):
    """Why somebody is not asked to judge their neighbours."""

    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"
    NOT_LIVING_HERE = "not_living_here"
    ON_GREY_OR_BLACK_LIST = "on_grey_or_black_list"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is asked about somebody who may become a reviewer; ``age`` in full years.

    ``list_flags`` are the lists the person and their household stand on, ``same_village`` whether
    they are registered in the village they would judge.
    """

    age: int
    lives_here: bool
    list_flags: tuple[str, ...] = ()
    same_village: bool = True


@dataclass(frozen=True, slots=True)
class EligibilityRules:
    """Between which ages, in full years, somebody may judge; and which lists stand against it."""

    youngest: int = 25
    oldest: int = 70
    barred: frozenset[str] = frozenset({"grey", "black"})


STANDARD_RULES = EligibilityRules()


def unfit(person: Candidate, rules: EligibilityRules = STANDARD_RULES) -> tuple[Unfit, ...]:
    """Everything that stands against ``person`` as a reviewer; nothing for somebody fit."""
    found = {
        Unfit.TOO_YOUNG: person.age < rules.youngest,
        Unfit.TOO_OLD: person.age > rules.oldest,
        Unfit.NOT_LIVING_HERE: not person.lives_here,
        Unfit.ON_GREY_OR_BLACK_LIST: not rules.barred.isdisjoint(person.list_flags),
        Unfit.STRANGER: not person.same_village,
    }
    return tuple(reason for reason, holds in found.items() if holds)
