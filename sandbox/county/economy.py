"""What households live on: the hidden merit of each, and the work, income and wealth it leads to.

``z`` is creditworthiness, in standard deviations over the county. A household's z carries a little
of its village's, and a person's z mostly their household's. Everything that the bank can later
find out (income, deposits, records elsewhere, what neighbours say, repayment) follows z with noise.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sandbox.county.chance import Flags, Numbers, Whole, money, pick, stream
from sandbox.county.people import HEAD, People
from sandbox.county.places import Places

VILLAGE_SHARE = 0.2
HOUSEHOLD_SHARE = 0.8
INCOME_ON_Z = 0.26
KEPT_A_MU = 600  # yuan a year from a mu of one's own
GROWN_A_MU = 1_100  # what a mu that was taken over sells, before its costs
DEFAULT_INTERCEPT = -3.75
DEFAULT_ON_Z = -1.05
DEFAULT_ON_INCOME = -0.30

KINDS = np.array(["农业", "工资", "经营", "混合"])
FARM, WAGE, TRADE, MIXED = range(4)

OCCUPATIONS = np.array(
    ["务农", "务工", "企业职工", "公职", "个体经营", "企业主"]
    + ["自由职业", "学生", "退休", "无业", ""]
)
FARMER, MIGRANT, EMPLOYEE, OFFICIAL, SHOPKEEPER, OWNER = range(6)
FREELANCE, STUDENT, RETIRED, IDLE, CHILD = range(6, 11)

_OCCUPATION_BY_KIND = np.array(
    # 务农  务工  职工  公职  个体  企业主 自由 学生 退休 无业
    [
        [0.74, 0.13, 0.03, 0.00, 0.01, 0.00, 0.03, 0, 0, 0.06],
        [0.16, 0.40, 0.25, 0.08, 0.01, 0.00, 0.05, 0, 0, 0.05],
        [0.22, 0.10, 0.05, 0.01, 0.44, 0.08, 0.06, 0, 0, 0.04],
        [0.42, 0.30, 0.10, 0.02, 0.06, 0.00, 0.05, 0, 0, 0.05],
    ]
)
_INCOME_MEDIAN = np.array(
    [18_000, 42_000, 46_000, 74_000, 66_000, 150_000, 30_000, 0, 14_000, 3_000, 0], dtype=float
)

FARM_LINES = ["粮食", "大棚蔬菜", "生猪", "家禽", "水产", "花木"]
_FARM_WEIGHTS = [0.62, 0.12, 0.07, 0.07, 0.08, 0.04]
TRADE_LINES = ["商超", "餐饮", "运输", "建筑", "电商", "其他"]
_TRADE_WEIGHTS = [0.26, 0.18, 0.18, 0.16, 0.14, 0.08]

RESIDENT, AWAY, NEARBY, EMPTY = range(4)
RESIDENCES = np.array(["本村常住", "外出务工", "本地非本村", "空挂户"])


class Homes(NamedTuple):
    """One value per household, in the order of the people. Amounts are true, in yuan."""

    group: Whole
    village: Whole
    z: Numbers
    kind: Whole
    main_line: NDArray[np.str_]
    operates: Flags
    land_contract_mu: Numbers
    land_in_mu: Numbers
    income: Whole
    operating_cost: Whole
    spending: Whole
    house_value: Whole
    vehicle_value: Whole
    debt: Whole
    private_debt: Whole
    size: Whole


class Livelihoods(NamedTuple):
    """One value per person, in the order of the people. Income is true, in yuan a year."""

    z: Numbers
    occupation: Whole
    income: Whole
    residence: Whole
    default_propensity: Numbers


def assign_groups(seed: int, places: Places, households: int) -> Whole:
    """The group of every household, groups in order of code, larger and smaller ones mixed."""
    rng = stream(seed, "groups")
    groups = places.group_code.size
    share = rng.uniform(0.6, 1.4, groups)
    edges = np.cumsum(share) / share.sum() * households
    return np.minimum(np.searchsorted(edges, np.arange(households), side="right"), groups - 1)


def live(seed: int, places: Places, people: People) -> tuple[Homes, Livelihoods]:
    """The economy of every household and every person in the county."""
    rng = stream(seed, "economy")
    size = np.bincount(people.household)
    group = assign_groups(seed, places, size.size)
    village = places.group_village[group]
    of_village = rng.standard_normal(places.village_code.size)
    alone = np.sqrt(1 - VILLAGE_SHARE**2)
    z = VILLAGE_SHARE * of_village[village] + alone * rng.standard_normal(size.size)
    kind = pick(rng, list("0123"), [0.24, 0.38, 0.13, 0.25], size.size).astype(int)
    kind[(kind == FARM) & (z > 0.8) & (rng.random(size.size) < 0.25)] = TRADE
    own_z = HOUSEHOLD_SHARE * z[people.household]
    own_z = own_z + np.sqrt(1 - HOUSEHOLD_SHARE**2) * rng.standard_normal(people.age.size)
    occupation = _occupations(rng, people, kind)
    noise = 0.33 * rng.standard_normal(people.age.size)
    earning = _INCOME_MEDIAN[occupation] * np.exp(INCOME_ON_Z * own_z + noise)
    earned = np.where(people.age >= 65, 0.55, 1.0) * earning
    homes = _homes(rng, people, group, village, z, kind, np.bincount(people.household, earned))
    lives = Livelihoods(
        z=own_z,
        occupation=occupation,
        income=np.round(earned, -2).astype(np.int64),
        residence=_residences(rng, people, occupation),
        default_propensity=_default_propensity(rng, own_z, noise),
    )
    return homes, lives


def _occupations(rng: np.random.Generator, people: People, kind: Whole) -> Whole:
    ladder = np.cumsum(_OCCUPATION_BY_KIND, axis=1)[kind[people.household]]
    working = (rng.random(people.age.size)[:, None] > ladder[:, :9]).sum(axis=1)
    chance = rng.random(people.age.size)
    elderly = np.where(chance < 0.55, FARMER, np.where(chance < 0.70, RETIRED, IDLE))
    young = np.where(chance < 0.55, STUDENT, working)
    ages = people.age
    return np.select(
        [ages < 6, ages < 18, ages < 23, ages >= 66],
        [CHILD, STUDENT, young, elderly],
        default=working,
    )


def _residences(rng: np.random.Generator, people: People, occupation: Whole) -> Whole:
    chance = rng.random(people.age.size)
    away = (occupation == MIGRANT) & (chance < 0.62)
    nearby = np.isin(occupation, (EMPLOYEE, OFFICIAL, OWNER)) & (chance < 0.18)
    empty = rng.random(people.household.max(initial=0) + 1) < 0.015
    found = np.where(away, AWAY, np.where(nearby, NEARBY, RESIDENT))
    return np.where(empty[people.household], EMPTY, found)


def _default_propensity(rng: np.random.Generator, z: Numbers, income_noise: Numbers) -> Numbers:
    """The chance that a loan to this person goes seriously bad within a year."""
    odds = DEFAULT_INTERCEPT + DEFAULT_ON_Z * z + DEFAULT_ON_INCOME * income_noise / 0.33
    return 1 / (1 + np.exp(-(odds + 0.35 * rng.standard_normal(z.size))))


def _homes(
    rng: np.random.Generator,
    people: People,
    group: Whole,
    village: Whole,
    z: Numbers,
    kind: Whole,
    earned: Numbers,
) -> Homes:
    count = z.size
    farms = np.isin(kind, (FARM, MIXED))
    grows_big = farms & (rng.random(count) < 0.045 * np.exp(0.4 * z))
    land_in = np.where(grows_big, np.exp(rng.normal(4.4, 0.7, count)), 0.0)
    size = np.bincount(people.household)
    contract = np.round(size * rng.uniform(0.9, 1.9, count), 1)
    land = (GROWN_A_MU * land_in + KEPT_A_MU * np.where(farms, contract, contract * 0.4)) * np.exp(
        0.1 * z
    )
    income = np.round(earned + land, -2).astype(np.int64)
    operates = (kind == TRADE) | grows_big
    cost = np.where(operates, 0.42, np.where(farms, 0.18, 0.03)) * rng.uniform(0.7, 1.3, count)
    spending = 9_000 * size**0.8 * (income / 90_000) ** 0.35 * rng.uniform(0.75, 1.25, count)
    line = np.where(
        kind == TRADE,
        pick(rng, TRADE_LINES, _TRADE_WEIGHTS, count),
        np.where(farms, pick(rng, FARM_LINES, _FARM_WEIGHTS, count), "无"),
    )
    borrows = rng.random(count) < 0.34
    stressed = rng.random(count) < 0.06 * np.exp(-0.7 * z - 0.245)
    debt = borrows * money(rng, 0.4 * income * np.exp(-0.15 * z), 0.8, step=1000)
    return Homes(
        group=group,
        village=village,
        z=z,
        kind=kind,
        main_line=line,
        operates=operates,
        land_contract_mu=contract,
        land_in_mu=np.round(land_in, 1),
        income=income,
        operating_cost=np.round(income * cost, -2).astype(np.int64),
        spending=np.round(spending, -2).astype(np.int64),
        house_value=money(rng, 220_000 * np.exp(0.22 * z), 0.55, step=1000),
        vehicle_value=(rng.random(count) < 0.62)
        * money(rng, 42_000 * np.exp(0.3 * z), 0.8, step=1000),
        debt=debt,
        private_debt=stressed * money(rng, 38_000.0, 0.8, count=count, step=1000),
        size=size,
    )


def heads(people: People) -> Whole:
    """The position of each household's head among the people, in household order."""
    return np.flatnonzero(people.relation == HEAD)
