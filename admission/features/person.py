"""Features of the person and the household: carrier, sanctions desk, the bank's own files."""

from datetime import date

import polars as pl

from admission.features.registry import feature
from admission.features.windows import full_years

WHITE, GREY, BLACK, UNLISTED = "白", "灰", "黑", "无"
MARITAL = ("未婚", "已婚", "离异", "丧偶")
LOAN_CLASSES = ("正常", "关注", "次级", "可疑", "损失", "无")


@feature(source="phone", unit="flag", zh="手机号实名相符")
def phone_name_match() -> pl.Expr:
    """Whether the carrier has the number under this person's name."""
    return pl.col("name_match")


@feature(source="phone", unit="months", zh="手机号在网月数")
def phone_online_months() -> pl.Expr:
    """Months the number has been in use."""
    return pl.col("online_months")


@feature(source="aml", unit="flag", zh="反洗钱名单命中")
def aml_list_hit() -> pl.Expr:
    """Whether the person stands on a sanctions list."""
    return pl.col("list_hit")


@feature(source="aml", unit="word", zh="反洗钱风险等级", choices=("低", "中", "高", "禁止"))
def aml_risk_grade() -> pl.Expr:
    """The grade the anti-money-laundering desk gave the customer."""
    return pl.col("risk_grade")


@feature(source="own_loans", unit="yuan", zh="本行贷款余额")
def loan_bal() -> pl.Expr:
    """Principal owed to this bank; 0 for whoever owes none."""
    return pl.col("balance")


@feature(
    source="own_loans", unit="word", window="24m", zh="近24月最差五级分类", choices=LOAN_CLASSES
)
def loan_class5_worst_24m() -> pl.Expr:
    """The worst class this bank gave the person's loans in 24 months, 无 without loans."""
    return pl.col("worst_class_24m")


@feature(source="own_loans", unit="flag", zh="核销未清")
def loan_writeoff_flag() -> pl.Expr:
    """Whether this bank wrote a loan off that is still owed."""
    return pl.col("written_off")


@feature(source="lists", unit="word", zh="行内名单", choices=(WHITE, GREY, BLACK, UNLISTED))
def list_flag() -> pl.Expr:
    """The stricter of the person's and the household's list, 无 on none."""
    return pl.col("flag")


@feature(source="household", unit="years", zh="年龄")
def age(as_of: date) -> pl.Expr:
    """Full years of age."""
    return full_years(pl.col("born_on"), pl.lit(as_of))


@feature(source="household", unit="word", zh="申报婚姻状况", choices=MARITAL)
def marital_declared() -> pl.Expr:
    """Marital status as the household told the bank; None where it did not say."""
    return pl.col("marital")


@feature(source="household", unit="flag", zh="居住在服务区")
def residence_in_area() -> pl.Expr:
    """Whether the person lives in a village that the bank serves; not so once moved away."""
    return pl.col("lives_here")


@feature(source="household", unit="flag", zh="户籍在服务区")
def hukou_in_area() -> pl.Expr:
    """Whether the household is registered in a village that the bank serves."""
    return pl.col("registered_here")


@feature(source="household", unit="yuan", zh="家庭净资产")
def hv_net_asset() -> pl.Expr:
    """Worth less debts: what the newest visit found, else what the household declared."""
    return pl.col("net_worth")


@feature(source="household", unit="yuan", window="12m", zh="家庭年净收入")
def hv_net_income() -> pl.Expr:
    """Income less the cost of earning it, as the newest visit found; None before a visit."""
    return pl.col("surveyed_net_income")


@feature(source="household", unit="days", zh="距最近走访天数")
def hv_visit_days(as_of: date) -> pl.Expr:
    """Days since a manager last stood in the yard; None before the first visit."""
    return (pl.lit(as_of) - pl.col("visited_on")).dt.total_days()


@feature(source="household", unit="yuan", window="12m", zh="家庭申报年净收入")
def declared_net_income() -> pl.Expr:
    """Income less the cost of earning it, as the household itself declared."""
    return pl.col("declared_net_income")
