"""What a limit policy may name: the facts about a household, and the figures of the bank.

Amounts are fen in tables and yuan where staff write them. Labels are the field's own words.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import polars as pl

from core.expressions import Catalogue, Field, Kind

DTYPES = {
    Kind.BOOL: pl.Boolean(),
    Kind.INTEGER: pl.Int64(),
    Kind.DECIMAL: pl.Float64(),
    Kind.MONEY: pl.Int64(),
    Kind.TEXT: pl.String(),
}
WAN = 10_000_00  # fen in 万元


def _money(name: str, label: str, source: str, example: int) -> Field:
    return Field(name, Kind.MONEY, label, source, "元", example)


FACTS: tuple[Field, ...] = (
    _money("reviewed_limit", "评议额度", "评议", 6 * WAN),
    Field("review_points", Kind.DECIMAL, "评议平均得分", "评议", "分", 86.5),
    _money("surveyed_limit", "调查额度", "走访", 7 * WAN),
    Field("is_visited", Kind.BOOL, "已走访", "走访", "", True),
    _money("annual_net_income", "年净收入", "走访，未走访的取档案", 10 * WAN),
    _money("income_year", "申报年收入", "农户档案", 15 * WAN),
    _money("operating_cost_year", "申报年经营成本", "农户档案", 5 * WAN),
    _money("net_worth", "净资产", "农户档案", 40 * WAN),
    _money("house_value", "房产价值", "农户档案", 35 * WAN),
    _money("vehicle_value", "车辆价值", "农户档案", 5 * WAN),
    _money("deposit_avg_12m", "近12月日均存款", "存款", 2 * WAN),
    _money("other_credit_debt", "其他负债", "农户档案", 1 * WAN),
    _money("given_to_members", "家庭成员在本行线外贷款余额", "本行贷款", 1 * WAN),
    _money("given_to_borrower", "主借款人的其他授信与贷款", "本行贷款、贷款数据", 1 * WAN),
    Field("risk_band", Kind.TEXT, "风险等级", "评分，无评分时取政策", "", "B",
          ("A", "B", "C", "D", "E")),
    Field("admission", Kind.TEXT, "准入结论", "准入", "", "admit",
          ("admit", "notice", "manual", "wait", "refuse")),
    Field("is_blacklisted", Kind.BOOL, "黑名单", "评议、档案", "", False),
    Field("has_high_hit", Kind.BOOL, "命中高等级规则", "准入", "", False),
    Field("has_medium_hit", Kind.BOOL, "命中中等级规则", "准入", "", False),
    Field("hard_negative_reviewers", Kind.INTEGER, "指认硬性负面的评议员", "评议", "人", 0),
    Field("has_hard_negative_evidence", Kind.BOOL, "硬性负面已核实", "评议", "", False),
    Field("age", Kind.INTEGER, "主借款人年龄", "名册", "岁", 45),
    Field("age_at_maturity", Kind.INTEGER, "到期时年龄", "名册", "岁", 48),
    Field("line_months", Kind.INTEGER, "授信期限", "额度政策", "月", 36),
)  # fmt: skip
CATALOGUE = Catalogue(FACTS)
HOUSEHOLD_COLUMNS: dict[str, pl.DataType] = {each.name: DTYPES[each.kind] for each in FACTS}

# Worked out on the way, after the named formulas: caps may name the first four, conditions all.
COMBINED: tuple[Field, ...] = (
    _money("median", "三额度的中间值", "综合", 7 * WAN),
    _money("highest", "三额度的最高值", "综合", 8 * WAN),
    _money("lowest", "三额度的最低值", "综合", 6 * WAN),
    _money("combined", "综合额度（封顶前）", "综合", 7 * WAN),
)
LIMIT = _money("limit", "额度（封顶取整后）", "综合", 7 * WAN)


class Unit(StrEnum):
    """What a figure of the bank counts."""

    SHARE = "share"
    YUAN = "yuan"
    MONTHS = "months"
    YEARS = "years"
    TIMES = "times"
    PEOPLE = "people"
    INSTALMENTS = "instalments"
    BAND = "band"


@dataclass(frozen=True)
class Figure:
    """A figure of a policy: what it starts as, and between what it may lie.

    ``step`` is how finely calibration sets it; without one, calibration leaves it alone. Every
    policy names the ``needed`` ones; the others came later, and a policy of before goes on
    without.
    """

    name: str
    start: Decimal
    unit: Unit
    low: Decimal
    high: Decimal
    step: Decimal | None = None
    needed: bool = True


def _figure(
    name: str,
    start: str,
    unit: Unit,
    low: str,
    high: str,
    step: str | None = None,
    *,
    needed: bool = True,
) -> Figure:
    finest = None if step is None else Decimal(step)
    return Figure(name, Decimal(start), unit, Decimal(low), Decimal(high), finest, needed)


FIGURES: dict[str, Figure] = {
    each.name: each
    for each in (
        _figure("income_share", "0.5", Unit.SHARE, "0", "2", "0.001"),
        _figure("income_months_at_most", "36", Unit.MONTHS, "1", "120"),
        _figure("net_worth_share", "0.2", Unit.SHARE, "0", "1", "0.001"),
        _figure("deposit_share", "0.5", Unit.SHARE, "0", "2", "0.001"),
        _figure("model_scale", "1", Unit.TIMES, "0", "5", "0.001"),
        _figure("model_at_most", "300000", Unit.YUAN, "0", "10000000", "1000"),
        _figure("model_stretch", "1.2", Unit.TIMES, "0", "5", "0.001"),
        _figure("weight_reviewed", "0.3", Unit.SHARE, "0", "1"),
        _figure("weight_model", "0.3", Unit.SHARE, "0", "1"),
        _figure("weight_surveyed", "0.4", Unit.SHARE, "0", "1"),
        _figure("product_cap", "200000", Unit.YUAN, "0", "10000000", "1000"),
        _figure("household_cap", "300000", Unit.YUAN, "0", "10000000", "1000"),
        _figure("person_cap", "300000", Unit.YUAN, "0", "10000000", needed=False),
        _figure("income_share_for_debt", "0.5", Unit.SHARE, "0", "1", "0.001"),
        _figure("rounds_down_to", "1000", Unit.YUAN, "1", "100000"),
        _figure("pre_limit_share", "0.8", Unit.SHARE, "0", "1", "0.001"),
        _figure("pre_limit_at_most", "50000", Unit.YUAN, "0", "10000000", "1000"),
        _figure("widest_spread", "3", Unit.TIMES, "1", "100"),
        _figure("survey_over_median", "1.3", Unit.TIMES, "1", "100"),
        _figure("manual_above", "200000", Unit.YUAN, "0", "100000000"),
        _figure("hard_negative_reviewers_at_least", "2", Unit.PEOPLE, "1", "20"),
        _figure("oldest_at_maturity", "65", Unit.YEARS, "18", "120"),
        _figure("youngest", "18", Unit.YEARS, "18", "60"),
        _figure("line_months_at_most", "36", Unit.MONTHS, "1", "120"),
        _figure("line_months_at_least", "12", Unit.MONTHS, "1", "120"),
        _figure("keep_within", "0.2", Unit.SHARE, "0", "1", needed=False),
        _figure("raise_band_at_worst", "1", Unit.BAND, "1", "5", needed=False),
        _figure("raise_use_at_least", "0.5", Unit.SHARE, "0", "1", needed=False),
        _figure("raise_late_at_most", "0", Unit.INSTALMENTS, "0", "12", needed=False),
        _figure("raise_within", "0.3", Unit.SHARE, "0", "5", needed=False),
    )
}
WHOLE = {Unit.MONTHS, Unit.YEARS, Unit.PEOPLE, Unit.INSTALMENTS, Unit.BAND}
