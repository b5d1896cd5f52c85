"""What a paper tells of the person it names, in the columns of the source it can stand in for.

Only what somebody compared counts, and of that only what was read surely enough or written anew by
whoever compared it. What stands on no paper stays unknown: a certificate says nothing of seals and
mortgages, a licence nothing of today's standing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from admission.readings.checks import unlike_its_form
from admission.readings.fields import FAIRLY_SURE

HOME, BUSINESS, STATEMENT = "property_certificate", "business_licence", "bank_statement"
LIVING = "住宅"
SHORTEST_STATEMENT = 28
"""Days; what passed an account in less says nothing of a month."""
ROLES = (("个体", "个体经营者"), ("公司", "法人"), ("合作社", "法人"))
"""Words in the kind of a business, and what whoever answers for it is to it."""
_BETWEEN_NAMES = re.compile(r"[\s、,，;；]+")
_NO_HOME = (
    "registered_on", "mortgaged_on", "sealed", "dispute", "value", "mortgage", "share", "zone",
)  # fmt: skip
_NO_BUSINESS = ("status", "abnormal", "punishments_12m", "changes_6m", "paid_in_capital", "share")


@dataclass(frozen=True)
class Told:
    """What one paper tells: of which thing (two pictures of one home are one), and its columns.

    ``until`` is the last day it speaks of, where it says so itself.
    """

    thing: str
    columns: Mapping[str, Any]
    until: date | None = None


def trusted(found: Sequence[Mapping[str, Any]], values: Mapping[str, str]) -> dict[str, str]:
    """The values taken over that were read surely enough, or corrected against the picture, as far
    as one can count with them."""
    read = {each["name"]: each for each in found}
    return {
        name: value
        for name, value in values.items()
        if name in read
        and not unlike_its_form(name, value)
        and (read[name]["value"] != value or read[name]["confidence"] >= FAIRLY_SURE)
    }


def told(kind: str, values: Mapping[str, str], *, name: str) -> Told | None:
    """What a paper with these trusted values tells of ``name``; None where it is not theirs, or
    tells too little."""
    return _TELLS[kind](values, name)


def _home(values: Mapping[str, str], name: str) -> Told | None:
    if name not in _BETWEEN_NAMES.split(values.get("holder", "")) or "area" not in values:
        return None
    use = values.get("use")
    home = dict.fromkeys(_NO_HOME) | {
        "usage": LIVING if use and LIVING in use else use,
        "area_m2": float(values["area"]),
    }
    return Told(values.get("certificate") or values.get("place", ""), home)


def _business(values: Mapping[str, str], name: str) -> Told | None:
    if values.get("person", "").strip() != name:
        return None
    kind = values.get("kind", "")
    business = dict.fromkeys(_NO_BUSINESS) | {
        "role": next((role for word, role in ROLES if word in kind), None),
        "established_on": values.get("since"),
        "industry": None,
    }
    return Told(values.get("credit_code") or values.get("name", ""), business)


def _statement(values: Mapping[str, str], name: str) -> Told | None:
    needed = {"holder", "from", "to", "paid_in"}
    if not needed <= values.keys() or values["holder"].replace(" ", "") != name:
        return None
    since, until = date.fromisoformat(values["from"]), date.fromisoformat(values["to"])
    days = (until - since).days + 1
    if days < SHORTEST_STATEMENT:
        return None
    fen = {each: _fen(values.get(each)) for each in ("paid_in", "paid_out", "balance")}
    account = f"{values.get('bank', '')} {values.get('account', '')}"
    return Told(account, {"days": days, **fen}, until)


def _fen(yuan: str | None) -> int | None:
    return None if yuan is None else int(Decimal(yuan) * 100)


_TELLS = {HOME: _home, BUSINESS: _business, STATEMENT: _statement}
