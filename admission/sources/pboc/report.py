"""What admission's rules read of the report, strictly: an unknown code is refused, not guessed."""

import re
from collections.abc import Mapping
from datetime import date

from lxml import etree

from admission.features.windows import after
from admission.sources.errors import Unreadable, WrongPerson
from admission.sources.pboc import codes
from admission.sources.pboc.dictionary import states_of
from admission.sources.pboc.xml import parse
from admission.sources.reading import Values, yuan_to_fen
from admission.sources.subject import Subject

MONTHS, FIVE_YEARS = 24, 60
PUBLIC_RECORDS = ("POT/PF01", "PCJ/PF02", "PCE/PF03", "PAP/PF04")
"""Arrears of tax, judgments, enforcements, administrative penalties."""
_ZERO = "0"


def read_report(raw: bytes, subject: Subject) -> Values:
    """The report in our words. Raises Unreadable, or WrongPerson if it is about somebody else."""
    root = parse(raw)
    _is_about(root, subject)
    if root.find("PCO") is None:
        raise Unreadable("The report has no summary (PCO).")
    report_on = _day(_text(root, "PRH/PA01/PA01A/PA01AR01")[:10], "PA01AR01")
    accounts = _accounts(root, date.fromisoformat(report_on))
    guarantees, queries, first_month = _guarantees(root), _queries(root), _first_month(root)
    _are_all_there(root, len(accounts), len(guarantees), len(queries))
    if max([first_month or "", *(each["on"] for each in queries)]) > report_on:
        raise Unreadable("The report tells of days that come after it.")
    return {
        "report_on": report_on,
        "accounts": accounts,
        "guarantees": guarantees,
        "queries": queries,
        "first_month": first_month,
        "pay_6m": sum(_amount(root, f"PCO/PC02/PC02{x}/PC02{x}J03") for x in "EFG"),
        "card_limit": _amount(root, "PCO/PC02/PC02H/PC02HJ01"),
        "card_used_6m": _amount(root, "PCO/PC02/PC02H/PC02HJ05"),
        "card_used": _amount(root, "PCO/PC02/PC02H/PC02HJ04"),
        "loan_balance": sum(_amount(root, f"PCO/PC02/PC02{x}/PC02{x}J02") for x in "EFG"),
        "score": _score(root),
        "education": _education(root),
        "public_records": sum(len(root.findall(path)) for path in PUBLIC_RECORDS),
        "bad_debts": _count(root, "PCO/PC02/PC02C/PC02CS01"),
        "recourses": _count(root, "PCO/PC02/PC02B/PC02BS01"),
    }


def _is_about(root: etree._Element, subject: Subject) -> None:
    number = _text(root, "PRH/PA01/PA01B/PA01BI01")
    echoed = root.get("subject", subject.digest)
    if number != subject.id_number or echoed != subject.digest:
        raise WrongPerson("The report is about another person.")


QUERIES_COUNTED = tuple(f"PQO/PC05/PC05B/PC05BS0{x}" for x in range(3, 9))
"""How often others asked: in a month to lend or to give a card, in two years for other reasons."""


def _are_all_there(root: etree._Element, accounts: int, guarantees: int, queries: int) -> None:
    """Refuse a report that lists less than its own summary counts: what is left out of it is no
    debt that is not there."""
    liable = [each.text for each in root.iterfind("PCO/PC02/PC02K/PC02KH/PC02KS02")]
    for listed, counted, what in (
        (accounts, _count(root, "PCO/PC02/PC02A/PC02AS01"), "accounts"),
        (guarantees, sum(_number(each, "PC02KS02") for each in liable), "liabilities"),
        (queries, sum(_count(root, path) for path in QUERIES_COUNTED), "queries"),
    ):
        if listed < counted:
            raise Unreadable(f"The report lists {listed} {what} and counts {counted}.")


def _accounts(root: etree._Element, on: date) -> list[Values]:
    """Every account once, though a faulty line may repeat it; number and mark name an account."""
    found: dict[tuple[str, str], Values] = {}
    for unit in root.iterfind("PDA/PD01"):
        name = _text(unit, "PD01A/PD01AI01"), _text(unit, "PD01A/PD01AI03", "")
        found.setdefault(name, _account(unit, on))
    return list(found.values())


def _account(unit: etree._Element, on: date) -> Values:
    kind = _text(unit, "PD01A/PD01AD01")
    state = _state(kind, _text(unit, "PD01B/PD01BD01"))
    is_billed = kind in codes.BILLED and unit.find("PD01C") is not None
    return {
        "kind": kind,
        "lender": _text(unit, "PD01A/PD01AI02"),
        "lender_type": _coded(codes.LENDER_TYPES, _text(unit, "PD01A/PD01AD02"), "PD01AD02"),
        "open": kind != codes.CALLED_IN and state not in codes.ENDED,
        "state": state,
        "five_class": _worse_class(unit),
        "overdue_periods": _count(unit, "PD01C/PD01CS02", None if is_billed else _ZERO),
        "overdue_amount": _amount(unit, "PD01C/PD01CJ06", None if is_billed else _ZERO),
        "states": _states(unit, after(on, MONTHS)[:7]),
        "months_late_60": _months_late(unit, after(on, FIVE_YEARS)[:7]),
    }


def _worse_class(unit: etree._Element) -> str:
    """The worse of the account's own class and of its newest month's."""
    said = {
        _coded(codes.FIVE_CLASSES, code, path.rpartition("/")[2])
        for path in ("PD01B/PD01BD03", "PD01C/PD01CD02")
        if (code := _text(unit, path, ""))
    }
    return next((each for each in codes.WORST_FIRST if each in said), codes.UNCLASSED)


def _state(kind: str, code: str) -> str:
    table = states_of(kind)
    if table is None:
        raise Unreadable(f"PD01AD01 has an unknown code {kind!r:.20}.")
    return _coded(table, code, "PD01BD01")


def _states(unit: etree._Element, since: str) -> str:
    """The states of the last 24 months, oldest first. An account that ended long ago bears the
    states of its own last months: what lies before ``since``, a month, is over."""
    months = sorted(
        (_text(each, "PD01DR03"), _text(each, "PD01DD01")) for each in unit.iterfind("PD01D/PD01DH")
    )
    states = "".join(state for month, state in months[-MONTHS:] if month >= since)
    if not {state for _, state in months} <= codes.MONTH_STATES:
        raise Unreadable("PD01DD01 has an unknown code.")
    return states


def _months_late(unit: etree._Element, since: str) -> int:
    """Months of five years in which an instalment was late, each month once."""
    late = {
        month
        for each in unit.iterfind("PD01E/PD01EH")
        if _text(each, "PD01ED01") in codes.LATE and (month := _text(each, "PD01ER03")) >= since
    }
    return len(late)


def _score(root: etree._Element) -> int | None:
    """The bureau's own score, where it gives one."""
    path = "PSM/PC01/PC010Q01"
    return _count(root, path) if _text(root, path, "") else None


def _education(root: etree._Element) -> str | None:
    """Schooling in the words of tags. No rule hears it, so an unknown code refuses no report."""
    word = codes.EDUCATION_CODES.get(_text(root, "PIM/PB01/PB01A/PB01AD02", ""), "")
    return codes.EDUCATION.get(word)


def _guarantees(root: etree._Element) -> list[Values]:
    """Every liability once, though a faulty line may repeat it; lines that differ are others."""
    found = {}
    for unit in root.iterfind("PCR/PD03/PD03A"):
        name = tuple((each.tag, (each.text or "").strip()) for each in unit)
        found[name] = {
            "balance": _amount(unit, "PD03AJ02"),
            "five_class": _coded(codes.FIVE_CLASSES, _text(unit, "PD03AD05", "9"), "PD03AD05"),
            "liable_as": _coded(codes.LIABILITIES, _text(unit, "PD03AD03", "9"), "PD03AD03"),
        }
    return list(found.values())


def _queries(root: etree._Element) -> list[Values]:
    return [
        {
            "on": _day(_text(unit, "PH010R01"), "PH010R01"),
            "lender": _text(unit, "PH010Q02"),
            "reason": codes.QUERY_REASONS.get(_text(unit, "PH010Q03"), codes.OTHER_REASON),
        }
        for unit in root.iterfind("POQ/PH01")
    ]


def _first_month(root: etree._Element) -> str | None:
    """The first day of the month of the first loan or card, as the summary names it. For a kind of
    business of which a person has nothing it names no month."""
    named = (
        (each.text or "").strip()
        for path in ("PCO/PC02/PC02A/PC02AH/PC02AR01", "PDA/PD01/PD01A/PD01AR01")
        for each in root.iterfind(path)
    )
    first = min((each for each in named if each), default=None)
    return None if first is None else _day(f"{first[:7]}-01", "PC02AR01")


def _text(unit: etree._Element, path: str, otherwise: str | None = None) -> str:
    found = unit.findtext(path)
    if found is None or not found.strip():
        if otherwise is None:
            raise Unreadable(f"{path.rpartition('/')[2]} is missing.")
        return otherwise
    return found.strip()


def _amount(unit: etree._Element, path: str, otherwise: str | None = _ZERO) -> int:
    return yuan_to_fen(_text(unit, path, otherwise), path.rpartition("/")[2])


def _count(unit: etree._Element, path: str, otherwise: str | None = _ZERO) -> int:
    return _number(_text(unit, path, otherwise), path.rpartition("/")[2])


def _number(text: str | None, tag: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", (text or "").strip()):
        raise Unreadable(f"{tag} is not a count.")
    return int(text)


def _coded(table: Mapping[str, str], code: str, tag: str) -> str:
    if code not in table:
        raise Unreadable(f"{tag} has an unknown code {code!r:.20}.")
    return table[code]


def _day(text: str, tag: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as exc:
        raise Unreadable(f"{tag} is not a day.") from exc
