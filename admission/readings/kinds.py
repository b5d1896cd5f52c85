"""The kinds of paper that can be read, how to know one, and what it has to say at least."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from admission.readings import papers
from admission.readings.faults import NoText, WrongPaper
from admission.readings.fields import Found
from admission.readings.lines import Line, in_order
from admission.readings.turning import upright

FEWEST_SIGNS = 8
"""Fewer signs than this on a whole picture are no paper."""


@dataclass(frozen=True)
class Kind:
    """One kind of paper: the words that give it away, its fields, and which it cannot do without.

    ``labels`` are words printed on every such paper, from top to bottom: they tell which way up the
    picture is. ``keep_days`` is how long the picture is kept once its fields were accepted.
    """

    name: str
    marks: tuple[str, ...]
    labels: tuple[str, ...]
    fields: tuple[str, ...]
    needed: tuple[str, ...]
    read: Callable[[Sequence[Line]], list[Found]]
    keep_days: int = 5 * 365


KINDS: dict[str, Kind] = {
    each.name: each
    for each in (
        Kind(
            "id_card_front",
            ("公民身份号码", "公民身份", "姓名", "民族", "住址"),
            ("姓名", "性别", "民族", "出生", "住址", "公民身份号码"),
            ("name", "sex", "nation", "born_on", "address", "id_number"),
            ("name", "id_number"),
            papers.id_card_front,
        ),
        Kind(
            "id_card_back",
            ("居民身份证", "签发机关", "有效期限"),
            ("中华人民共和国", "居民身份证", "签发机关", "有效期限"),
            ("issuer", "valid_from", "valid_to"),
            ("valid_to",),
            papers.id_card_back,
        ),
        Kind(
            "business_licence",
            ("营业执照", "统一社会信用代码", "经营范围", "登记机关"),
            ("统一社会信用代码", "名称", "类型", "登记机关"),
            ("credit_code", "name", "kind", "person", "since", "place", "scope"),
            ("credit_code", "name"),
            papers.business_licence,
        ),
        Kind(
            "property_certificate",
            ("不动产权", "权利人", "坐落", "不动产单元号"),
            ("权利人", "共有情况", "坐落", "不动产单元号", "权利类型", "用途", "面积"),
            ("certificate", "holder", "place", "use", "area"),
            ("holder", "area"),
            papers.property_certificate,
        ),
        Kind(
            "bank_statement",
            ("交易明细", "账户余额", "收入合计", "支出合计", "交易时间", "余额", "户名"),
            ("户名", "交易时间"),
            ("bank", "holder", "account", "from", "to", "paid_in", "paid_out", "balance"),
            ("holder", "from", "to", "paid_in"),
            papers.bank_statement,
            keep_days=2 * 365,
        ),
    )
}


def read(kind: str, lines: Sequence[Line]) -> list[Found]:
    """The fields of a paper said to be of one kind. Raises NoText, or WrongPaper for another."""
    ordered = in_order(upright(lines, KINDS[kind].labels))
    if sum(len(each.plain) for each in ordered) < FEWEST_SIGNS:
        raise NoText("no_text")
    marks = {name: _marks(each, ordered) for name, each in KINDS.items()}
    likely = max(marks, key=marks.__getitem__)
    if marks[kind] == 0 or marks[likely] > marks[kind] + 1:
        raise WrongPaper(likely if marks[likely] > 1 else "other")
    return KINDS[kind].read(ordered)


def _marks(kind: Kind, lines: Sequence[Line]) -> int:
    """How many of a kind's words stand on the picture."""
    whole = "\n".join(each.plain for each in lines)
    return sum(mark in whole for mark in kind.marks)
