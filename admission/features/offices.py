"""Features from government offices: police, courts, government lists, civil affairs."""

from datetime import date

import polars as pl

from admission.features.registry import feature
from admission.features.windows import months_since

NOT_LISTED = "无"
POLICE_LISTS = ("涉毒", "涉赌", "涉黑恶", "在逃", "涉邪教", "涉非法集资")
GOVERNMENT_LISTS = ("重大税收违法", "拖欠农民工工资失信", "市场监管严重违法失信", "骗取财政补贴")
MARITAL = ("未婚", "已婚", "离异", "丧偶")


@feature(source="police", unit="flag", zh="姓名与证件号码相符")
def police_id_match() -> pl.Expr:
    """Whether the police know this name under this ID number."""
    return pl.col("id_match")


@feature(source="police", unit="word", zh="人口状态", choices=("正常", "死亡", "注销"))
def police_person_status() -> pl.Expr:
    """Whether the register of residents has the person as living."""
    return pl.col("person_status")


@feature(source="police", unit="word", zh="户籍地区县代码")
def hukou_area() -> pl.Expr:
    """The county in which the police have the person registered, six digits of the area code.

    None where they do not say; where an ID number was first issued says nothing about it.
    """
    return pl.col("hukou_area").str.extract(r"^(\d{6})")


@feature(source="police", unit="word", zh="公安特殊名单", choices=(NOT_LISTED, *POLICE_LISTS))
def gov_police_list() -> pl.Expr:
    """The kind of special listing, 无 where there is none; never the case file."""
    return pl.col("list_type")


@feature(source="police", unit="day", zh="公安名单到期日")
def police_list_expire() -> pl.Expr:
    """The last day of the listing; None where there is no listing or no end to it."""
    return pl.col("list_expires_on")


@feature(source="police", unit="flag", zh="涉诈或断卡")
def gov_fraud_card() -> pl.Expr:
    """Whether the person's accounts or cards served a telecom fraud."""
    return pl.col("fraud_card")


@feature(source="courts", unit="flag", zh="失信被执行人")
def gov_dishonest() -> pl.Expr:
    """Whether a court lists the person as a dishonest judgment debtor."""
    return pl.col("dishonest")


@feature(source="courts", unit="flag", zh="限制高消费")
def gov_consume_limit() -> pl.Expr:
    """Whether a court forbids the person high consumption."""
    return pl.col("consumption_limit")


@feature(source="courts", unit="yuan", zh="未结被执行金额")
def gov_exec_open_amt() -> pl.Expr:
    """What courts are still enforcing against the person."""
    return pl.col("open_enforcement")


@feature(source="courts", unit="cases", window="24m", zh="近24月借贷纠纷被告")
def gov_suit_def_24m() -> pl.Expr:
    """Loan disputes of the last 24 months in which the person is the defendant."""
    return pl.col("defendant_24m")


@feature(source="courts", unit="word", zh="民事行为能力", choices=("完全", "限制", "无"))
def court_capacity() -> pl.Expr:
    """Legal capacity as a court has declared it; full where no court ever has."""
    return pl.col("capacity")


@feature(
    source="government", unit="word", zh="政务严重失信名单", choices=(NOT_LISTED, *GOVERNMENT_LISTS)
)
def gov_gov_risk() -> pl.Expr:
    """The kind of serious-dishonesty list of the government, 无 where there is none."""
    return pl.col("risk_type")


@feature(source="civil_affairs", unit="word", zh="民政婚姻状况", choices=MARITAL)
def gov_marital() -> pl.Expr:
    """Marital status as registered."""
    return pl.col("status")


@feature(source="civil_affairs", unit="months", zh="最近离婚距今月数")
def gov_divorce_months(as_of: date) -> pl.Expr:
    """Natural months since the registered divorce; None for whoever is not divorced."""
    return pl.when(pl.col("status") == "离异").then(months_since(pl.col("changed_on"), as_of))


@feature(source="civil_affairs", unit="flag", zh="低保特困标志", decides=False)
def gov_dibao() -> pl.Expr:
    """Whether the person receives social assistance. It supports a customer, and refuses nobody."""
    return pl.col("dibao")
