"""Features of the person and the household: carrier, sanctions desk, the bank's own files."""

from datetime import date

import polars as pl

from admission.features.registry import feature
from admission.features.windows import DAY_NUMBERS_A_YEAR, day_number, full_years

WHITE, GREY, BLACK, UNLISTED = "白", "灰", "黑", "无"
ROLES = ("户主", "配偶", "子女", "父母", "孙子女", "兄弟姐妹", "其他")
STATES = ("常住", "外出", "迁出", "死亡")
AT_HOME = STATES[:2]
"""Who belongs to a household: whoever lives there or works away."""
WORKING_AGE = (18, 65)
"""Years of age between which somebody counts as a labourer, both included."""
MARITAL = ("未婚", "已婚", "离异", "丧偶")


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


@feature(source="household", unit="word", zh="服务区区县代码")
def service_area() -> pl.Expr:
    """The counties in which the bank serves villages, six digits each, joined by 、."""
    return pl.col("service_area")


@feature(source="household", unit="yuan", zh="家庭净资产")
def hv_net_asset() -> pl.Expr:
    """Worth less debts: what the newest visit found, else what the household declared."""
    return pl.col("net_worth")


@feature(source="household", unit="yuan", window="12m", zh="家庭年生活支出")
def hv_living_cost() -> pl.Expr:
    """What the household lives on in a year, as the newest visit found it."""
    return pl.col("surveyed_living_cost")


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


@feature(source="household", unit="people", zh="家庭人口")
def hv_hh_size() -> pl.Expr:
    """Members of the household who have neither moved away nor died."""
    return pl.col("members")


@feature(source="household", unit="people", zh="劳动力人数")
def hv_labor_cnt(as_of: date) -> pl.Expr:
    """Members of 18 to 65 years who live here or work away and are no students."""
    years = (day_number(as_of) - pl.element()) // DAY_NUMBERS_A_YEAR
    return pl.col("born_able").list.agg(years.is_between(*WORKING_AGE).sum()).cast(pl.Int64)


@feature(source="household", unit="yuan", zh="民间负债")
def hv_private_debt() -> pl.Expr:
    """What the household owes to private people, as it declared; no visit asks for them."""
    return pl.col("private_debt")


@feature(source="household", unit="word", zh="性别", choices=("男", "女"), decides=False)
def sex() -> pl.Expr:
    """Sex as the seventeenth digit of the ID number says."""
    return pl.col("sex")


@feature(source="household", unit="word", zh="家庭角色", choices=ROLES)
def household_role() -> pl.Expr:
    """What the person is to the head of the household."""
    return pl.col("role")


@feature(source="household", unit="word", zh="在村状态", choices=STATES)
def living_state() -> pl.Expr:
    """Whether the person lives here, works away, or has moved away."""
    return pl.col("state")


@feature(source="household", unit="word", zh="学历")
def education_declared() -> pl.Expr:
    """Education as the household's roster has it."""
    return pl.col("education")


@feature(source="household", unit="word", zh="申报职业")
def occupation_declared() -> pl.Expr:
    """Occupation as the household's roster has it."""
    return pl.col("occupation")


@feature(source="household", unit="word", zh="主营项目")
def main_business_declared() -> pl.Expr:
    """What the person, else the household, lives by, in the roster's words."""
    return pl.col("main_business")


@feature(source="household", unit="word", zh="主要收入类型")
def income_kind_declared() -> pl.Expr:
    """The household's main kind of income in the roster's words."""
    return pl.col("income_kind")


@feature(source="household", unit="yuan", zh="房屋价值(申报)")
def house_value_declared() -> pl.Expr:
    """What the household says its house is worth; 0 is none."""
    return pl.col("house_value")


@feature(source="household", unit="yuan", zh="车辆农机价值(申报)")
def vehicle_value_declared() -> pl.Expr:
    """What the household says its vehicles and machines are worth."""
    return pl.col("vehicle_value")


@feature(source="household", unit="mu", zh="承包地(申报)")
def land_mu_declared() -> pl.Expr:
    """Contracted land as the household declared it, mu."""
    return pl.col("land_mu")


@feature(source="household", unit="mu", zh="流转地(申报)")
def rented_land_mu_declared() -> pl.Expr:
    """Land rented in as the household declared it, mu."""
    return pl.col("rented_land_mu")


@feature(source="reviews", unit="people", window="batch", zh="有效评议人数")
def hv_review_valid() -> pl.Expr:
    """Neighbours of the newest sealed review who know the household and answered in full."""
    return pl.col("valid_sheets")


@feature(source="reviews", unit="score", window="batch", zh="评议平均分")
def hv_review_score() -> pl.Expr:
    """Mean points of a hundred of the valid sheets."""
    return pl.col("points")


@feature(source="reviews", unit="ratio", window="batch", zh="评议离散度")
def hv_review_disp() -> pl.Expr:
    """How far the amounts of the sheets that count lie apart: standard deviation over mean.

    None where fewer than two neighbours named one, and for reviews concluded before it was kept.
    """
    return pl.col("dispersion")


@feature(source="reviews", unit="times", window="batch", zh="负面评议票数")
def hv_review_neg() -> pl.Expr:
    """Times that a neighbour named one of the thirteen reasons against the household."""
    return pl.col("negatives")
