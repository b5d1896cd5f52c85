"""The bank's own tables 机构、人员、区划: which they are, and what may be wrong with a line.

Small tables, a line at a time: what a line leads to is looked up among those already sound.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from village.roster import clean
from village.roster.kinds import Column, Kind
from village.roster.reading import Delivery
from village.roster.refusals import SCHEMA

BRANCHES = Kind(
    "branches",
    (
        Column("code", ("网点代码", "机构代码"), needed=True),
        Column("name", ("名称", "网点名称", "机构名称"), needed=True),
        Column("above", ("上级代码", "上级网点代码", "上级机构代码"), needed=True),
        Column("town_code", ("镇代码", "乡镇代码")),
    ),
)
STAFF = Kind(
    "staff",
    (
        Column("username", ("工号", "员工号", "柜员号"), needed=True),
        Column("full_name", ("姓名", "员工姓名"), needed=True),
        Column("role", ("角色", "岗位"), needed=True),
        Column("branch", ("网点代码", "机构代码"), needed=True),
        Column("villages", ("管户村代码", "管户村"), needed=True),
    ),
)
AREAS = Kind(
    "areas",
    (
        Column("code", ("区划代码", "代码"), needed=True),
        Column("name", ("名称", "区划名称"), needed=True),
        Column("level", ("级别", "层级"), needed=True),
        Column("above", ("上级代码", "上级区划代码"), needed=True),
        Column("longitude", ("经度",)),
        Column("latitude", ("纬度",)),
    ),
)
KINDS = (BRANCHES, STAFF, AREAS)
"""In the order in which one leads to the next."""

COUNTY, TOWN, VILLAGE, GROUP = "county", "town", "village", "group"
LEVELS = {
    "县": COUNTY, "区": COUNTY, "市": COUNTY, "镇": TOWN, "乡": TOWN, "街道": TOWN,
    "村": VILLAGE, "社区": VILLAGE, "行政村": VILLAGE, "组": GROUP, "村民组": GROUP,
}  # fmt: skip
ROLES = {
    "客户经理": "customer_manager",
    "支行行长": "branch_president",
    "审批人": "approver",
    "风险管理员": "risk_officer",
    "产品经理": "product_manager",
    "贷后管理员": "post_loan_officer",
    "审计员": "auditor",
    "系统管理员": "administrator",
}
"""How the bank's tables may call a role; its own name is understood too."""
LONGEST_CODE = {COUNTY: 6, TOWN: 9, VILLAGE: 12, GROUP: 14}
LONGEST_TOWN_CODE, LONGEST_BRANCH, LONGEST_USERNAME = 12, 20, 30
LONGEST_NAME = {"branches": 60, "staff": 40, "areas": 40}
EAST, NORTH = (73.0, 136.0), (3.0, 54.0)
_BRANCH_CODE = re.compile(r"[0-9A-Za-z_-]+")
_USERNAME = re.compile(r"[\w.@+-]+")
_DIGITS = re.compile(r"\d+")
_VILLAGE = re.compile(r"\d{12}")
_BETWEEN = re.compile(r"[;；,，、\s]+")
_DEGREES = re.compile(r"\d{1,3}(\.\d+)?")


@dataclass(slots=True)
class Lines:
    """The lines of one table that are sound so far, and what is wrong with the others."""

    sound: list["Line"]
    faults: list[tuple[int, str, str, str]] = field(default_factory=list)

    def refuse(self, line: "Line", name: str, code: str, detail: str = "") -> None:
        """Take a line out, saying which field is wrong and why."""
        self.faults.append((line.number, name, code, detail))
        self.sound = [each for each in self.sound if each is not line]

    def refused(self, faulty: pl.DataFrame) -> pl.DataFrame:
        """Every fault in the shape of all refusals; of lines that are no rows nothing else."""
        own = pl.DataFrame(self.faults, schema=SCHEMA, orient="row")
        return pl.concat([faulty, own.join(faulty.select("line"), on="line", how="anti")])


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table; cells by our names, plain, empty where nothing was written."""

    number: int
    cells: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells[name]

    @property
    def villages(self) -> list[str]:
        """The villages a member of staff is given."""
        return [each for each in _BETWEEN.split(self["villages"]) if each]


def read(delivery: Delivery) -> Lines:
    """The lines of a table with all that can be told wrong without the register."""
    lines = Lines(list(_lines(delivery)))
    no_rows = set(delivery.faulty["line"].to_list())
    lines.sound = [each for each in lines.sound if each.number not in no_rows]
    check = {"branches": _branch, "staff": _member, "areas": _area}[delivery.kind.name]
    first: dict[str, int] = {}
    key = delivery.kind.columns[0].name
    for line in list(lines.sound):
        found = _missing(line, delivery.kind) or check(line)
        if not found and line[key] in first:
            found = (key, "repeats", str(first[line[key]]))
        if found:
            lines.refuse(line, *found)
        else:
            first[line[key]] = line.number
    return lines


def _lines(delivery: Delivery) -> Iterator[Line]:
    words = {"name", "full_name", "role", "level", "villages"}
    plain = delivery.fields.with_columns(
        (clean.words if each.name in words else clean.code)(delivery.fields[each.name])
        for each in delivery.kind.columns
    )
    for cells in plain.iter_rows(named=True):
        number = cells.pop("line")
        yield Line(number, {name: text or "" for name, text in cells.items()})


Found = tuple[str, str, str] | None


def _missing(line: Line, kind: Kind) -> Found:
    may_be_empty = {"above", "villages"}
    for each in kind.columns:
        if each.needed and each.name not in may_be_empty and not line[each.name]:
            return each.name, "missing", ""
    name = "full_name" if kind is STAFF else "name"
    if len(line[name]) > LONGEST_NAME[kind.name]:
        return name, "too_long", str(LONGEST_NAME[kind.name])
    return None


def _branch(line: Line) -> Found:
    if not _BRANCH_CODE.fullmatch(line["code"]):
        return "code", "code_form", line["code"]
    for name, most in (("code", LONGEST_BRANCH), ("town_code", LONGEST_TOWN_CODE)):
        if len(line[name]) > most:
            return name, "too_long", str(most)
    return None


def _member(line: Line) -> Found:
    if not _USERNAME.fullmatch(line["username"]):
        return "username", "code_form", line["username"]
    if len(line["username"]) > LONGEST_USERNAME:
        return "username", "too_long", str(LONGEST_USERNAME)
    role = role_of(line["role"])
    if role is None:
        return "role", "unknown_word", line["role"]
    if line.villages and role != "customer_manager":
        return "villages", "walks_no_village", ""
    wrong = next((each for each in line.villages if not _VILLAGE.fullmatch(each)), None)
    return None if wrong is None else ("villages", "village_form", wrong)


def role_of(said: str) -> str | None:
    """The role that a table means."""
    return said if said in ROLES.values() else ROLES.get(said)


def _area(line: Line) -> Found:
    level = LEVELS.get(line["level"])
    if level is None:
        return "level", "unknown_word", line["level"]
    if not _DIGITS.fullmatch(line["code"]):
        return "code", "code_form", line["code"]
    if len(line["code"]) > LONGEST_CODE[level]:
        return "code", "too_long", str(LONGEST_CODE[level])
    return _place(line)


def _place(line: Line) -> Found:
    places = {"longitude": EAST, "latitude": NORTH}
    for name, (low, high) in places.items():
        if line[name] and not _DEGREES.fullmatch(line[name]):
            return name, "no_number", line[name]
        if line[name] and not low <= float(line[name]) <= high:
            return name, "no_place", line[name]
    for name, other in (("longitude", "latitude"), ("latitude", "longitude")):
        if line[other] and not line[name]:
            return name, "half_place", ""
    return None
