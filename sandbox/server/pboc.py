"""The central bank's personal credit report, second generation, as XML.

Element names are the bureau's own (``PD01CS02`` is the number of instalments now overdue). Summary
and details of one report agree, and both agree with the hidden truth.
"""

import random
from datetime import date, datetime, time, timedelta
from xml.etree import ElementTree as ET

from sandbox.server import pboc_liable, pboc_rest
from sandbox.server.accounts import (
    CALLED_IN,
    CARD,
    FIVE_YEARS,
    REVOLVING,
    TERM_LOAN,
    WINDOW,
    Account,
    accounts_of,
)
from sandbox.server.offices import dice, digest, months_ago
from sandbox.server.world import Person

ROOT = "Document"
EDUCATION_UNKNOWN = "99"
MARITAL = {"未婚": "10", "已婚": "20", "丧偶": "30", "离异": "40"}
HARD_REASONS = ("02", "02", "02", "03", "08")
SOFT_REASON = "01"

Node = ET.Element


def report(
    person: Person | None, id_number: str, name: str, reason: str, as_of: date, *, doubled: bool
) -> bytes:
    """The report on ``id_number``; somebody unknown gets one without any account.

    ``doubled`` repeats every account and query, as a faulty bureau line once did.
    """
    about = person["id_number"] if person else id_number
    root = Node(ROOT, {"subject": digest(about), "synthetic": "true"})
    _header(root, about, person["name"] if person else name, reason, as_of)
    accounts = accounts_of(person, as_of) if person else []
    queries = _queries(person, as_of) if person else []
    if person:
        _who(root, person, as_of)
        pboc_rest.at_home(root, person, as_of)
    _summary(root, person, accounts, as_of)
    if person:
        pboc_rest.before_details(root, person, as_of)
    _query_summary(root, queries, as_of)
    for copy in range(1 + doubled):
        for account in accounts:
            unit = _account(_at(root, "PDA"), account, as_of)
            if person:
                pboc_rest.about_account(unit, person, account, as_of)
        if person:
            pboc_liable.in_detail(root, person, as_of)
        for day, lender, why in queries:
            _fill(
                _under(_at(root, "POQ"), "PH01"),
                PH010R01=day.isoformat(),
                PH010D01="11",
                PH010Q02=lender,
                PH010Q03=why,
            )
        if person and copy == 0:
            _public_records(root, person, as_of)
            pboc_rest.after_details(root, person, accounts, as_of)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _under(parent: Node, tag: str) -> Node:
    return ET.SubElement(parent, tag)


def _at(parent: Node, tag: str) -> Node:
    """The one child of that name, made when it is first needed."""
    found = parent.find(tag)
    return ET.SubElement(parent, tag) if found is None else found


def _fill(parent: Node, **values: str | int | None) -> Node:
    for tag, value in values.items():
        if value is not None:
            ET.SubElement(parent, tag).text = str(value)
    return parent


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _header(root: Node, id_number: str, name: str, reason: str, as_of: date) -> None:
    unit = _under(_under(root, "PRH"), "PA01")
    number = random.Random(f"{id_number}/{as_of}").randint(10**11, 10**12 - 1)
    asked = datetime.combine(as_of, time(9, 30))
    _fill(
        _under(unit, "PA01A"),
        PA01AI01=f"{as_of:%Y%m%d}{number}",
        PA01AR01=asked.isoformat(),
    )
    _fill(
        _under(unit, "PA01B"),
        PA01BQ01=name,
        PA01BD01="10",
        PA01BI01=id_number,
        PA01BI02="32072300001",
        PA01BD02=reason,
    )
    _fill(_under(unit, "PA01C"), PA01CS01=0)
    _fill(_under(unit, "PA01E"), PA01ES01=0)


def _who(root: Node, person: Person, as_of: date) -> None:
    identity = _under(_under(root, "PIM"), "PB01")
    _fill(
        _under(identity, "PB01A"),
        PB01AD01="1" if person["male"] else "2",
        PB01AR01=person["born_on"],
        PB01AD02=EDUCATION_UNKNOWN,
        PB01AD05="CHN",
    )
    phones = _fill(_under(identity, "PB01B"), PB01BS01=int(bool(person["phone"])))
    if person["phone"]:
        _fill(_under(phones, "PB01BH"), PB01BQ01=person["phone"], PB01BR01=_month(as_of))
    marital = MARITAL[person["gov_marital"]]
    _fill(_under(_under(root, "PMM"), "PB02"), PB020D01=marital)
    if person["ss_employer"]:
        _fill(_under(_under(root, "POM"), "PB04"), PB040D01="91", PB040Q01=person["ss_employer"])
    if person["pb_score"] is not None:
        position = round(min(max((person["pb_score"] - 350) / 5.3, 1), 99))
        _fill(_under(_under(root, "PSM"), "PC01"), PC010Q01=person["pb_score"], PC010Q02=position)


Query = tuple[date, str, str]


def _queries(person: Person, as_of: date) -> list[Query]:
    """Query records, newest first; no lender asks twice on one day, so each counts once."""
    rng = dice(person, "queries")
    one, three, six = (person[f"pb_q_hard_{window}"] for window in ("1m", "3m", "6m"))
    found: list[Query] = []
    for count, newest, oldest in ((one, 1, 26), (three - one, 33, 84), (six - three, 96, 174)):
        for _ in range(count):
            day = as_of - timedelta(days=rng.randint(newest, oldest))
            found.append(
                (day, f"11{len(found):03d}{rng.randint(10, 99)}", rng.choice(HARD_REASONS))
            )
    for _ in range(min(person["pb_lender_open"], 3)):
        day = as_of - timedelta(days=rng.randint(5, 400))
        found.append((day, f"11{900 + len(found)}{rng.randint(10, 99)}", SOFT_REASON))
    return sorted(found, reverse=True)


def _summary(root: Node, person: Person | None, accounts: list[Account], as_of: date) -> None:
    unit = _under(_under(root, "PCO"), "PC02")
    _kinds(unit, accounts)
    called = [a for a in accounts if a.kind == CALLED_IN]
    bad = [a for a in accounts if a.is_bad_debt]
    if called:
        _fill(_under(unit, "PC02B"), PC02BS01=len(called), PC02BJ01=sum(a.balance for a in called))
    if bad:
        _fill(_under(unit, "PC02C"), PC02CS01=len(bad), PC02CJ01=sum(a.balance for a in bad))
    _arrears(unit, accounts)
    for letter, kind in (("E", TERM_LOAN), ("G", REVOLVING)):
        _lending(unit, letter, [a for a in accounts if a.kind == kind and a.is_open])
    _cards(unit, [a for a in accounts if a.kind == CARD and a.is_open])
    if person:
        pboc_liable.summed_up(unit, person)


def _kinds(unit: Node, accounts: list[Account]) -> None:
    groups = (
        ("19", "1", [a for a in accounts if a.kind in (TERM_LOAN, REVOLVING)]),
        ("21", "2", [a for a in accounts if a.kind == CARD]),
    )
    held = [group for group in groups if group[2]]
    block = _fill(_under(unit, "PC02A"), PC02AS01=len(accounts), PC02AS02=len(held))
    for kind, family, members in held:
        _fill(
            _under(block, "PC02AH"),
            PC02AD01=kind,
            PC02AD02=family,
            PC02AS03=len(members),
            PC02AR01=_month(min(a.opened for a in members)),
        )


def _arrears(unit: Node, accounts: list[Account]) -> None:
    late = [(a, [s for s in a.states if s.isdigit()]) for a in accounts]
    late = [(a, months) for a, months in late if months]
    block = _fill(_under(unit, "PC02D"), PC02DS01=len({a.kind for a, _ in late}))
    for code, kind in (("1", TERM_LOAN), ("3", REVOLVING), ("4", CARD)):
        members = [(a, months) for a, months in late if a.kind == kind]
        if members:
            _fill(
                _under(block, "PC02DH"),
                PC02DD01=code,
                PC02DS02=len(members),
                PC02DS03=sum(len(months) for _, months in members),
                PC02DJ01=max(max(a.overdue, a.monthly) for a, _ in members),
                PC02DS04=max(int(max(months)) for _, months in members),
            )


def _lending(unit: Node, letter: str, accounts: list[Account]) -> None:
    if accounts:
        values = (
            len({a.lender for a in accounts}),
            len(accounts),
            sum(a.amount for a in accounts),
            sum(a.balance for a in accounts),
            sum(a.monthly for a in accounts),
        )
        tags = ("S01", "S02", "J01", "J02", "J03")
        named = {f"PC02{letter}{tag}": value for tag, value in zip(tags, values, strict=True)}
        _fill(_under(unit, f"PC02{letter}"), **named)


def _cards(unit: Node, cards: list[Account]) -> None:
    if cards:
        _fill(
            _under(unit, "PC02H"),
            PC02HS01=len({c.lender for c in cards}),
            PC02HS02=len(cards),
            PC02HJ01=sum(c.amount for c in cards),
            PC02HJ02=max(c.amount for c in cards),
            PC02HJ03=min(c.amount for c in cards),
            PC02HJ04=sum(c.balance for c in cards),
            PC02HJ05=sum(c.used_6m for c in cards),
        )


def _query_summary(root: Node, queries: list[Query], as_of: date) -> None:
    unit = _under(_under(root, "PQO"), "PC05")
    recent = [q for q in queries if (as_of - q[0]).days <= 30]
    loans, cards = ([q for q in recent if q[2] == why] for why in ("02", "03"))
    if queries:
        day, lender, why = queries[0]
        _fill(
            _under(unit, "PC05A"),
            PC05AR01=day.isoformat(),
            PC05AD01="11",
            PC05AI01=lender,
            PC05AQ01=why,
        )
    _fill(
        _under(unit, "PC05B"),
        PC05BS01=len({q[1] for q in loans}),
        PC05BS02=len({q[1] for q in cards}),
        PC05BS03=len(loans),
        PC05BS04=len(cards),
        PC05BS05=0,
        PC05BS06=sum(q[2] == SOFT_REASON for q in queries),
        PC05BS07=sum(q[2] == "08" for q in queries),
        PC05BS08=0,
    )


def _account(section: Node, account: Account, as_of: date) -> Node:
    unit = _under(section, "PD01")
    line = account.kind in (REVOLVING, CARD)
    _fill(
        _under(unit, "PD01A"),
        PD01AI01=f"{account.number:03d}",
        PD01AD01=account.kind,
        PD01AD02=account.lender_type,
        PD01AI02=account.lender,
        PD01AI03=f"{account.lender}{account.number:06d}",
        PD01AD03=account.business,
        PD01AR01=account.opened.isoformat(),
        PD01AD04="CNY",
        PD01AJ01=None if line else account.amount,
        PD01AJ02=account.amount if line else None,
        PD01AR02=account.due.isoformat() if account.due else None,
        PD01AD07="3",
    )
    reported = months_ago(as_of, 0) - timedelta(days=1)
    _fill(
        _under(unit, "PD01B"),
        PD01BD01=account.state,
        PD01BR01=reported.isoformat() if account.state == "3" and account.kind != CARD else None,
        PD01BJ01=account.balance,
        PD01BR02=(reported - timedelta(days=9)).isoformat(),
        PD01BJ02=0 if account.overdue else account.monthly,
        PD01BD03=account.five_class,
        PD01BD04=account.states[-1:] or None,
        PD01BR03=reported.isoformat(),
    )
    if account.is_open:
        _this_month(unit, account, reported)
    if account.states:
        _history(unit, account, as_of)
    return unit


def _this_month(unit: Node, account: Account, reported: date) -> None:
    """The newest month's figures; arrears are put into the bands of their age."""
    card = account.kind == CARD
    behind, owed = account.months_overdue, account.overdue
    band = {2: "CJ07", 3: "CJ08", 4: "CJ09", 5: "CJ09", 6: "CJ09", 7: "CJ10"}.get(behind)
    _fill(
        _under(unit, "PD01C"),
        PD01CR01=_month(reported),
        PD01CD01=account.state,
        PD01CJ01=account.balance,
        PD01CJ02=account.balance if card else None,
        PD01CD02=account.five_class,
        PD01CJ04=account.monthly,
        PD01CJ05=0 if owed else account.monthly,
        PD01CS02=behind,
        PD01CJ06=owed,
        **({f"PD01{band}": owed} if band else {}),
        PD01CJ12=account.used_6m if card else None,
    )


def _history(unit: Node, account: Account, as_of: date) -> None:
    newest = _month(months_ago(as_of, 1))
    block = _fill(
        _under(unit, "PD01D"), PD01DR01=_month(months_ago(as_of, WINDOW)), PD01DR02=newest
    )
    for place, state in enumerate(account.states):
        month = _month(months_ago(as_of, WINDOW - place))
        _fill(_under(block, "PD01DH"), PD01DR03=month, PD01DD01=state)
    late = [(p, s) for p, s in enumerate(account.states) if s.isdigit()]
    since = _month(max(months_ago(as_of, FIVE_YEARS), account.opened.replace(day=1)))
    block = _fill(_under(unit, "PD01E"), PD01ER01=since, PD01ER02=newest, PD01ES01=len(late))
    for place, state in late:
        month = _month(months_ago(as_of, WINDOW - place))
        owed = account.overdue if place == WINDOW - 1 else account.monthly
        _fill(_under(block, "PD01EH"), PD01ER03=month, PD01ED01=state, PD01EJ01=owed)


def _public_records(root: Node, person: Person, as_of: date) -> None:
    """Enforcement and tax arrears, as far as the bureau prints them."""
    if person["gov_exec_open_amt"]:
        _fill(
            _under(_under(_at(root, "PCE"), "PF03"), "PF03A"),
            PF03AQ01="演示县人民法院",
            PF03AQ02="金融借款合同纠纷",
            PF03AR01=months_ago(as_of, 6).isoformat(),
            PF03AJ01=person["gov_exec_open_amt"],
        )
    if person["tax_owe_flag"]:
        _fill(
            _under(_under(_at(root, "POT"), "PF01"), "PF01A"),
            PF01AQ01="演示县税务局",
            PF01AJ01=3_200,
            PF01AR01=_month(months_ago(as_of, 2)),
        )
