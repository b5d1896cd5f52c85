"""走访记录 in a manager's own words, read by rules into the fields of the visit's sheet.

Plain Python. A field is proposed together with the phrase it was read from; whoever was there
confirms it. What is said in two ways that differ is not proposed at all.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

NUMBER = r"(?P<number>\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千半]+)"
UNIT = r"(?P<unit>万多?|万把块|千|百|元|块)"
MORE = r"(?P<more>[1-9一二两三四五六七八九])(?P<step>千|百)?(?![\d亩户口人头个年月])"
HEDGES = r"(?:大概|大约|差不多|将近|约|有|是|为|在)*"
AMOUNT = rf"{HEDGES}{NUMBER}(?:来|多|几)?{UNIT}(?:{MORE})?"
DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
STEPS = {"十": 10, "百": 100, "千": 1_000}
FEN_PER_YUAN = 100
MONTHS_A_YEAR = 12
SENTENCE = re.compile(r"[^。；;！!？?\n]+")
CLAUSE = re.compile(r"(?:[^，,、]|(?<=\d),(?=\d{3}(?!\d)))+")
"""Up to a comma; that of thousands is none."""
PLAIN = HEDGES + r"(?P<plain>\d{1,3}(?:,\d{3})+|\d{3,8}(?:\.\d+)?)(?![\d.])"
PLAIN_ENDS = r"(?=(?:左右|上下|以上|多|余)?(?:\s|[（()）]|$))"
"""An amount without a unit, which is in yuan: nothing but a rounding follows it."""
DENIED = re.compile(r"没有|没|无|不欠|未")
BELOW_NOTHING = re.compile(r"[-－−–—]|负|亏")
A_MONTH = re.compile(r"每个?月|一个月|月(?:收入|入|供|还|均|工资|薪|租)|月生活")
OF_A_YEAR = re.compile(
    r"(?:去年|前年|上年|今年|往年|\d{4}年)(?:预计|估计|可能|涨到|降到|只|就|能|也|才|到)*" + AMOUNT
)
"""An amount of which but the year is said: it is of what was spoken of before."""
OTHERWISE = re.compile(
    r"每(?:[亩头只口斤吨棵天日次趟平车季]|公斤)|一(?:[亩头斤吨棵天]|公斤)|半年|季度|日[薪均结]"
    r"|[/／][亩头斤天]"
)
"""An amount by the mu, the head, the day: what it comes to in a year is not said."""


@dataclass(frozen=True)
class Rule:
    """How people speak of one field: the words before an amount, and what makes it something else.

    ``none`` are words that say there is nothing of it. One ``in_yuan`` may be told without a unit.
    """

    field: str
    words: str
    unless: str = ""
    none: str = ""
    in_yuan: bool = False


PLANNED = r"(?:计划|准备|希望|拟|预备)[^\d，,、。；还]{0,2}[借贷]"
RULES = (
    Rule(
        "income_year",
        r"收入|挣|赚|进账|毛收|[年月](?:入|薪|工资)|(?<=每月|个月)工资|工资(?=每个?月|一个月)",
        unless=r"成本|开支|支出|雇|请人|工人",
        in_yuan=True,
    ),
    Rule("operating_cost_year", r"成本|本钱|投入|化肥|种子|饲料|农药|租金|雇工"),
    Rule("living_cost_year", r"生活费|日常开支|开销|家用|生活开支|日常支出"),
    Rule("debt_service_year", r"每?年还|月供|月还|每月还|还贷|还款", none=r"不用还|没有月供"),
    Rule(
        "debts",
        r"欠款?|负债|外债|贷款余额|借款?了?",
        unless=rf"想借|要借|需要|申请|打算|{PLANNED}|月供|每个?月还|年还|借给|借出|(?:别人|人家|亲戚|朋友|老板|工头)欠",
        none=r"没有?(?:外债|负债|欠款|贷款)|无(?:外债|负债|欠款)|不欠",
    ),
    Rule(
        "assets",
        r"房子?|房产|车|农机|资产|家当|拖拉机|收割机|存款",
        unless=r"贷|欠|按揭|月供|租|每?年还|每个?月还",
    ),
    Rule("need", rf"想贷|想借|需要贷?款?|申请|打算贷|要贷|用款|缺|{PLANNED}"),
)
TERM = re.compile(
    r"(?:期限|用|借|贷|还|分)[^，。；]{0,6}?"
    r"(?P<number>\d+(?:\.\d+)?|[一二两三四五六七八九十]+)(?P<unit>个月|年)(?P<half>半)?"
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
    if rule.field in YEARLY and not _of_other_years(rule, notes) <= set(values):
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
        times = MONTHS_A_YEAR if _a_month(rule, clause) else 1
        for match in _amounts(rule, clause):
            if not DENIED.search(match[0]) and not BELOW_NOTHING.search(match["between"]):
                yield _fen(match) * times, clause


def _amounts(rule: Rule, clause: str) -> Iterator[re.Match[str]]:
    """What stands after a rule's words, in 万 or 元 or, where the rule lets it, in nothing."""
    spoken = rf"(?:{rule.words})(?P<between>[^\d，,、。；]{{0,8}}?)"
    yield from re.finditer(spoken + AMOUNT, clause)
    if rule.in_yuan:
        yield from re.finditer(spoken + PLAIN + PLAIN_ENDS, clause)


def _of_other_years(rule: Rule, notes: str) -> set[int]:
    """Amounts beside a bare year, where the words before were of this rule: 去年收入6万今年8万."""
    return {
        _fen(match)
        for match in OF_A_YEAR.finditer(notes)
        if _spoken_of_before(match.start(), notes) is rule
    }


def _spoken_of_before(place: int, notes: str) -> Rule | None:
    """The rule whose words stand nearest before a place."""
    ends = {match.end(): rule for rule in RULES for match in re.finditer(rule.words, notes[:place])}
    return ends[max(ends)] if ends else None


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
    if match["half"]:
        months += MONTHS_A_YEAR // 2
    return Proposal("term_months", int(months), match[0]) if months in TERMS else None


def _met(notes: str) -> Proposal | None:
    match = MET.search(notes)
    return Proposal("met", match["who"], match[0]) if match else None


def _fen(match: re.Match[str]) -> int:
    """The amount of a match: 3.5万, 两万五千, or 三万二, which is 32,000; 80000 in yuan."""
    if "plain" in match.re.groupindex:
        return int(_count(match["plain"]) * FEN_PER_YUAN)
    size = {"万": 10_000, "千": 1_000, "百": 100}.get(match["unit"][0], 1)
    amount = _count(match["number"]) * size
    if match["more"] and size > 1:
        step = {"千": 1_000, "百": 100}.get(match["step"] or "", size // 10)
        amount += _count(match["more"]) * step
    return int(amount * FEN_PER_YUAN)


def _count(number: str) -> Decimal:
    """A number in digits or in Chinese signs below ten thousand; 半 is a half."""
    if number[0].isdigit():
        return Decimal(number.replace(",", ""))
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
