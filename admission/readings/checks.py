"""What speaks against taking a paper over, once a person has looked at its fields."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from admission.readings.cards import reads_as_another
from admission.readings.fields import (
    AMOUNT,
    DAY,
    born_in,
    day_in,
    id_number_holds,
    sex_in,
    yuan_in,
)
from admission.readings.kinds import KINDS
from admission.readings.papers import FOR_EVER, ID_NUMBER

DAYS = {"born_on", "valid_from", "valid_to", "since", "from", "to"}
ENDLESS = "valid_to"
"""The one day that may be none: a card that is good for ever."""
AMOUNTS = {"paid_in", "paid_out", "balance", "house_value"}
OWED = "balance"
"""The one amount that may lie below nothing: an account that is overdrawn."""
MOST_YUAN = Decimal(1_000_000_000)
SIGN = "[A-Za-z·•\u3400-\u9fff\U00020000-\U0003ffff]"
"""What names are written with."""
BESIDE_NAMES = re.compile(
    r"(?:权利|共有|所有权|使用权|持有|负责)人|户名|姓名|经营者|法定代表人|共同共有|按份共有|单独所有|"
    r"等[0-9一二两三四五六七八九十]+人"
)
"""Words that stand beside a name without a sign between."""
AREA = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,4})?")


@dataclass(frozen=True)
class Register:
    """What the bank knows: the person the paper is said to be of, their household, the day."""

    name: str
    id_number: str
    members: Collection[str]
    today: date


@dataclass(frozen=True)
class Objection:
    """One field that cannot be taken over as it stands, and why, as a code."""

    field: str
    code: str


def tidied(values: Mapping[str, str]) -> dict[str, str]:
    """What a person typed, in the form that values are kept in; empty fields are left out."""
    return {name: _tidy(name, value.strip()) for name, value in values.items() if value.strip()}


def _tidy(name: str, value: str) -> str:
    if name in DAYS and DAY.fullmatch(value):
        return day_in(value) or value
    if name in AMOUNTS and AMOUNT.fullmatch(value):
        return yuan_in(value)
    return value.upper() if name in ("id_number", "credit_code") else value


def objections(
    kind: str, values: Mapping[str, str], register: Register, *, read: Mapping[str, str]
) -> list[Objection]:
    """Everything that has to be mended first; none where the paper may be taken over.

    ``read`` are the values as they were read, before anybody corrected them.
    """
    missing = [Objection(name, "missing") for name in KINDS[kind].needed if not values.get(name)]
    unreadable = [
        Objection(name, code)
        for name, value in values.items()
        if value and (code := unlike_its_form(name, value))
    ]
    if missing or unreadable:
        return missing + unreadable
    if kind == "id_card_front":
        return _card_front(values, register, read.get("id_number", ""))
    return _AGAINST_REGISTER[kind](values, register)


def unlike_its_form(name: str, value: str) -> str:
    """Why a value is none that can be counted with, as a code; empty where it is one."""
    if name in DAYS and day_in(value) != value and (name, value) != (ENDLESS, FOR_EVER):
        return "no_day"
    if name in AMOUNTS and not _is_amount(name, value):
        return "no_amount"
    if name == "area" and not AREA.fullmatch(value):
        return "no_area"
    if name == "id_number" and not (ID_NUMBER.fullmatch(value) and id_number_holds(value)):
        return "check_digit"
    return ""


def _is_amount(name: str, value: str) -> bool:
    if not value or yuan_in(value) != value:
        return False
    return (-MOST_YUAN if name == OWED else 0) <= Decimal(value) <= MOST_YUAN


def _card_front(values: Mapping[str, str], register: Register, number_read: str) -> list[Objection]:
    """A card of somebody else stays theirs, whatever is typed over what was read from it."""
    number = values["id_number"]
    against = [] if values["name"] == register.name else [Objection("name", "other_person")]
    if number != register.id_number:
        return [*against, Objection("id_number", "other_person")]
    if number_read and reads_as_another(number_read, number):
        against.append(Objection("id_number", "read_as_another"))
    of_number = {"born_on": born_in(number), "sex": sex_in(number)}
    return against + [
        Objection(name, "differs_from_number")
        for name, value in of_number.items()
        if values.get(name, value) != value
    ]


def _card_back(values: Mapping[str, str], register: Register) -> list[Objection]:
    until = values["valid_to"]
    over = until != FOR_EVER and date.fromisoformat(until) < register.today
    return [Objection("valid_to", "card_expired")] if over else []


def _of_the_household(field: str, values: Mapping[str, str], register: Register) -> list[Objection]:
    """Somebody of the household has to be named in the field."""
    known = _names_one_of(register.members, values.get(field, ""))
    return [] if known else [Objection(field, "not_of_the_household")]


def _names_one_of(people: Collection[str], text: str) -> bool:
    """Whether somebody is named by their whole name: 王芳芳 is not 王芳.

    Several names stand apart by signs, by 和 or 与, which may be part of a name itself, or, where
    recognition left spaces out, not at all.
    """
    names = f"(?:{'|'.join(map(re.escape, people))})+"
    begins = f"(?:(?<!{SIGN})|(?<={SIGN}{SIGN}[和与及]))"
    ends = f"(?:(?!{SIGN})|(?=[和与及]{SIGN}{SIGN}))"
    return bool(people) and bool(re.search(begins + names + ends, BESIDE_NAMES.sub(" ", text)))


def _statement(values: Mapping[str, str], register: Register) -> list[Objection]:
    if values["from"] > values["to"]:
        return [Objection("to", "before_it_begins")]
    return _of_the_household("holder", values, register)


_AGAINST_REGISTER = {
    "id_card_back": _card_back,
    "business_licence": lambda values, register: _of_the_household("person", values, register),
    "property_certificate": lambda values, register: _of_the_household("holder", values, register),
    "bank_statement": _statement,
}
