"""Which files a bank receives about a village, and the headings by which each is known."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from village.roster import units


@dataclass(frozen=True, slots=True)
class Column:
    """One column: our name for it and the headings under which it arrives, the usual one first.

    ``is_money`` where its figures are amounts, which come in 元 or in 万元.
    """

    name: str
    headings: tuple[str, ...]
    needed: bool = False
    is_money: bool = False

    @property
    def heading(self) -> str:
        """What it is called when we speak of it."""
        return self.headings[0]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file. It is recognised by the ``needed`` columns and ``at_least`` so many."""

    name: str
    columns: tuple[Column, ...]
    at_least: int = 1

    def heading(self, name: str) -> str:
        """The usual heading of a column."""
        return next(each.heading for each in self.columns if each.name == name)


_ID = ("证件号码", "身份证号", "身份证号码", "证件号", "公民身份号码")
_NUMBER = ("户号", "户编号", "家庭编号", "农户编号")

ROSTER = Kind(
    "roster",
    (
        Column("household_number", _NUMBER, needed=True),
        Column("village_code", ("村代码", "村编码", "行政村代码", "区划代码"), needed=True),
        Column("group", ("组号", "村民组", "组代码", "组别", "小组")),
        Column("role", ("与户主关系", "户主关系", "关系"), needed=True),
        Column("name", ("姓名", "成员姓名"), needed=True),
        Column("id_number", _ID, needed=True),
        Column("mobile", ("手机号码", "手机号", "联系电话", "电话", "联系方式", "手机")),
        Column("sex", ("性别",)),
        Column("born_on", ("出生日期", "出生年月日", "生日")),
        Column("education", ("学历", "文化程度")),
        Column("marital", ("婚姻状况", "婚姻")),
        Column("occupation", ("职业",)),
        Column("main_business", ("主营项目", "经营项目")),
        Column("state", ("居住状况", "居住情况", "人员状态")),
        Column("address", ("住址", "家庭住址", "地址")),
    ),
)
RELATIONS = Kind(
    "relations",
    (
        Column("id_number", _ID, needed=True),
        Column("other_id_number", ("关联证件号码", "关联人证件号码", "关联身份证号"), needed=True),
        Column("tie", ("关系", "关系类型"), needed=True),
    ),
)
LISTS = Kind(
    "lists",
    (
        Column("id_number", _ID, needed=True),
        Column("list", ("名单", "名单类型", "名单类别"), needed=True),
        Column("reason", ("原因", "列入原因", "事由")),
    ),
)
MONEY = (
    Column("house_value", ("住房价值(元)", "房屋价值"), is_money=True),
    Column("vehicle_value", ("车辆农机价值(元)", "车辆价值"), is_money=True),
    Column("income_year", ("家庭年收入(元)", "年收入"), is_money=True),
    Column("expense_year", ("家庭年支出(元)", "年支出"), is_money=True),
    Column("operating_cost_year", ("经营成本(元)", "年经营成本"), is_money=True),
    Column("debt", ("家庭负债(元)", "负债"), is_money=True),
    Column("private_debt", ("民间借款(元)", "民间借贷"), is_money=True),
)
AREAS = (
    Column("land_mu", ("承包地亩数", "承包地面积", "承包地")),
    Column("rented_land_mu", ("流转地亩数", "流转地面积", "流转地")),
)
HOUSEHOLDS = Kind(
    "households",
    (
        Column("household_number", _NUMBER, needed=True),
        *AREAS,
        *MONEY,
        Column("income_kind", ("收入主项", "主要收入来源")),
        Column("main_business", ("主营项目", "经营项目")),
    ),
    at_least=3,
)
POSITIONS = Kind(
    "positions",
    (
        Column("number", _NUMBER, needed=True),
        Column("longitude", ("经度",), needed=True),
        Column("latitude", ("纬度",), needed=True),
    ),
)
"""Where households stand; brought in at a door of its own, since it must say which datum."""
KINDS = (ROSTER, RELATIONS, LISTS, HOUSEHOLDS)


@dataclass(frozen=True, slots=True)
class Recognised:
    """A line of headings: what kind of file it opens, where each column stands, in which unit.

    ``place`` leads from our name of a column to its position; ``in_wan`` names the columns whose
    amounts are in 万元, ``unread`` the positions of those in a unit that we do not read.
    ``is_explained`` where somebody said so, column by column.
    """

    kind: Kind
    place: dict[str, int]
    in_wan: frozenset[str]
    unread: tuple[int, ...] = ()
    is_explained: bool = False


def recognise(
    headings: Sequence[str | None], kinds: Sequence[Kind] = KINDS, above: str = ""
) -> Recognised | None:
    """The kind of file that a line of headings opens; None when it is no such line.

    ``above`` is the title over them, which may name a unit for all amounts.
    """
    plain = [plain_heading(each or "") for each in headings]
    for kind in kinds:
        place: dict[str, int] = {}
        for column in kind.columns:
            known = {plain_heading(each) for each in column.headings}
            found = next((at for at, each in enumerate(plain) if each in known), None)
            if found is not None:
                place[column.name] = found
        understood = placed(kind, place, headings, above)
        if len(understood.place) >= kind.at_least and all(
            each.name in understood.place for each in kind.columns if each.needed
        ):
            return understood
    return None


def placed(
    kind: Kind,
    place: dict[str, int],
    headings: Sequence[str | None],
    above: str,
    *,
    is_explained: bool = False,
) -> Recognised:
    """Columns at their places, each amount in the unit that its own heading names, or the title.

    What is in another unit than 元 or 万元 is not read: it would be wrong by as many times.
    """
    said = {
        each.name: units.named(headings[place[each.name]] or "") or units.named_above(above)
        for each in kind.columns
        if each.is_money and each.name in place
    }
    in_wan = frozenset(name for name, unit in said.items() if unit == units.WAN)
    unread = {name for name, unit in said.items() if unit not in ("", units.YUAN, units.WAN)}
    return Recognised(
        kind,
        {name: at for name, at in place.items() if name not in unread},
        in_wan,
        tuple(sorted(place[each] for each in unread)),
        is_explained,
    )


def plain_heading(text: str) -> str:
    """A heading without spaces, stars and units, so that 住房价值（万元） is known too."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(text.split()).strip("*'\ufeff")
    return text.partition("(")[0]
