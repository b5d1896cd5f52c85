"""What each kind of paper says: from its lines, in order, to its fields."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from admission.readings.fields import (
    DAY,
    Found,
    born_in,
    credit_code_holds,
    day_in,
    id_number_holds,
    piece_of,
    sex_in,
    turned,
    yuan_in,
)
from admission.readings.lines import Line, Piece, after, block_after, matching

ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
CREDIT_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NP-RT-UW-Y]{18}(?![0-9A-Z])")
VALIDITY = re.compile(
    r"(\d{4}[.\-年]\d{1,2}[.\-月]\d{1,2}日?)[-—–~至]+(\d{4}[.\-年]\d{1,2}[.\-月]\d{1,2}日?|长期)"
)
CERTIFICATE = re.compile(r"[\u4e00-\u9fff]?[(（]\d{4}[)）].{0,20}?不动产权第\d+号")
AREA = re.compile(r"(?:房屋)?建筑面积[:：]?(\d+(?:\.\d+)?)(?:㎡|m²|m2|平方米|平米)?")
LAST_DIGITS = re.compile(r"(?:账号|卡号|帐号)\D{0,3}[\d*＊]{4,}?(\d{4})(?!\d)")
MOVEMENT = re.compile(r"([+-])[￥¥]?(\d[\d,]*\.\d{2})(?!\d)")
FOR_EVER = "长期"
GUESSED = 0.7
"""How sure a sum is that stands nowhere and was added up from the lines that could be read."""


def id_card_front(lines: Sequence[Line]) -> list[Found]:
    """Name, sex, nation, birth, address, number; number, birth and sex have to agree."""
    number = turned(piece_of(matching(lines, ID_NUMBER)), str.upper)
    stop = ("公民身份", "公民", "身份号码")
    wrong_digit = number is not None and not id_number_holds(number.value)
    born = turned(after(lines, ["出生"]) or piece_of(matching(lines, DAY)), day_in)
    sex = turned(after(lines, ["性别"], stop=("民族",)), lambda text: _one_of(text, "男女"))
    found = {
        "name": Found.of("name", after(lines, ["姓名"], stop=("性别",))),
        "sex": Found.of("sex", sex),
        "nation": Found.of("nation", after(lines, ["民族"], stop=("出生",))),
        "born_on": Found.of("born_on", born),
        "address": Found.of("address", block_after(lines, ["住址"], stop=stop)),
        "id_number": Found.of("id_number", number, doubt="check_digit" if wrong_digit else ""),
    }
    if number and not wrong_digit:
        if found["born_on"].value not in ("", born_in(number.value)):
            found["born_on"] = found["born_on"].doubted("differs_from_number")
        if found["sex"].value not in ("", sex_in(number.value)):
            found["sex"] = found["sex"].doubted("differs_from_number")
    return list(found.values())


def id_card_back(lines: Sequence[Line]) -> list[Found]:
    """Who issued it, from when, and until when it is good."""
    validity = matching(lines, VALIDITY)
    until = piece_of(validity, 2)
    if until and until.value != FOR_EVER:
        until = turned(until, day_in)
    return [
        Found.of("issuer", after(lines, ["签发机关"])),
        Found.of("valid_from", turned(piece_of(validity, 1), day_in)),
        Found.of("valid_to", until),
    ]


def business_licence(lines: Sequence[Line]) -> list[Found]:
    """Code, name, kind, who answers for it, since when, where, and what it does."""
    code = piece_of(matching(lines, CREDIT_CODE))
    wrong = code is not None and not credit_code_holds(code.value)
    labels = ("名称", "类型", "法定代表人", "经营者", "负责人", "注册资本", "成立日期", "注册日期")
    labels += ("经营范围", "住所", "经营场所", "组成形式", "登记机关", "营业期限")
    person = after(lines, ["法定代表人", "经营者", "负责人"], stop=labels)
    since = turned(after(lines, ["成立日期", "注册日期"]), day_in)
    return [
        Found.of("credit_code", code, doubt="check_digit" if wrong else ""),
        Found.of("name", after(lines, ["名称"], stop=labels[1:])),
        Found.of("kind", after(lines, ["类型"], stop=labels[2:])),
        Found.of("person", person),
        Found.of("since", since),
        Found.of("place", block_after(lines, ["住所", "经营场所"], stop=labels)),
        Found.of("scope", block_after(lines, ["经营范围"], stop=labels)),
    ]


def property_certificate(lines: Sequence[Line]) -> list[Found]:
    """Number of the certificate, holder, where it is, use and area of the building."""
    labels = ("权利人", "共有情况", "坐落", "不动产单元号", "权利类型", "权利性质", "用途", "面积")
    labels += ("使用期限", "权利其他状况")
    return [
        Found.of("certificate", piece_of(matching(lines, CERTIFICATE))),
        Found.of("holder", after(lines, ["权利人"], stop=labels[1:])),
        Found.of("place", block_after(lines, ["坐落"], stop=labels)),
        Found.of("use", after(lines, ["用途"], stop=labels)),
        Found.of("area", piece_of(matching(lines, AREA), 1)),
    ]


def bank_statement(lines: Sequence[Line]) -> list[Found]:
    """Whose account, at which bank, from when to when, paid in, paid out, balance (yuan)."""
    days = [day for line in lines for day in _days_in(line)]
    named = {
        "paid_in": ["收入合计", "总收入", "转入合计", "收入总额", "贷方合计"],
        "paid_out": ["支出合计", "总支出", "转出合计", "支出总额", "借方合计"],
    }
    totals = {
        name: turned(after(lines, labels), yuan_in) or _added_up(lines, sign)
        for (name, labels), sign in zip(named.items(), "+-", strict=True)
    }
    stop = ("账号", "卡号", "帐号", "币种")
    return [
        Found.of("bank", turned(piece_of(matching(lines, _BANK)), str)),
        Found.of("holder", after(lines, ["户名", "账户名", "姓名"], stop=stop)),
        Found.of("account", piece_of(matching(lines, LAST_DIGITS), 1)),
        Found.of("from", min(days, key=lambda each: each.value, default=None)),
        Found.of("to", max(days, key=lambda each: each.value, default=None)),
        Found.of("paid_in", totals["paid_in"]),
        Found.of("paid_out", totals["paid_out"]),
        Found.of("balance", turned(after(lines, ["账户余额", "当前余额", "余额"]), yuan_in)),
    ]


_BANK = re.compile(r"[\u4e00-\u9fff]{2,14}?(?:银行|信用社|信用联社)")


def _days_in(line: Line) -> list[Piece]:
    found = (day_in(match[0]) for match in DAY.finditer(line.plain))
    return [Piece.of(day, line) for day in found if day]


def _added_up(lines: Sequence[Line], sign: str) -> Piece | None:
    """The sum of the movements of one sign, where the statement does not say it itself."""
    moved = [
        (Decimal(match[2].replace(",", "")), line)
        for line in lines
        for match in MOVEMENT.finditer(line.text)
        if match[1] == sign
    ]
    if not moved:
        return None
    total = sum((amount for amount, _line in moved), Decimal(0))
    piece = Piece.of(f"{total:.2f}", *(line for _amount, line in moved))
    return replace(piece, confidence=piece.confidence * GUESSED)


def _one_of(text: str, signs: str) -> str:
    return next((sign for sign in text if sign in signs), "")
