"""Files of data as an office sends them: payrolls, homes, and one in a wrong unit."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from admission.models import Figures
from admission.services import deliveries
from tests import make

AT = datetime(2026, 7, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
JUNE, MAY = date(2026, 6, 30), date(2026, 5, 31)
STRANGER = "11010519491231002X"
PAYROLL = "证件号码,数据日期,近6月月均代发(元),近12月代发月数,代发单位"
HOMES = "证件号码,数据日期,不动产单元号,登记日期,抵押登记日期,查封,异议登记"


def number(who):
    return who if isinstance(who, str) else who.id_number


def paid(who, amount=4200, day=JUNE, months=12):
    return f"{number(who)},{day},{amount},{months},云台小学"


def home(who, unit, day=JUNE, mortgaged="", sealed="否"):
    return f"{number(who)},{day},{unit},2020-03-01,{mortgaged},{sealed},否"


def text(*rows, head=PAYROLL, title="# 合成数据"):
    return "\n".join([title, head, *rows, ""]).encode()


def bring(*rows, head=PAYROLL, at=AT, actor=None, name="payroll.csv", **given):
    content = text(*rows, head=head)
    return deliveries.import_content(content, name=name, actor=actor, at=at, **given)


def figures_of(customer, kind="payroll"):
    return Figures.objects.get(customer=customer, kind=kind)


def odd(actor):
    """Forty people, and a delivery of theirs in another unit than the one before."""
    people = [make.customer() for _ in range(40)]
    bring(*(paid(each, amount=4000 + n, day=MAY) for n, each in enumerate(people)))
    made = bring(*(paid(each, amount=f"0.{40 + n}") for n, each in enumerate(people)), actor=actor)
    return people, made
