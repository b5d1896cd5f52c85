"""走访记录 in a manager's own words, read by rules into the fields of the visit's sheet.

Plain Python. A field is proposed together with the phrase it was read from; whoever was there
confirms it. What is said in two ways that differ is not proposed at all.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

NUMBER = r"(?P<number>\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千半]+)"
UNIT = r"(?P<unit>万多?|万把块|千|百|元|块)"
MORE = r"(?P<more>[1-9一二两三四五六七八九])(?P<step>千|百)?(?![\d亩户口人头个年月])"
AMOUNT = rf"(?:大概|大约|差不多|将近|约|有|是|为|在)*{NUMBER}(?:来|多|几)?{UNIT}(?:{MORE})?"
DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
STEPS = {"十": 10, "百": 100, "千": 1_000}
FEN_PER_YUAN = 100
MONTHS_A_YEAR = 12
SENTENCE = re.compile(r"[^。；;！!？?\n]+")
CLAUSE = re.compile(r"[^，,、]+")
DENIED = re.compile(r"没有|没|无|不欠|未")
A_MONTH = re.compile(r"每个?月|一个月|月(?:收入|供|还|均|工资|租)|月生活")
OTHERWISE = re.compile(
    r"每(?:[亩头只口斤吨棵天日次趟平车季]|公斤)|一(?:[亩头斤吨棵天]|公斤)|半年|季度|日[薪均结]"
    r"|[/／][亩头斤天]"
)
"""An amount by the mu, the head, the day: what it comes to in a year is not said."""


@dataclass(frozen=True)
class Rule:
    """How people speak of one field: the words before an amount, and what makes it something else.

    ``none`` are words that say there is nothing of it.
    """

    field: str
    words: str
    unless: str = ""
    none: str = ""


RULES = (
    Rule("income_year", r"收入|挣|赚|进账|毛收", unless=r"成本|开支|支出"),
    Rule("operating_cost_year", r"成本|本钱|投入|化肥|种子|饲料|农药|租金|雇工"),
    Rule("living_cost_year", r"生活费|日常开支|开销|家用|生活开支|日常支出"),
    Rule("debt_service_year", r"每?年还|月供|月还|每月还|还贷|还款", none=r"不用还|没有月供"),
    Rule(
        "debts",
        r"欠款?|负债|外债|贷款余额|借款?了?",
        unless=r"想借|要借|需要|申请|打算|月供|每个?月还|年还|借给|借出|(?:别人|人家|亲戚|朋友|老板|工头)欠",
        none=r"没有?(?:外债|负债|欠款|贷款)|无(?:外债|负债|欠款)|不欠",
    ),
    Rule(
        "assets",
        r"房子?|房产|车|农机|资产|家当|拖拉机|收割机|存款",
        unless=r"贷|欠|按揭|月供|租|每?年还|每个?月还",
    ),
    Rule("need", r"想贷|想借|需要贷?款?|申请|打算贷|要贷|用款|缺"),
)
TERM = re.compile(
    r"(?:期限|用|借|贷|还|分)[^，。；]{0,6}?(?P<number>\d+|[一二两三五])(?P<unit>个月|年)"
)
MET = re.compile(
    r"(?:见到|见了|遇到|接待的?是?)(?:了|的是)?(?P<who>[\u4e00-\u9fff]{2,4}?)(?=[，,。；本和的]|$)"
)
TERMS = (6, 12, 24, 36, 60)


@dataclass(frozen=True)
class Proposal:
    """One field as the notes say it: a figure in fen, months, or a name; and the phrase."""

    field: str
    value: int | str
    phrase: str


def proposals(notes: str) -> list[Proposal]:
    """What the notes say, field by field, in the order of the sheet.

    Amounts of one field that are said side by side (房子20万、车5万) are added up for assets and
    for costs; an income a month counts twelve times. Contradictions are left out.
    """
    found = [each for rule in RULES if (each := _figure(rule, notes)) is not None]
    others = (_term(notes), _met(notes))
    return found + [each for each in others if each is not None]


SUMS = {"assets", "operating_cost_year", "debts"}
YEARLY = {"income_year", "operating_cost_year", "living_cost_year", "debt_service_year"}


def _figure(rule: Rule, notes: str) -> Proposal | None:
    said = list(_said(rule, notes))
    if not said:
        return None
    values = [value for value, _phrase in said]
    if len(set(values)) > 1 and rule.field not in SUMS:
        return None
    total = sum(values) if rule.field in SUMS else values[0]
    phrases = dict.fromkeys(phrase for _value, phrase in said)
    return Proposal(rule.field, total, "；".join(phrases))


def _said(rule: Rule, notes: str) -> Iterator[tuple[int, str]]:
    """Each amount that a rule's words speak of, in fen a year, with its clause."""
    for clause in _clauses(notes):
        if rule.none and re.search(rule.none, clause):
            yield 0, clause
            continue
        if rule.unless and re.search(rule.unless, clause):
            continue
        if rule.field in YEARLY and OTHERWISE.search(clause):
            continue
        for match in re.finditer(rf"(?:{rule.words})[^\d，,、。；]{{0,8}}?{AMOUNT}", clause):
            if DENIED.search(match[0]):
                continue
            times = MONTHS_A_YEAR if _a_month(rule, clause) else 1
            yield _fen(match) * times, clause


def _a_month(rule: Rule, clause: str) -> bool:
    return rule.field in YEARLY and A_MONTH.search(clause) is not None


def _clauses(notes: str) -> Iterator[str]:
    for sentence in SENTENCE.findall(notes):
        yield from (each.strip() for each in CLAUSE.findall(sentence) if each.strip())


def _term(notes: str) -> Proposal | None:
    match = TERM.search(notes)
    if match is None:
        return None
    months = _count(match["number"]) * (MONTHS_A_YEAR if match["unit"] == "年" else 1)
    return Proposal("term_months", int(months), match[0]) if months in TERMS else None


def _met(notes: str) -> Proposal | None:
    match = MET.search(notes)
    return Proposal("met", match["who"], match[0]) if match else None


def _fen(match: re.Match[str]) -> int:
    """The amount of a match: 3.5万, 两万五千, or 三万二, which is 32,000."""
    size = {"万": 10_000, "千": 1_000, "百": 100}.get(match["unit"][0], 1)
    amount = _count(match["number"]) * size
    if match["more"] and size > 1:
        step = {"千": 1_000, "百": 100}.get(match["step"] or "", size // 10)
        amount += _count(match["more"]) * step
    return int(amount * FEN_PER_YUAN)


def _count(number: str) -> Decimal:
    """A number in digits or in Chinese signs below ten thousand; 半 is a half."""
    if number[0].isdigit():
        return Decimal(number)
    total, held = Decimal(0), Decimal(0)
    for sign in number:
        if sign == "半":
            total += Decimal("0.5")
        elif sign in STEPS:
            total += max(held, Decimal(1)) * STEPS[sign]
            held = Decimal(0)
        else:
            held = Decimal(DIGITS[sign])
    return total + held


def fields(found: Sequence[Proposal]) -> dict[str, int | str]:
    """The proposals as values for the sheet."""
    return {each.field: each.value for each in found}
