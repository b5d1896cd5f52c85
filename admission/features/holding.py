"""Features of products held and ways used, and of what managers note on their grids."""

import polars as pl

from admission.features.registry import feature

CHANNELS = ("手机银行", "柜面", "助农站点", "商户码", "客户经理")
SEASONS = ("春种型", "秋收型", "年末型", "均匀")
DECIDES = ("是", "共同", "否")
MEMBERSHIPS = ("党员", "合作社社员", "商会", "乡贤", "退役军人", "无")
CONTACTS = ("积极", "一般", "拒访", "失联")
CREDIT_GRADES = ("AAA", "AA", "A", "BBB", "BB", "B")


@feature(source="products", unit="flag", zh="持有社保卡")
def has_social_card() -> pl.Expr:
    """Whether the bank issued the person's social security card."""
    return pl.col("social_card")


@feature(source="products", unit="flag", zh="水电代缴")
def has_bill_pay() -> pl.Expr:
    """Whether the bank pays water and electricity bills for the person."""
    return pl.col("bill_pay")


@feature(source="products", unit="flag", zh="持有理财")
def has_wealth() -> pl.Expr:
    """Whether the person holds a wealth product."""
    return pl.col("wealth")


@feature(source="products", unit="flag", zh="持有保险")
def has_insurance() -> pl.Expr:
    """Whether the person holds an insurance sold by the bank."""
    return pl.col("insurance")


@feature(source="products", unit="flag", zh="持有贵金属")
def has_gold() -> pl.Expr:
    """Whether the person holds precious metals through the bank."""
    return pl.col("gold")


@feature(source="products", unit="flag", zh="持有大额存单")
def has_large_deposit() -> pl.Expr:
    """Whether the person holds a large certificate of deposit."""
    return pl.col("large_deposit")


@feature(source="products", unit="word", window="180d", zh="主要渠道", choices=CHANNELS)
def main_channel() -> pl.Expr:
    """The channel through which most movements of 180 days came."""
    return pl.col("main_channel")


@feature(source="products", unit="word", window="24m", zh="资金季节型", choices=SEASONS)
def money_season() -> pl.Expr:
    """The season in which most money goes out over 24 months, 均匀 where none stands out."""
    return pl.col("season")


@feature(source="products", unit="word", zh="所在商圈")
def market() -> pl.Expr:
    """The market in which the person trades, as the roster of markets has it."""
    return pl.col("market")


@feature(source="grid", unit="word", zh="财务决策", choices=DECIDES)
def decides_money() -> pl.Expr:
    """Whether the person decides on the household's money, as the manager found."""
    return pl.col("decides_money")


@feature(source="grid", unit="word", zh="社团归属", choices=MEMBERSHIPS)
def membership() -> pl.Expr:
    """What the person belongs to, as the manager noted."""
    return pl.col("membership")


@feature(source="grid", unit="word", zh="触达情况", choices=CONTACTS)
def contact_response() -> pl.Expr:
    """How the person answered the last three contacts."""
    return pl.col("contact")


@feature(source="grid", unit="flag", zh="返乡创业")
def returned_to_start() -> pl.Expr:
    """Whether the person came home to start a business."""
    return pl.col("returned")


@feature(source="grid", unit="flag", zh="脱贫户")
def out_of_poverty() -> pl.Expr:
    """Whether the household was registered as poor and no longer is."""
    return pl.col("out_of_poverty")


@feature(source="farmer_credit", unit="word", zh="农户信用等级", choices=CREDIT_GRADES)
def farmer_credit_grade() -> pl.Expr:
    """The grade that the county's credit information system gives the farmer."""
    return pl.col("credit_grade")


@feature(source="household", unit="word", zh="归属网格")
def grid_name() -> pl.Expr:
    """The grid to which the household's village belongs."""
    return pl.col("grid")


@feature(source="household", unit="word", zh="归属支行/客户经理")
def served_by() -> pl.Expr:
    """Branch and customer manager of that grid."""
    return pl.col("served_by")
