"""Roster files as villages send them, and what comes back to be corrected."""

import csv
import io
from datetime import date

import pytest

from core import documents
from tests import make
from village.services import rosters

DAY = date(2026, 6, 30)
HEADINGS = ["户号", "村代码", "组号", "与户主关系", "姓名", "证件号码", "手机号码", "出生日期"]


@pytest.fixture
def village():
    found = make.village(code="320723100200")
    make.Group.objects.create(village=found, code="32072310020001", name="一组")
    return found


def row(**given):
    """One good roster line, changed as asked."""
    born = given.pop("born", date(1978, 7, 13))
    made = {
        "户号": "H1",
        "村代码": "320723100200",
        "组号": "01",
        "与户主关系": "户主",
        "姓名": "王军民",
        "证件号码": make.id_number(born),
        "手机号码": "14064921791",
        "出生日期": born.isoformat(),
    }
    return made | given


def spouse(**given):
    return row(**{"与户主关系": "配偶", "姓名": "杨霞", "born": date(1979, 4, 8)} | given)


def table(*rows, headings=HEADINGS, above="", encoding="utf-8"):
    text = io.StringIO()
    writer = csv.DictWriter(text, headings)
    writer.writeheader()
    writer.writerows(rows)
    return (above + text.getvalue()).encode(encoding)


def bring(content, name="roster.csv"):
    return rosters.import_content(content, name=name, actor=None, as_of=DAY)


def returned(brought):
    """The correction file's rows, as somebody reads them in a spreadsheet."""
    text = documents.content(brought.refusals).decode("utf-8-sig")
    comment, _, rest = text.partition("\n")
    assert comment.startswith("#")
    return [
        {name: cell.strip("\t") for name, cell in each.items()}
        for each in csv.DictReader(io.StringIO(rest))
    ]


def faults(brought):
    return [(each["行号"], each["字段"], each["原因"]) for each in returned(brought)]


ID = make.id_number(serial=7)
