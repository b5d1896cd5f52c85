"""The files of data that core system, offices and bureaus deliver about a county's adults.

They stand in a folder of their own beside the county's other files, are drawn from streams of
chance of their own, and tell the same story as ``world.csv``. Deposits are a file of the county.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sandbox.county.chance import Flags, Numbers, Whole, money, nullable, pick, stream
from sandbox.county.deliveries_answers import ANSWERS, ANSWERS_FOLDER, LIST_FOLDER
from sandbox.county.deliveries_offices import MORE
from sandbox.county.truth import load_about, load_world
from sandbox.farming import MACHINES_PER_MU, NET_INCOME_PER_MU, operator_level

FOLDER = "deliveries"
NOTICE = "# 合成数据，非真实人员 SYNTHETIC DATA, no real persons — seed={seed}\n"
ENCODINGS = {"social_security": "gb18030", "real_estate": "gb18030"}
"""Offices whose systems still write the national encoding."""

ID, DAY = "证件号码", "数据日期"
_DAYS_A_MONTH = 30.4


class Adults:
    """Everybody of age in a county, as columns, with the day on which it is true."""

    def __init__(self, world: pl.DataFrame, seed: int, as_of: date) -> None:
        self.world, self.seed, self.as_of = world, seed, as_of
        self.count = world.height

    def chance(self, subject: str) -> np.random.Generator:
        """The chance of one class."""
        return stream(self.seed, f"delivery of {subject}")

    def values(self, name: str) -> NDArray:
        """One column of the truth."""
        return self.world[name].to_numpy()

    def known(self, name: str) -> Flags:
        """Of whom a column of the truth says something."""
        return self.world[name].is_not_null().to_numpy()

    def days_before(self, months: NDArray) -> NDArray[np.str_]:
        """Days so many months ago, in ISO."""
        back = (np.nan_to_num(months.astype(float)) * _DAYS_A_MONTH).astype("timedelta64[D]")
        return np.datetime_as_string(np.datetime64(self.as_of) - back)

    def file(self, who: Flags, columns: dict[str, NDArray | pl.Series]) -> pl.DataFrame:
        """The rows of ``who``: ID number, day, and the columns given."""
        told = {
            ID: self.world["id_number"],
            DAY: pl.repeat(self.as_of, self.count, eager=True),
            **columns,
        }
        return pl.DataFrame(told).filter(pl.Series(who))


def write_deliveries(county: Path) -> dict[str, int]:
    """Write all files of a county that was made; rows by class. Same county, same bytes."""
    adults = _adults(county)
    rows = _written(MADE, adults, Path(county) / FOLDER)
    return rows | _written(ANSWERS, adults, Path(county) / ANSWERS_FOLDER)


def write_answers_about(county: Path, id_numbers: Collection[str]) -> Path:
    """Write what the offices answer of the people on a list; the folder in which the files are."""
    folder = Path(county) / LIST_FOLDER
    _written(ANSWERS, _adults(county), folder, only=pl.col(ID).is_in(list(id_numbers)))
    return folder


def _adults(county: Path) -> Adults:
    about = load_about(county)["counts"]
    return Adults(load_world(county), about["seed"], date.fromisoformat(about["as_of"]))


def _written(
    classes: Mapping[str, Callable[[Adults], pl.DataFrame]],
    adults: Adults,
    folder: Path,
    only: pl.Expr | None = None,
) -> dict[str, int]:
    """Write one file a class; how many rows each has."""
    folder.mkdir(exist_ok=True)
    rows = {}
    for name, make in classes.items():
        table = make(adults) if only is None else make(adults).filter(only)
        text = table.with_columns(pl.col(pl.String).replace("", None)).write_csv()
        text = NOTICE.format(seed=adults.seed) + text
        encoded = text.encode(ENCODINGS.get(name, "utf-8"))
        (folder / f"{name}.csv").write_bytes(encoded)
        rows[name] = table.height
    return rows


def _yes(flags: Flags) -> NDArray[np.str_]:
    return np.where(flags, "是", "否")


def _numbered(rng: np.random.Generator, prefix: str, count: int) -> list[str]:
    """Numbers in order with gaps, as contracts and units have them."""
    serial = np.cumsum(rng.integers(1, 9, count))
    return [f"{prefix}{each:09d}" for each in serial]


def _loans(adults: Adults) -> pl.DataFrame:
    """Loans of this bank that were made before the platform: one person in twelve owes one."""
    rng = adults.chance("loans")
    z: Numbers = adults.values("z")
    age: Whole = adults.as_of.year - adults.world["born_on"].str.slice(0, 4).cast(int).to_numpy()
    who = (age <= 65) & (rng.random(adults.count) < 0.085)
    principal = np.maximum(money(rng, 50_000.0, 0.6, count=adults.count, step=1000), 5_000)
    months = rng.integers(1, 35, adults.count)
    left = np.round(principal * rng.uniform(0.2, 1.0, adults.count), -2).astype(np.int64)
    slipping = rng.random(adults.count) < 0.03 * np.exp(-0.8 * z)
    days = np.where(slipping, rng.integers(5, 120, adults.count), 0)
    return adults.file(
        who,
        {
            "借据号": np.array(_numbered(rng, "JD", adults.count)),
            "贷款金额(元)": principal,
            "贷款余额(元)": np.minimum(left, principal),
            "五级分类": np.select([days > 90, days > 0], ["次级", "关注"], default="正常"),
            "逾期天数": days,
            "核销未清": _yes(np.zeros(adults.count, dtype=bool)),
            "到期日": adults.days_before(-months),
        },
    )


def _e_banking(adults: Adults) -> pl.DataFrame:
    rng = adults.chance("e-banking")
    born = adults.world["born_on"].str.slice(0, 4).cast(int).to_numpy()
    uses = rng.random(adults.count) < np.interp(born, [1950, 1970, 1990], [0.08, 0.5, 0.9])
    logins = uses * rng.poisson(9, adults.count)
    sells = np.isin(adults.values("biz_role"), ("个体经营者", "法人"))
    year = sells * money(rng, 120_000.0, 0.7, count=adults.count)
    quarter = (year / 4 * rng.uniform(0.7, 1.2, adults.count)).astype(np.int64)
    before = (year / 4 * rng.uniform(0.8, 1.2, adults.count)).astype(np.int64)
    return adults.file(
        np.ones(adults.count, dtype=bool),
        {
            "手机银行": np.where(uses, "已开通", "未开通"),
            "近30天登录次数": logins,
            "近3月交易笔数": uses * rng.poisson(14, adults.count),
            "近12月收单金额(元)": year,
            "近3月收单金额(元)": quarter,
            "前3月收单金额(元)": before,
            "近90天设备关联人数": nullable(1 + rng.binomial(1, 0.03, adults.count), uses),
        },
    )


def _payroll(adults: Adults) -> pl.DataFrame:
    rng = adults.chance("payroll")
    paid = adults.known("tax_iit_income") & (rng.random(adults.count) < 0.6)
    income = np.nan_to_num(adults.values("income_true").astype(float))
    monthly = np.round(income / 12 * rng.uniform(0.85, 1.05, adults.count), -1).astype(np.int64)
    return adults.file(
        paid,
        {
            "近6月月均代发(元)": monthly,
            "近12月代发月数": np.where(rng.random(adults.count) < 0.85, 12, 7),
            "代发单位": adults.world["ss_employer"],
        },
    )


def _grid(adults: Adults) -> pl.DataFrame:
    rng = adults.chance("grid")
    walked = adults.values("is_head") & (rng.random(adults.count) < 0.7)
    wishes = ["无", "经营周转", "建房购房", "购置农机", "子女教育"]
    return adults.file(
        walked,
        {
            "常住本村": _yes(rng.random(adults.count) < 0.86),
            "近12月走访次数": rng.poisson(1.6, adults.count),
            "劳动力人数": 1 + rng.binomial(4, 0.4, adults.count),
            "金融需求": pick(rng, wishes, [5, 3, 1, 1, 1], adults.count),
            **_noted(adults),
        },
    )


def _noted(adults: Adults) -> dict[str, NDArray]:
    """What managers note of heads of households besides money."""
    rng, count = adults.chance("notes of grids"), adults.count
    member = ["党员", "合作社社员", "商会", "乡贤", "退役军人", "无"]
    return {
        "财务决策": pick(rng, ["是", "共同", "否"], [6, 3, 1], count),
        "社团归属": pick(rng, member, [8, 5, 1, 1, 3, 82], count),
        "触达情况": pick(rng, ["积极", "一般", "拒访", "失联"], [35, 55, 6, 4], count),
        "返乡创业": _yes(rng.random(count) < 0.03),
        "脱贫户": _yes(rng.random(count) < 0.04),
    }


def _products(adults: Adults) -> pl.DataFrame:
    """What people hold with the bank besides deposits and loans, and how they come to it."""
    rng, count = adults.chance("products"), adults.count
    z: Numbers = adults.values("z")
    rich = 1 / (1 + np.exp(3.2 - 0.8 * z))
    sells = np.isin(adults.values("biz_role"), ("个体经营者", "法人"))
    ways = ["手机银行", "柜面", "助农站点", "客户经理"]
    markets = ["县城建材市场", "农贸中心市场", "镇区商业街"]
    season = pick(rng, ["春种型", "秋收型", "年末型", "均匀"], [3, 3, 2, 4], count)
    return adults.file(
        np.ones(count, dtype=bool),
        {
            "社保卡": _yes(rng.random(count) < 0.62),
            "水电代缴": _yes(rng.random(count) < 0.18),
            "持有理财": _yes(rng.random(count) < rich),
            "持有保险": _yes(rng.random(count) < 0.5 * rich),
            "持有贵金属": _yes(rng.random(count) < 0.1 * rich),
            "持有大额存单": _yes(rng.random(count) < 0.4 * rich),
            "近180天主要渠道": np.where(
                sells & (rng.random(count) < 0.6), "商户码", pick(rng, ways, [45, 30, 20, 5], count)
            ),
            "资金季节型": season,
            "所在商圈": nullable(
                pick(rng, markets, [1, 2, 2], count), sells & (rng.random(count) < 0.3)
            ),
        },
    )


def _sunshine(adults: Adults) -> pl.DataFrame:
    """The lines of the first round of sunshine credit, years ago: rough, but theirs."""
    rng = adults.chance("sunshine credit")
    z: Numbers = adults.values("z")
    granted = adults.values("is_head") & (rng.random(adults.count) < 0.4)
    seen = z + 0.9 * rng.standard_normal(adults.count)
    grade = np.array(["C", "B", "A", "AA", "AAA"])[np.searchsorted([-1.5, -0.5, 0.5, 1.5], seen)]
    limit = np.clip(money(rng, 30_000 * np.exp(0.3 * seen), 0.3, step=1000), 5_000, 100_000)
    on = np.datetime64("2017-03-01") + rng.integers(0, 280, adults.count)
    return adults.file(
        granted,
        {
            "阳光授信额度(元)": limit,
            "阳光评级": grade,
            "授信日期": np.datetime_as_string(on),
            "曾经用信": _yes(rng.random(adults.count) < 0.35),
        },
    )


def _watch_lists(adults: Adults) -> pl.DataFrame:
    """Lists that the union and the courts hand down; the bank's own lists are a county's file."""
    rng = adults.chance("watch lists")
    court = adults.values("gov_dishonest").astype(bool)
    fraud = adults.values("gov_fraud_card").astype(bool)
    since = np.datetime64(adults.as_of) - rng.integers(30, 900, adults.count)
    return adults.file(
        court | fraud,
        {
            "名单类别": np.where(court, "黑名单", "灰名单"),
            "名单来源": np.where(court, "法院失信名单", "涉诈账户名单"),
            "列入原因": np.where(court, "失信被执行人", "账户涉嫌电信诈骗"),
            "列入日期": np.datetime_as_string(since),
        },
    )


def _social_security(adults: Adults) -> pl.DataFrame:
    world = adults.world
    return adults.file(
        world["ss_base_now"].is_not_null().to_numpy(),
        {
            "参保状态": world["ss_status"],
            "连续缴存月数": world["ss_cont_months"],
            "近12月社保缴费月数": world["ss_months_12"],
            "社保缴费基数(元)": world["ss_base_now"],
            "参保单位": world["ss_employer"],
            "参保类型": world["ss_resident_type"],
            "近12月平均社保基数(元)": (world["ss_base_now"] * 0.98).round(0).cast(pl.Int64),
            "12个月前社保基数(元)": (world["ss_base_now"] * 0.95).round(0).cast(pl.Int64),
            "近24月参保单位数": world["ss_employer_cnt_24m"],
        },
    )


def _provident_fund(adults: Adults) -> pl.DataFrame:
    world = adults.world
    monthly = (world["pf_base"] * world["pf_rate"] * 2).round(0).cast(pl.Int64)
    return adults.file(
        adults.known("pf_status"),
        {
            "公积金状态": world["pf_status"],
            "公积金连续缴存月数": world["pf_cont_months"],
            "近12月公积金缴存月数": world["pf_months_12"],
            "公积金月缴存额(元)": monthly,
            "个人缴存比例": world["pf_rate"],
            "单位缴存比例": world["pf_rate"],
            "公积金缴存基数(元)": world["pf_base"],
            "近12月公积金平均基数(元)": (world["pf_base"] * 0.98).round(0).cast(pl.Int64),
            "公积金账户余额(元)": world["pf_bal"],
            "单位性质": world["pf_employer_type"],
            "公积金贷款余额(元)": world["pf_loan_bal"],
        },
    )


def _real_estate(adults: Adults) -> pl.DataFrame:
    """One row a home; whoever has two has the second a little newer than the first."""
    rng = adults.chance("real estate")
    homes, area = adults.values("re_cnt"), np.nan_to_num(adults.values("re_area").astype(float))
    months = np.nan_to_num(adults.values("re_hold_months").astype(float))
    unit = np.array(_numbered(rng, "320723", adults.count))
    each = np.maximum(homes, 1)
    mortgaged = adults.values("re_mort_amt") > 0
    lately = adults.values("re_new_mortgage_12m") > 0
    since = np.where(lately, np.minimum(months, 6), months)

    def home(place: int) -> pl.DataFrame:
        newest = place == 0
        sealed = adults.values("re_seal_flag").astype(bool) & newest
        disputed = adults.values("re_dispute_flag").astype(bool) & newest
        return adults.file(
            homes > place,
            {
                "不动产单元号": np.char.add(unit, f"F{place + 1:04d}"),
                "登记日期": adults.days_before(months + 40 * place),
                "建筑面积": np.round(area / each, 1),
                "评估价值(元)": np.round(adults.values("re_value_est") / each).astype(np.int64),
                "抵押登记日期": nullable(adults.days_before(since), mortgaged & newest),
                "抵押债权余额(元)": adults.values("re_mort_amt") * newest,
                "查封": _yes(sealed),
                "异议登记": _yes(disputed),
                "规划用途": np.full(adults.count, "住宅"),
                "产权份额": np.ones(adults.count),
                "所在区域": adults.world["re_zone"],
            },
        )

    return pl.concat([home(0), home(1)])


def _enterprises(adults: Adults) -> pl.DataFrame:
    rng, world = adults.chance("enterprises"), adults.world
    number = np.array(_numbered(rng, "92320799MA", adults.count))
    return adults.file(
        adults.known("biz_status"),
        {
            "统一社会信用代码": number,
            "任职身份": world["biz_role"],
            "主体状态": world["biz_status"],
            "成立日期": adults.days_before(adults.values("biz_age_months")),
            "经营异常名录": _yes(adults.values("biz_abn_flag").astype(bool)),
            "近12月行政处罚次数": world["biz_punish_12m"],
            "近6月变更次数": world["biz_chg_6m"],
            "实缴资本(元)": world["biz_capital"],
            "持股比例": np.where(adults.values("biz_role") == "法人", 0.6, 1.0),
            "行业门类": world["biz_industry"],
        },
    )


def _agriculture(adults: Adults) -> pl.DataFrame:
    world = adults.world
    return adults.file(
        adults.values("is_head"),
        {
            "承包面积": world["agri_land_mu"],
            "流入面积": world["agri_land_in_mu"],
            "近12月农业补贴(元)": world["agri_subsidy_12m"],
            "主要作物": world["agri_crop_main"],
            "农业保险": _yes(adults.values("agri_insurance").astype(bool)),
            "连续领取补贴年数": world["agri_subsidy_years"],
            "亩均净收入(元)": world["agri_crop_main"].replace_strict(
                NET_INCOME_PER_MU, default=None, return_dtype=pl.Int64
            ),
            "存栏标准头": world["agri_stock_cnt"],
            "示范等级": _levels(world["agri_land_mu"] + world["agri_land_in_mu"]),
            "农机具估值(元)": (world["agri_land_in_mu"] * MACHINES_PER_MU).round(0).cast(pl.Int64),
        },
    )


def _tax(adults: Adults) -> pl.DataFrame:
    world = adults.world
    return adults.file(
        adults.known("tax_iit_income"),
        {
            "纳税信用等级": world["tax_grade"],
            "欠税": _yes(adults.values("tax_owe_flag").astype(bool)),
            "个税申报年收入(元)": world["tax_iit_income"],
            "近12月申报销售收入(元)": world["tax_sales_12m"],
            "前12月申报销售收入(元)": (world["tax_sales_12m"] / (1 + world["tax_sales_yoy"]))
            .round(0)
            .cast(pl.Int64),
            "近12月纳税额(元)": world["tax_paid_12m"],
            "近12月零申报月数": world["tax_zero_months"],
        },
    )


def _levels(farmed: pl.Series) -> pl.Series:
    """The level at which each farm is held up as a model."""
    return pl.Series([operator_level(mu, 0.0) for mu in farmed.fill_null(0)])


def _farmer_credit(adults: Adults) -> pl.DataFrame:
    rng = adults.chance("farmer credit")
    seen = adults.values("z_household") + 0.7 * rng.standard_normal(adults.count)
    grades = np.array(["B", "BB", "BBB", "A", "AA", "AAA"])
    grade = grades[np.searchsorted([-1.8, -1.0, -0.2, 0.7, 1.6], seen)]
    on = np.datetime64(adults.as_of) - rng.integers(30, 700, adults.count)
    return adults.file(
        adults.values("is_head") & (rng.random(adults.count) < 0.65),
        {
            "信用等级": grade,
            "信用评分": np.round(np.clip(620 + 70 * seen, 300, 900)),
            "信用村": _yes(rng.random(adults.count) < 0.3),
            "评定日期": np.datetime_as_string(on),
        },
    )


MADE: dict[str, Callable[[Adults], pl.DataFrame]] = {
    "loans": _loans,
    "e_banking": _e_banking,
    "products": _products,
    "payroll": _payroll,
    "grid": _grid,
    "sunshine_credit": _sunshine,
    "watch_lists": _watch_lists,
    "social_security": _social_security,
    "real_estate": _real_estate,
    "farmer_credit": _farmer_credit,
    "enterprises": _enterprises,
    "provident_fund": _provident_fund,
    "agriculture": _agriculture,
    "tax": _tax,
    **MORE,
}
