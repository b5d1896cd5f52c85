"""Features of property and business: real estate, business registry."""

from datetime import date

import polars as pl

from admission.features.registry import feature
from admission.features.windows import after, months_since

NO_BUSINESS = "无"
STANDINGS = ("吊销", "注销", "异常", "在营")
_each = pl.element().struct.field


@feature(source="real_estate", unit="homes", zh="房产套数")
def re_cnt() -> pl.Expr:
    """Registered homes of the person."""
    return pl.col("homes").list.len().cast(pl.Int64)


@feature(source="real_estate", unit="flag", zh="不动产查封")
def re_seal_flag() -> pl.Expr:
    """Whether any home is sealed by a court."""
    return pl.col("homes").list.eval(_each("sealed")).list.any()


@feature(source="real_estate", unit="flag", zh="不动产异议或居住权")
def re_dispute_flag() -> pl.Expr:
    """Whether an objection or somebody's right of residence is noted on any home."""
    return pl.col("homes").list.eval(_each("dispute")).list.any()


@feature(source="real_estate", unit="months", zh="最近一套持有月数")
def re_hold_months(as_of: date) -> pl.Expr:
    """Natural months since the newest home was registered; None without a home."""
    newest = pl.col("homes").list.eval(_each("registered_on").str.to_date()).list.max()
    return months_since(newest, as_of)


@feature(source="real_estate", unit="cases", window="12m", zh="近12月新设抵押数")
def re_new_mortgage_12m(as_of: date) -> pl.Expr:
    """Mortgages registered in the last twelve calendar months on any home."""
    days = pl.col("homes").list.eval(_each("mortgaged_on").explode())
    recent = days.list.filter(pl.element() > after(as_of, 12))
    return recent.list.len().cast(pl.Int64)


@feature(
    source="business_registry", unit="word", zh="经营主体状态", choices=(NO_BUSINESS, *STANDINGS)
)
def biz_status() -> pl.Expr:
    """The worst standing among the person's businesses, 无 without any."""
    standings = pl.col("businesses").list.eval(_each("status"))
    worst = pl.when(standings.list.contains(STANDINGS[0])).then(pl.lit(STANDINGS[0]))
    for standing in STANDINGS[1:]:
        worst = worst.when(standings.list.contains(standing)).then(pl.lit(standing))
    return worst.when(standings.list.len() == 0).then(pl.lit(NO_BUSINESS))


@feature(source="business_registry", unit="flag", zh="经营异常名录")
def biz_abn_flag() -> pl.Expr:
    """Whether any business is on the list of abnormal operations."""
    return pl.col("businesses").list.eval(_each("abnormal")).list.any()


@feature(source="business_registry", unit="times", window="12m", zh="近12月行政处罚次数")
def biz_punish_12m() -> pl.Expr:
    """Administrative punishments of the last twelve months, all businesses together."""
    return pl.col("businesses").list.eval(_each("punishments_12m")).list.sum()


@feature(source="business_registry", unit="times", window="6m", zh="近6月工商变更次数")
def biz_chg_6m() -> pl.Expr:
    """Changes of legal person or shareholders in six months, all businesses together."""
    return pl.col("businesses").list.eval(_each("changes_6m")).list.sum()


@feature(source="business_registry", unit="months", zh="主体成立月数")
def biz_age_months(as_of: date) -> pl.Expr:
    """Natural months since the oldest business was founded; None without a business."""
    oldest = pl.col("businesses").list.eval(_each("established_on").str.to_date()).list.min()
    return months_since(oldest, as_of)
