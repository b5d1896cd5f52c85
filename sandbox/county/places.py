"""Villages and groups on the map, the bank's branches, and the people who work there."""

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sandbox.county import names, towns
from sandbox.county.chance import Whole, stream

GROUPS_PER_VILLAGE = 2725 / 355
VILLAGES_PER_MANAGER = 4
MAX_VILLAGES = 600

_CLAN_ENDINGS = list("庄圩湾集荡墩楼桥舍滩")
_FIRST = "大新东西南北前后中永兴盛和安春丰金"
_SECOND = "兴旺河沟堆岗池港淮沂洼陂浦堰渠树柳荷"
_NUMERALS = "一二三四五六七八九十"


class TooManyVillages(ValueError):
    """More villages were asked for than the county's towns can be given names and codes for."""


class Places(NamedTuple):
    """The county's map. Groups are in order of their codes; ``group_village`` indexes villages."""

    town: list[towns.Town]
    village_code: NDArray[np.str_]
    village_name: NDArray[np.str_]
    village_town: Whole
    village_clans: Whole
    group_code: NDArray[np.str_]
    group_village: Whole
    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]


def lay_out(seed: int, villages: int) -> Places:
    """Spread ``villages`` over as few towns as hold about three each, and cut them into groups."""
    if not 1 <= villages <= MAX_VILLAGES:
        raise TooManyVillages(f"Between 1 and {MAX_VILLAGES} villages can be made, not {villages}.")
    rng = stream(seed, "places")
    used = sorted(towns.TOWNS[: min(len(towns.TOWNS), -(-villages // 3))])
    town = np.sort(np.arange(villages) % len(used))
    order = np.arange(villages) - np.searchsorted(town, town)
    codes = np.array(
        [f"{used[t].code}{200 + n:03d}" for t, n in zip(town, order, strict=True)], dtype="<U12"
    )
    named, clans = _village_names(rng, villages)
    group_village = np.repeat(np.arange(villages), _groups_of(rng, villages))
    group_order = np.arange(group_village.size) - np.searchsorted(group_village, group_village)
    group_code = np.array(
        [f"{codes[v]}{n + 1:02d}" for v, n in zip(group_village, group_order, strict=True)]
    )
    spread = 0.045 if villages > 20 else 0.03
    east, north = rng.uniform(-spread, spread, (2, villages))
    return Places(
        town=used,
        village_code=codes,
        village_name=named,
        village_town=town,
        village_clans=clans,
        group_code=group_code,
        group_village=group_village,
        longitude=np.array([t.longitude for t in used])[town] + east,
        latitude=np.array([t.latitude for t in used])[town] + north,
    )


def _groups_of(rng: np.random.Generator, villages: int) -> Whole:
    total = round(villages * GROUPS_PER_VILLAGE)
    least = 5
    spare = total - least * villages
    return least + rng.multinomial(spare, np.full(villages, 1 / villages))


def _village_names(rng: np.random.Generator, count: int) -> tuple[NDArray[np.str_], Whole]:
    """A different name for every village, and its four founding clans, largest first.

    Most are called after the clan that settled there (陈圩村), the others after land or hope.
    """
    clans = np.array([rng.choice(60, 4, replace=False, p=names.weights(60)) for _ in range(count)])
    hopeful = [a + b for a in _FIRST for b in _SECOND]
    taken: dict[str, None] = {}
    for clan in clans[:, 0]:
        endings = rng.permutation(_CLAN_ENDINGS)
        after_clan = [f"{names.SURNAMES[clan]}{ending}" for ending in endings]
        after_hope = list(rng.permutation(hopeful))
        ordered = after_clan + after_hope if rng.random() < 0.65 else after_hope
        taken[next(name for name in ordered if name not in taken)] = None
    return np.array([f"{name}村" for name in taken]), clans


def areas(places: Places) -> pl.DataFrame:
    """The area table: county, towns, villages and groups, each under the one above it."""
    rows = [(towns.COUNTY_CODE, towns.COUNTY_NAME, "县", "", *towns.COUNTY_CENTRE)]
    rows += [
        (t.code, t.name, "镇", towns.COUNTY_CODE, t.longitude, t.latitude) for t in places.town
    ]
    for village, code in enumerate(places.village_code):
        rows.append(
            (
                str(code),
                str(places.village_name[village]),
                "村",
                places.town[places.village_town[village]].code,
                round(float(places.longitude[village]), 6),
                round(float(places.latitude[village]), 6),
            )
        )
    for code, village in zip(places.group_code, places.group_village, strict=True):
        name = f"{_numeral(int(code[-2:]))}组"
        rows.append((str(code), name, "组", str(places.village_code[village]), None, None))
    headings = ["区划代码", "名称", "级别", "上级代码", "经度", "纬度"]
    return pl.DataFrame(rows, schema=headings, orient="row", infer_schema_length=None)


def _numeral(number: int) -> str:
    """A whole number below one hundred as it is spoken: 3 三, 12 十二, 20 二十."""
    tens, ones = divmod(number, 10)
    leading = "" if tens == 0 else "十" if tens == 1 else f"{_NUMERALS[tens - 1]}十"
    return leading + (_NUMERALS[ones - 1] if ones else "")


HEAD_OFFICE = "320723000"

_AT_HEAD_OFFICE = {
    "approver": 3,
    "risk_officer": 2,
    "product_manager": 2,
    "post_loan_officer": 2,
    "auditor": 1,
    "administrator": 1,
}


def branches(places: Places) -> pl.DataFrame:
    """The bank: a head office, and one branch in every town that has villages."""
    rows = [(HEAD_OFFICE, f"{towns.COUNTY_NAME[:2]}农商银行（演示）总行", "", "")]
    rows += [(f"{t.code}", f"{t.name}支行", HEAD_OFFICE, t.code) for t in places.town]
    return pl.DataFrame(rows, schema=["网点代码", "名称", "上级代码", "镇代码"], orient="row")


def staff(seed: int, places: Places) -> pl.DataFrame:
    """Who works where: a manager for about four villages, a president per branch, a head office."""
    posts: list[tuple[str, str, str]] = []
    for index, town in enumerate(places.town):
        codes = [str(c) for c in places.village_code[places.village_town == index]]
        managers = max(1, round(len(codes) / VILLAGES_PER_MANAGER))
        posts += [
            ("customer_manager", town.code, ";".join(codes[m::managers])) for m in range(managers)
        ]
        posts.append(("branch_president", town.code, ""))
    for role, count in _AT_HEAD_OFFICE.items():
        posts += [(role, HEAD_OFFICE, "")] * count
    rng = stream(seed, "staff")
    surname = names.SURNAMES[names.common_surnames(rng, len(posts))]
    male = rng.random(len(posts)) < 0.55
    given = names.given_names(rng, male, rng.integers(1972, 2000, male.size))
    full = np.strings.add(surname, given)
    rows = [
        (f"Y{number:04d}", str(name), role, branch, villages)
        for number, (name, (role, branch, villages)) in enumerate(zip(full, posts, strict=True), 1)
    ]
    headings = ["工号", "姓名", "角色", "网点代码", "管户村代码"]
    return pl.DataFrame(rows, schema=headings, orient="row")
