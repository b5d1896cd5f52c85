"""Features of property and business: real estate, business registry."""

from datetime import date

import polars as pl

from admission.features.parts import (
    any_of,
    count_of,
    least_of,
    most_of,
    sum_of,
    worst_of,
)
from admission.features.registry import feature
from admission.features.windows import after, months_since

NO_BUSINESS = "无"
LIVE = "在营"
STANDINGS = ("吊销", "注销", "异常", LIVE)
ROLES = ("法人", "股东", "个体经营者", NO_BUSINESS)
RUNNING = ("法人", "个体经营者")
RESIDENTIAL = "住宅"
NO_HOME = "无"
TOWN, TOWNSHIP, COUNTRYSIDE = "城区", "乡镇", "农村"
ZONES = (TOWN, TOWNSHIP, COUNTRYSIDE)
"""Where a home may stand, from the county town outwards."""
OF_WEIGHT = 0.25
"""The share of a company from which on its shareholder counts as tied to it."""
_each = pl.element().struct.field
_homes, _businesses = pl.col("homes"), pl.col("businesses")


@feature(source="real_estate", unit="homes", zh="房产套数")
def re_cnt() -> pl.Expr:
    """Registered homes of the person."""
    return pl.col("homes").list.len().cast(pl.Int64)


@feature(source="real_estate", unit="word", zh="房产所在区域", choices=(*ZONES, NO_HOME))
def re_zone() -> pl.Expr:
    """The zone nearest to town in which a home of the person stands, 无 without one.

    A home whose register names no zone may stand in town: beside it only 城区 is known.
    """
    return worst_of(_homes, _each("zone"), ZONES, NO_HOME)


@feature(source="real_estate", unit="flag", zh="不动产查封")
def re_seal_flag() -> pl.Expr:
    """Whether any home is sealed by a court."""
    return any_of(_homes, _each("sealed"))


@feature(source="real_estate", unit="homes", zh="被查封房产套数")
def re_sealed_cnt() -> pl.Expr:
    """Homes that a court has sealed; where all are, whatever is mortgaged is sealed."""
    return count_of(_homes, _each("sealed"))


@feature(source="real_estate", unit="flag", zh="不动产异议或居住权")
def re_dispute_flag() -> pl.Expr:
    """Whether an objection or somebody's right of residence is noted on any home."""
    return any_of(_homes, _each("dispute"))


@feature(source="real_estate", unit="months", zh="最近一套持有月数")
def re_hold_months(as_of: date) -> pl.Expr:
    """Natural months since the newest home was registered; None without a home."""
    newest = most_of(_homes, _each("registered_on"))
    return months_since(newest.str.to_date(), as_of)


@feature(source="real_estate", unit="cases", window="12m", zh="近12月新设抵押数")
def re_new_mortgage_12m(as_of: date) -> pl.Expr:
    """Mortgages registered in the last twelve calendar months on any home."""
    recent = pl.element() > after(as_of, 12)
    return sum_of(_homes, count_of(_each("mortgaged_on"), recent))


@feature(
    source="business_registry", unit="word", zh="经营主体状态", choices=(NO_BUSINESS, *STANDINGS)
)
def biz_status() -> pl.Expr:
    """The worst standing among the person's businesses, 无 without any."""
    return worst_of(_businesses, _each("status"), STANDINGS, NO_BUSINESS)


@feature(source="business_registry", unit="flag", zh="有在营主体")
def biz_live() -> pl.Expr:
    """Whether some business of the person is running, whatever became of others."""
    return any_of(_businesses, _each("status") == LIVE)


@feature(source="business_registry", unit="flag", zh="经营异常名录")
def biz_abn_flag() -> pl.Expr:
    """Whether any business is on the list of abnormal operations."""
    return any_of(_businesses, _each("abnormal"))


@feature(source="business_registry", unit="times", window="12m", zh="近12月行政处罚次数")
def biz_punish_12m() -> pl.Expr:
    """Administrative punishments of the last twelve months, all businesses together."""
    return sum_of(_businesses, _each("punishments_12m"))


@feature(source="business_registry", unit="times", window="6m", zh="近6月工商变更次数")
def biz_chg_6m() -> pl.Expr:
    """Changes of legal person or shareholders in six months, all businesses together."""
    return sum_of(_businesses, _each("changes_6m"))


@feature(source="business_registry", unit="months", zh="主体成立月数")
def biz_age_months(as_of: date) -> pl.Expr:
    """Natural months since the oldest business was founded; None without a business."""
    oldest = least_of(_businesses, _each("established_on"))
    return months_since(oldest.str.to_date(), as_of)


@feature(source="real_estate", unit="homes", zh="住宅套数")
def re_cnt_res() -> pl.Expr:
    """Registered homes that are for living in."""
    return count_of(_homes, _each("usage") == RESIDENTIAL)


@feature(source="real_estate", unit="m2", zh="建筑面积合计")
def re_area() -> pl.Expr:
    """Floor area of all registered homes; 0 without one."""
    return sum_of(_homes, _each("area_m2"))


@feature(source="real_estate", unit="yuan", zh="房产估值合计")
def re_value_est() -> pl.Expr:
    """What all registered homes are worth as the registry or a valuer puts it; 0 without one."""
    return sum_of(_homes, _each("value"))


@feature(source="real_estate", unit="yuan", zh="房产净值", needs=("re_value_est", "re_mort_amt"))
def re_net_value() -> pl.Expr:
    """Worth of the homes less what mortgages still secure on them."""
    return pl.col("re_value_est") - pl.col("re_mort_amt")


@feature(source="real_estate", unit="homes", zh="已抵押套数")
def re_mort_cnt() -> pl.Expr:
    """Homes on which a mortgage secures a debt."""
    return count_of(_homes, _each("mortgage") > 0)


@feature(source="real_estate", unit="yuan", zh="被担保债权余额")
def re_mort_amt() -> pl.Expr:
    """Debts that mortgages on the homes secure; 0 without one."""
    return sum_of(_homes, _each("mortgage"))


@feature(source="real_estate", unit="ratio", zh="产权份额")
def re_share() -> pl.Expr:
    """The person's smallest share of any home; None without a home."""
    return least_of(_homes, _each("share"))


@feature(source="real_estate", unit="ratio", zh="综合抵押率", needs=("re_value_est", "re_mort_amt"))
def re_ltv_now() -> pl.Expr:
    """Debts secured by the homes, of their worth; None without a home of known worth."""
    worth = pl.col("re_value_est")
    return pl.when(worth > 0).then(pl.col("re_mort_amt") / worth)


@feature(source="business_registry", unit="word", zh="经营身份", choices=ROLES)
def biz_role() -> pl.Expr:
    """What the person is to a business, 无 without any."""
    return pl.col("role")


@feature(source="business_registry", unit="yuan", zh="实缴资本")
def biz_capital() -> pl.Expr:
    """Capital paid into the person's businesses; None where no registry names any."""
    capital = _each("paid_in_capital")
    return _businesses.list.agg(pl.when(capital.count() > 0).then(capital.sum()))


@feature(source="business_registry", unit="ratio", zh="持股比例")
def biz_share() -> pl.Expr:
    """The person's largest share of a business; None without one."""
    return _businesses.list.agg(_each("share").max())


@feature(source="business_registry", unit="businesses", zh="关联企业数")
def biz_linked_cnt() -> pl.Expr:
    """Businesses that the person runs, or of which a quarter or more is theirs.

    A business whose shares are not known counts: the registry names the person for it. Whoever runs
    one, however small their share, is tied to one at least.
    """
    tied = (_each("share") >= OF_WEIGHT) | _each("share").is_null()
    runs = pl.col("role").is_in(RUNNING) & (_businesses.list.len() > 0)
    held = _businesses.list.agg(tied.sum()).cast(pl.Int64)
    return pl.when(runs & (held == 0)).then(1).otherwise(held)


@feature(source="business_registry", unit="word", zh="行业门类")
def biz_industry() -> pl.Expr:
    """Section of GB/T 4754 of the first business; None without one."""
    return _businesses.list.agg(_each("industry").first())


@feature(source="valuers", unit="yuan", zh="评估机构房产估值")
def value_assessed() -> pl.Expr:
    """What valuers say the person's homes are worth, of each home the lower estimate."""
    return pl.col("value")


@feature(source="valuers", unit="ratio", zh="评估机构估值差异")
def value_spread() -> pl.Expr:
    """How far valuers are apart, 0 to 1 of the higher estimate; None without a home."""
    return pl.col("spread")
