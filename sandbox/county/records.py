"""What government offices know about each adult: police, courts, civil affairs, funds, titles.

Values are those of the offices' own lists. Bad records avoid merit (z), so that they mean
something.
"""

from datetime import date
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sandbox.county import economy
from sandbox.county.chance import (
    Flags,
    Numbers,
    Whole,
    happens,
    money,
    nullable,
    pick,
    stream,
)
from sandbox.county.people import DIVORCED, MARITAL, MARRIED
from sandbox.county.towns import COUNTY_CODE

Columns = dict[str, NDArray | pl.Series]

HUKOU_ELSEWHERE = ["320706", "320722", "320724", "320826", "321322", "341324", "371329", "411481"]
"""Counties in which those are registered who moved here or married in."""
REGISTERED_ELSEWHERE = 0.03

ZONES = ["城区", "乡镇", "农村"]
"""Where registered homes stand."""

POLICE_LISTS = ["涉毒", "涉赌", "涉黑恶", "在逃", "涉邪教", "涉非法集资"]
GOVERNMENT_LISTS = ["重大税收违法", "拖欠农民工工资失信", "市场监管严重违法失信", "骗取财政补贴"]

_EMPLOYER_KINDS = {
    "机关": ["财政所", "镇人民政府", "自然资源所", "司法所"],
    "事业": ["中心小学", "初级中学", "卫生院", "幼儿园", "农技推广站"],
    "国企": ["供销社", "自来水公司", "粮食储备库"],
    "民营": ["服饰有限公司", "食品有限公司", "机械有限公司", "农业科技有限公司", "建材有限公司"],
}
_EMPLOYER_NAMES = ["云台", "伊水", "善后", "东盐", "叮当", "新沂", "潮河", "芦花", "大伊", "枯沟"]


class Adults(NamedTuple):
    """What the offices' records are drawn from, one value per adult."""

    z: Numbers
    age: Whole
    marital: Whole
    occupation: Whole
    income: Whole
    land_contract_mu: Numbers
    land_in_mu: Numbers
    main_line: NDArray[np.str_]
    household_income: Whole
    house_value: Whole


def public_security(seed: int, adults: Adults, as_of: date) -> Columns:
    """Police: does the identity hold, is the person alive, registered where, listed for what."""
    rng = stream(seed, "police")
    count = adults.z.size
    dead = rng.random(count) < np.interp(adults.age, [60, 90], [0.0002, 0.01])
    listed = happens(rng, adults.z, 0.006, tilt=0.9)
    lasting = rng.random(count) < 0.55
    expiry = np.datetime64(as_of) + rng.integers(-400, 1500, count)
    cancelled = rng.random(count) < 0.0004
    return {
        "police_id_match": rng.random(count) >= 0.0008,
        "police_hukou_area": _hukou(seed, count),
        "police_person_status": np.where(dead, "死亡", np.where(cancelled, "注销", "正常")),
        "gov_police_list": nullable(pick(rng, POLICE_LISTS, [4, 6, 1, 1, 1, 2], count), listed),
        "police_list_expire": nullable(np.datetime_as_string(expiry), listed & ~lasting),
        "gov_fraud_card": happens(rng, adults.z, 0.003, tilt=0.7),
        "face_score": np.round(1 - 0.3 * rng.beta(1.2, 12, count), 3),
    }


def _hukou(seed: int, count: int) -> NDArray[np.str_]:
    """The county in which each adult is registered; where they live is another matter."""
    rng = stream(seed, "hukou")
    elsewhere = rng.random(count) < REGISTERED_ELSEWHERE
    return np.where(elsewhere, rng.choice(np.array(HUKOU_ELSEWHERE), count), COUNTY_CODE)


def courts(seed: int, adults: Adults) -> Columns:
    """Courts: dishonest debtors, consumption orders, open enforcement, suits, legal capacity."""
    rng = stream(seed, "courts")
    count = adults.z.size
    dishonest = happens(rng, adults.z, 0.007, tilt=1.1)
    limited = (dishonest & (rng.random(count) < 0.8)) | happens(rng, adults.z, 0.002, tilt=1.0)
    enforced = dishonest | happens(rng, adults.z, 0.011, tilt=0.9)
    sued = enforced | happens(rng, adults.z, 0.010, tilt=0.8)
    incapable = rng.random(count) < np.interp(adults.age, [18, 60, 90], [0.001, 0.002, 0.02])
    return {
        "gov_dishonest": dishonest,
        "gov_consume_limit": limited,
        "gov_exec_open_amt": enforced * money(rng, 46_000.0, 0.9, count=count),
        "gov_suit_def_24m": np.where(sued, rng.binomial(3, 0.28, count) + (~enforced), 0),
        "court_capacity": np.where(
            incapable, np.where(rng.random(count) < 0.6, "限制", "无"), "完全"
        ),
    }


def civil_affairs(seed: int, adults: Adults, as_of: date) -> Columns:
    """Marital status as registered, which for a few differs from what the roster says."""
    rng = stream(seed, "civil")
    count = adults.z.size
    changed = rng.random(count) < 0.018
    to = np.where(adults.marital == MARRIED, DIVORCED, MARRIED)
    status = np.where(changed & (adults.age >= 23), to, adults.marital)
    divorced = status == DIVORCED
    months = np.where(changed, rng.integers(0, 24, count), rng.integers(6, 180, count))
    supported = happens(rng, adults.z, 0.02, tilt=0.9)
    risky = happens(rng, adults.z, 0.0018, tilt=0.9)
    kinds = pick(rng, GOVERNMENT_LISTS, [3, 4, 2, 2], count)
    return {
        "gov_marital": MARITAL[status],
        "gov_divorce_months": nullable(months, divorced),
        "gov_risk": nullable(kinds, risky),
        "gov_dibao": supported,
    }


def contributions(seed: int, adults: Adults) -> Columns:
    """Social security and provident fund: who pays in, since when, through which employer."""
    rng = stream(seed, "contributions")
    count = adults.z.size
    official = adults.occupation == economy.OFFICIAL
    employed = official | ((adults.occupation == economy.EMPLOYEE) & (rng.random(count) < 0.78))
    stopped = employed & happens(rng, adults.z, 0.05, tilt=0.4)
    run = np.minimum(rng.gamma(1.8, 36, count), (adults.age - 17) * 12).astype(np.int64)
    run = np.where(stopped, 0, np.maximum(run, 1))
    last_year = np.where(stopped, rng.integers(2, 11, count), np.minimum(run, 12))
    wage = np.round(adults.income / 12, -1).astype(np.int64)
    base = np.maximum(np.round(wage * rng.uniform(0.75, 1.0, count), -1), 4_250).astype(np.int64)
    kind, name = _employers(rng, official)
    retired = adults.age >= 60
    status = np.where(retired, "退休", np.where(stopped, "暂停", "正常"))
    insured = np.where(employed, "职工", np.where(rng.random(count) < 0.9, "城乡居民", "灵活就业"))
    return {
        "ss_status": status,
        "ss_resident_type": insured,
        "ss_cont_months": np.where(employed, run, 0),
        "ss_months_12": np.where(employed, last_year, 0),
        "ss_base_now": nullable(base, employed),
        "ss_employer": nullable(name, employed),
        "ss_employer_cnt_24m": np.where(employed, 1 + rng.binomial(2, 0.15, count), 0),
        **_provident_fund(rng, adults, employed & (official | (rng.random(count) < 0.45)), stopped)
        | {"pf_employer_type": nullable(kind, employed)},
    }


def _employers(rng: np.random.Generator, official: Flags) -> tuple[NDArray, NDArray]:
    public = pick(rng, ["机关", "事业", "国企"], [3, 5, 2], official.size)
    kind = np.where(official, public, "民营")
    place = rng.choice(np.array(_EMPLOYER_NAMES), official.size)
    name = np.empty(official.size, dtype="<U16")
    for each, endings in _EMPLOYER_KINDS.items():
        chosen = np.flatnonzero(kind == each)
        ending = rng.choice(np.array(endings), chosen.size)
        name[chosen] = np.strings.add(place[chosen], ending)
    return kind, name


def _provident_fund(
    rng: np.random.Generator, adults: Adults, member: Flags, stopped: Flags
) -> Columns:
    count = adults.z.size
    wage = adults.income / 12
    base = np.maximum(np.round(wage * rng.uniform(0.8, 1.05, count), -1), 2_490).astype(np.int64)
    run = np.minimum(rng.gamma(2.0, 30, count), (adults.age - 17) * 12).astype(np.int64)
    run = np.where(stopped, 0, np.maximum(run, 1))
    rate = pick(rng, ["0.05", "0.08", "0.10", "0.12"], [3, 3, 2, 2], count).astype(float)
    balance = np.round(base * rate * 2 * np.maximum(run, 6) * rng.uniform(0.3, 0.9, count), 0)
    sealed = np.where(rng.random(count) < 0.85, "封存", "销户")
    return {
        "pf_scope": nullable(np.where(rng.random(count) < 0.9, "city", "province"), member),
        "pf_status": nullable(np.where(stopped, sealed, "正常"), member),
        "pf_cont_months": nullable(run, member),
        "pf_months_12": nullable(
            np.where(stopped, rng.integers(1, 10, count), np.minimum(run, 12)), member
        ),
        "pf_base": nullable(base, member),
        "pf_rate": nullable(rate, member),
        "pf_bal": nullable(balance.astype(np.int64), member),
        "pf_income_est": nullable(base, member),
        "pf_loan_bal": nullable(
            (rng.random(count) < 0.12) * money(rng, 180_000.0, 0.4, count=count, step=1000), member
        ),
    }


def titles(seed: int, adults: Adults) -> Columns:
    """Real estate: registered homes, in which zone, their value, mortgages, seals and disputes."""
    rng = stream(seed, "titles")
    count = adults.z.size
    wealth = 0.13 * np.exp(0.45 * adults.z) * (adults.age >= 24)
    owns = rng.random(count) < np.minimum(wealth, 0.8)
    homes = np.where(owns, 1 + (rng.random(count) < 0.08 * np.exp(0.3 * adults.z)), 0)
    area = np.round(homes * rng.normal(108, 18, count), 1)
    value = np.round(area * 5_200 * np.exp(0.15 * rng.standard_normal(count)), -3)
    months = np.minimum(rng.gamma(1.9, 46, count), (adults.age - 18) * 12).astype(np.int64)
    mortgaged = owns & (rng.random(count) < 0.36)
    fresh = (months < 12) | (rng.random(count) < 0.1)
    mortgage = np.round(value * rng.uniform(0.15, 0.62, count), -3) * mortgaged
    return {
        "re_cnt": homes,
        "re_area": nullable(area, owns),
        "re_value_est": value.astype(np.int64) * owns,
        "re_mort_amt": mortgage.astype(np.int64),
        "re_seal_flag": owns & happens(rng, adults.z, 0.02, tilt=0.9),
        "re_dispute_flag": owns & (rng.random(count) < 0.006),
        "re_hold_months": nullable(np.maximum(months, 1), owns),
        "re_new_mortgage_12m": (mortgaged & fresh).astype(np.int64),
        "re_zone": nullable(pick(rng, ZONES, [0.6, 0.25, 0.15], count), owns),
    }


_INDUSTRIES = {
    "商超": "F", "餐饮": "H", "运输": "G", "建筑": "E", "电商": "F", "其他": "O",
}  # fmt: skip


def registries(seed: int, adults: Adults) -> Columns:
    """Business registry and tax: who runs what, in what standing, with what turnover."""
    rng = stream(seed, "registries")
    count = adults.z.size
    owner = adults.occupation == economy.OWNER
    runs = owner | ((adults.occupation == economy.SHOPKEEPER) & (rng.random(count) < 0.75))
    gone = happens(rng, adults.z, 0.05, tilt=0.5)
    status = np.where(gone, pick(rng, ["注销", "吊销", "异常"], [5, 2, 3], count), "在营")
    sales = money(rng, np.maximum(adults.income, 12_000) * 4.5, 0.5, step=1000)
    growth = np.round(np.exp(rng.normal(0.02 + 0.05 * adults.z, 0.2)) - 1, 3)
    taxed = runs & (owner | (rng.random(count) < 0.35))
    line = np.where(np.isin(adults.main_line, list(_INDUSTRIES)), adults.main_line, "其他")
    return {
        "biz_role": np.where(owner, "法人", np.where(runs, "个体经营者", "无")),
        "biz_status": nullable(status, runs),
        "biz_abn_flag": runs & ((status == "异常") | happens(rng, adults.z, 0.03, tilt=0.6)),
        "biz_age_months": nullable(1 + rng.gamma(1.6, 40, count).astype(np.int64), runs),
        "biz_chg_6m": runs * rng.poisson(0.05, count),
        "biz_punish_12m": runs * rng.poisson(0.04 * np.exp(-0.4 * adults.z)),
        "biz_capital": nullable(money(rng, 200_000.0, 1.0, count=count, step=10_000), owner),
        "biz_industry": nullable(np.array([_INDUSTRIES[str(x)] for x in line]), runs),
        "tax_grade": nullable(pick(rng, list("ABMCD"), [2, 5, 2, 1, 0.3], count), taxed),
        "tax_sales_12m": nullable(sales, taxed),
        "tax_sales_yoy": nullable(growth, taxed),
        "tax_paid_12m": nullable(np.round(sales * 0.012, 0).astype(np.int64), taxed),
        "tax_zero_months": taxed * np.minimum(rng.poisson(0.3, count), 12),
        "tax_owe_flag": taxed & happens(rng, adults.z, 0.03, tilt=0.7),
        "tax_iit_income": nullable(
            adults.income, np.isin(adults.occupation, (economy.OFFICIAL, economy.EMPLOYEE))
        ),
    }


def agriculture(seed: int, adults: Adults, head: Flags) -> Columns:
    """Agricultural office: contracted and transferred land, subsidy and stock, under the head."""
    rng = stream(seed, "agriculture")
    count = adults.z.size
    farmed = np.isin(adults.main_line, economy.FARM_LINES) & head
    land = np.round((adults.land_contract_mu + adults.land_in_mu) * head, 1)
    stock = np.isin(adults.main_line, ["生猪", "家禽"]) & head
    return {
        "agri_land_mu": adults.land_contract_mu * head,
        "agri_land_in_mu": adults.land_in_mu * head,
        "agri_subsidy_12m": np.round(land * 125).astype(np.int64) * farmed,
        "agri_subsidy_years": farmed * rng.integers(1, 6, count),
        "agri_crop_main": nullable(adults.main_line, farmed),
        "agri_stock_cnt": stock * money(rng, 60.0, 1.0, count=count, step=1),
        "agri_insurance": farmed & (rng.random(count) < 0.55),
    }
