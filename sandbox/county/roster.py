"""The papers the bank can hold in its hands: roster, declared economy, deposits, lists."""

from datetime import date
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sandbox.county import economy, names
from sandbox.county.chance import Whole, happens, money, pick, stream
from sandbox.county.economy import Homes, Livelihoods
from sandbox.county.identity import id_numbers, mobile_numbers
from sandbox.county.people import MARITAL, RELATIONS, People
from sandbox.county.places import Places
from sandbox.county.towns import COUNTY_NAME

EDUCATION = ["小学及以下", "初中", "高中/中专", "大专", "本科", "硕士及以上"]
_EDUCATION_BY_COHORT = (
    (1955, [0.80, 0.16, 0.04, 0.00, 0.00, 0.00]),
    (1972, [0.38, 0.48, 0.11, 0.02, 0.01, 0.00]),
    (1988, [0.08, 0.55, 0.22, 0.10, 0.05, 0.00]),
    (2100, [0.02, 0.28, 0.27, 0.23, 0.18, 0.02]),
)


class Papers(NamedTuple):
    """Who everybody is on paper, one value per person."""

    id_number: NDArray[np.str_]
    name: NDArray[np.str_]
    surname: Whole
    phone: NDArray[np.str_]
    household_no: NDArray[np.str_]


def identify(seed: int, places: Places, homes: Homes, everyone: People) -> Papers:
    """Give everybody a number, a name in the fashion of their year, and most adults a phone."""
    rng = stream(seed, "papers")
    count = everyone.age.size
    year = everyone.born_on.astype("datetime64[Y]").astype(np.int64) + 1970
    of_head = names.household_surnames(rng, homes.village, places.village_clans)
    married_in = names.common_surnames(rng, count)
    surname = np.where(everyone.bears_head_name, of_head[everyone.household], married_in)
    given = names.given_names(rng, everyone.male, year)
    unreached = np.interp(everyone.age, [18, 60, 75, 90], [0.04, 0.06, 0.35, 0.75])
    has_phone = (everyone.age >= 18) & (rng.random(count) > unreached)
    first = np.searchsorted(homes.village, homes.village)
    order = np.arange(homes.village.size) - first + 1
    number = [
        f"{code}{n:05d}" for code, n in zip(places.village_code[homes.village], order, strict=True)
    ]
    return Papers(
        id_number=id_numbers(rng, everyone.born_on, everyone.male),
        name=np.strings.add(names.SURNAMES[surname], given),
        surname=surname,
        phone=np.where(has_phone, mobile_numbers(rng, count), ""),
        household_no=np.array(number),
    )


def roster(
    seed: int, places: Places, homes: Homes, everyone: People, lives: Livelihoods, papers: Papers
) -> pl.DataFrame:
    """The household roster 农户名册: one row per person, the head of each household first."""
    rng = stream(seed, "roster")
    household = everyone.household
    group = homes.group[household]
    village = homes.village[household]
    line = np.where(
        np.isin(lives.occupation, (economy.FARMER, economy.SHOPKEEPER, economy.OWNER)),
        homes.main_line[household],
        "",
    )
    columns = {
        "户号": papers.household_no[household],
        "村代码": places.village_code[village],
        "组号": np.array([code[-2:] for code in places.group_code])[group],
        "与户主关系": RELATIONS[everyone.relation],
        "姓名": papers.name,
        "证件号码": papers.id_number,
        "手机号码": papers.phone,
        "性别": np.where(everyone.male, "男", "女"),
        "出生日期": pl.Series(everyone.born_on.astype("datetime64[D]")),
        "学历": _education(rng, everyone),
        "婚姻状况": np.where(everyone.age < 18, "未婚", MARITAL[everyone.marital]),
        "职业": economy.OCCUPATIONS[lives.occupation],
        "主营项目": np.where(line == "无", "", line),
        "居住状况": economy.RESIDENCES[lives.residence],
    }
    columns["住址"] = _addresses(rng, places, homes)[household]
    return pl.DataFrame(columns)


def _education(rng: np.random.Generator, everyone: People) -> NDArray[np.str_]:
    year = everyone.born_on.astype("datetime64[Y]").astype(np.int64) + 1970
    found = np.full(year.size, "小学及以下", dtype="<U5")
    earlier = 0
    for until, weights in _EDUCATION_BY_COHORT:
        cohort = np.flatnonzero((year >= earlier) & (year < until))
        found[cohort] = pick(rng, EDUCATION, weights, cohort.size)
        earlier = until
    found[everyone.age < 12] = "小学及以下"
    found[(everyone.age >= 12) & (everyone.age < 16)] = "初中"
    return found


def _addresses(rng: np.random.Generator, places: Places, homes: Homes) -> NDArray[np.str_]:
    village = homes.village
    town = np.array([t.name for t in places.town])[places.village_town[village]]
    doors = rng.integers(1, 160, village.size)
    group = [int(code[-2:]) for code in places.group_code]
    return np.array(
        [
            f"江苏省{COUNTY_NAME}{t}{v}{group[g]}组{door}号"
            for t, v, g, door in zip(
                town, places.village_name[village], homes.group, doors, strict=True
            )
        ]
    )


def declared(seed: int, homes: Homes, papers: Papers) -> pl.DataFrame:
    """The household's economy as its head tells it: rounded, and debts told a little small."""
    rng = stream(seed, "declared")
    count = homes.z.size

    def told(truth: Whole, spread: float, share: float = 1.0) -> Whole:
        said = truth * share * np.exp(spread * rng.standard_normal(count))
        return (np.round(said / 1000) * 1000).astype(np.int64)

    admits = rng.random(count) < 0.6
    land_in = np.round(homes.land_in_mu * np.exp(0.08 * rng.standard_normal(count)), 1)
    return pl.DataFrame(
        {
            "户号": papers.household_no,
            "承包地亩数": np.round(homes.land_contract_mu, 1),
            "流转地亩数": land_in,
            "住房价值(元)": told(homes.house_value, 0.2, 1.05),
            "车辆农机价值(元)": told(homes.vehicle_value, 0.2, 1.05),
            "家庭年收入(元)": told(homes.income, 0.22, 1.03),
            "家庭年支出(元)": told(homes.spending, 0.2, 0.95),
            "经营成本(元)": told(homes.operating_cost, 0.25, 0.95),
            "家庭负债(元)": told(homes.debt, 0.2, 0.88),
            "民间借款(元)": told(homes.private_debt, 0.2, 0.9) * admits,
            "收入主项": economy.KINDS[homes.kind],
            "主营项目": np.where(homes.main_line == "无", "", homes.main_line),
        }
    )


def deposits(
    seed: int, everyone: People, lives: Livelihoods, papers: Papers, as_of: date
) -> pl.DataFrame:
    """What people keep at the bank, one row for each adult with an account, on ``as_of``."""
    rng = stream(seed, "deposits")
    banked = (everyone.age >= 18) & (rng.random(everyone.age.size) < 0.88)
    who = np.flatnonzero(banked)
    z, income = lives.z[who], lives.income[who].astype(float)
    thrift = 0.16 + 0.006 * np.maximum(everyone.age[who] - 18, 0)
    year = np.maximum(money(rng, (income + 4000) * thrift * np.exp(0.35 * z), 1.0, step=1), 0)
    falls = happens(rng, z, 0.045, tilt=0.5)
    drift = np.where(falls, rng.uniform(0.12, 0.5, who.size), np.exp(rng.normal(0, 0.16, who.size)))
    before = (year * np.exp(rng.normal(0, 0.12, who.size))).astype(np.int64)
    quarter = (before * drift).astype(np.int64)
    month = (quarter * np.exp(rng.normal(0, 0.12, who.size))).astype(np.int64)
    paid_here = _payroll_months(rng, lives.occupation[who])
    tenure = np.minimum(rng.gamma(2.2, 42, who.size), (everyone.age[who] - 15) * 12)
    return pl.DataFrame(
        {
            "证件号码": papers.id_number[who],
            "数据日期": pl.repeat(as_of, who.size, eager=True),
            "存款余额(元)": (month * np.exp(rng.normal(0, 0.2, who.size))).astype(np.int64),
            "近1月日均(元)": month,
            "近3月日均(元)": quarter,
            "前3月日均(元)": before,
            "近12月日均(元)": year,
            "近12月流入(元)": money(rng, income * 0.55, 0.4),
            "代发月数": paid_here,
            "开户月数": np.maximum(tenure, 1).astype(np.int64),
            **_movements(seed, month, income),
        }
    )


def _movements(seed: int, month: Whole, income: NDArray) -> dict[str, NDArray]:
    """What lies in time deposits, and what moved on the accounts."""
    rng, count = stream(seed, "movements of deposits"), month.size
    paid_in = money(rng, income * 0.28, 0.3)
    paid_out = (paid_in * np.exp(rng.normal(-0.03, 0.2, count))).astype(np.int64)
    return {
        "定期余额(元)": np.round(month * rng.beta(1.2, 1.6, count) * 0.7).astype(np.int64),
        "近12月流出(元)": (paid_out * rng.uniform(1.7, 2.2, count)).astype(np.int64),
        "近6月流入(元)": paid_in,
        "近6月流出(元)": paid_out,
        "近3月账户交易笔数": rng.poisson(1 + 18 * rng.beta(1, 2, count) * (income > 0), count),
    }


def _payroll_months(rng: np.random.Generator, occupation: Whole) -> Whole:
    """In how many of the last twelve months wages came through this bank."""
    share = np.select(
        [occupation == economy.OFFICIAL, occupation == economy.EMPLOYEE], [0.75, 0.42], default=0.0
    )
    steady = rng.random(occupation.size) < 0.88
    months = np.where(steady, 12, rng.integers(1, 10, occupation.size))
    return np.where(rng.random(occupation.size) < share, months, 0)


_BLACK = ["贷款核销未清", "恶意逃废债", "冒名贷款涉案", "骗取贷款"]
_GREY = ["曾逾期已结清", "担保贷款曾代偿", "资料疑似不实", "联系方式频繁变更"]


def lists(seed: int, everyone: People, lives: Livelihoods, papers: Papers) -> pl.DataFrame:
    """The bank's own black and grey lists, with the reason noted at the time."""
    rng = stream(seed, "lists")
    adult = everyone.age >= 18
    black = adult & happens(rng, lives.z, 0.006, tilt=1.0)
    grey = adult & ~black & happens(rng, lives.z, 0.012, tilt=0.8)
    reason = np.where(
        black,
        pick(rng, _BLACK, [4, 2, 1, 1], black.size),
        pick(rng, _GREY, [4, 2, 2, 1], black.size),
    )
    listed = np.flatnonzero(black | grey)
    return pl.DataFrame(
        {
            "证件号码": papers.id_number[listed],
            "名单": np.where(black, "黑", "灰")[listed],
            "原因": reason[listed],
        },
        schema={"证件号码": pl.String, "名单": pl.String, "原因": pl.String},
    )
