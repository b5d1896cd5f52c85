"""Puts a county together and writes it down."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import IO

import numpy as np
import polars as pl

from sandbox.county import (
    bureau,
    economy,
    ground,
    kinship,
    neighbours,
    people,
    places,
    records,
    roster,
)
from sandbox.county.chance import Whole, stream
from sandbox.county.identity import REGION

AS_OF = date(2026, 6, 30)
"""The day on which a county's figures are true, unless another is asked for."""

JOURNAL = "core-bank.jsonl"
"""Where the played core bank keeps a county's payments; a county made anew has none."""

SHAPES = "villages.geojson"
"""The villages' polygons, as the map importer takes them."""

NOTICE = "# 合成数据，非真实人员 SYNTHETIC DATA, no real persons — seed={seed}\n"


@dataclass(frozen=True)
class CountyMade:
    """What a county came to: how many of everything, and where it was written."""

    seed: int
    as_of: str
    out: str
    villages: int
    groups: int
    households: int
    customers: int
    adults: int
    relations: int
    accounts: int
    listed: int
    neighbours: int


def make_county(
    out: Path, *, villages: int = 6, customers: int = 2400, seed: int = 1, as_of: date = AS_OF
) -> CountyMade:
    """Write a synthetic county to CSV files in ``out``: same arguments, same bytes.

    Raises ``TooManyVillages`` or ``TooManyBirths`` when the county would not hold together.
    """
    map_ = places.lay_out(seed, villages)
    everyone = people.settle(seed, customers, as_of)
    homes, lives = economy.live(seed, map_, everyone)
    papers = roster.identify(seed, map_, homes, everyone)
    world = _world(seed, map_, homes, everyone, lives, papers, as_of)
    rings = ground.grounds(seed, map_)
    tables = {
        "areas": places.areas(map_),
        "branches": places.branches(map_),
        "staff": places.staff(seed, map_),
        "roster": roster.roster(seed, map_, homes, everyone, lives, papers),
        "households": roster.declared(seed, homes, papers),
        "relations": kinship.relations(seed, map_, homes, everyone, lives, papers),
        "deposits": roster.deposits(seed, everyone, lives, papers, as_of),
        "lists": roster.lists(seed, everyone, lives, papers),
        "world": world,
        "neighbours": neighbours.neighbours(seed, map_, homes, everyone, lives, papers),
        "positions": ground.positions(seed, map_, rings, homes.group, papers.household_no),
    }
    made = CountyMade(
        seed=seed,
        as_of=as_of.isoformat(),
        out=str(out),
        villages=villages,
        groups=map_.group_code.size,
        households=homes.z.size,
        customers=everyone.age.size,
        adults=world.height,
        relations=tables["relations"].height,
        accounts=tables["deposits"].height,
        listed=tables["lists"].height,
        neighbours=tables["neighbours"].height,
    )
    _write(out, tables, made)
    notice = NOTICE.format(seed=seed).strip("# \n")
    ground.write(out / SHAPES, ground.geojson(map_, rings, notice))
    return made


def _world(
    seed: int,
    map_: places.Places,
    homes: economy.Homes,
    everyone: people.People,
    lives: economy.Livelihoods,
    papers: roster.Papers,
    as_of: date,
) -> pl.DataFrame:
    """The hidden truth, one row for each adult: merit, income, and every outside answer."""
    who = np.flatnonzero(everyone.age >= 18)
    home = everyone.household[who]
    adults = records.Adults(
        z=lives.z[who],
        age=everyone.age[who],
        marital=everyone.marital[who],
        occupation=lives.occupation[who],
        income=lives.income[who],
        land_contract_mu=homes.land_contract_mu[home],
        land_in_mu=homes.land_in_mu[home],
        main_line=homes.main_line[home],
        household_income=homes.income[home],
        house_value=homes.house_value[home],
    )
    columns = {
        "id_number": papers.id_number[who],
        "name": papers.name[who],
        "phone": papers.phone[who],
        "household_no": papers.household_no[home],
        "village": map_.village_code[homes.village[home]],
        "is_head": everyone.relation[who] == people.HEAD,
        "male": everyone.male[who],
        "born_on": np.datetime_as_string(everyone.born_on[who]),
        "z": np.round(lives.z[who], 4),
        "z_household": np.round(homes.z[home], 4),
        "income_true": adults.income,
        "household_income_true": adults.household_income,
        "default_propensity": np.round(lives.default_propensity[who], 5),
        "trouble_month": _trouble(seed, lives.default_propensity[who]),
        **records.public_security(seed, adults, as_of),
        **records.civil_affairs(seed, adults, as_of),
        **records.courts(seed, adults),
        **records.contributions(seed, adults),
        **records.titles(seed, adults),
        **records.registries(seed, adults),
        **records.agriculture(seed, adults, everyone.relation[who] == people.HEAD),
        **bureau.central_bank(seed, adults, as_of),
        **bureau.market_bureau(seed, adults),
        **bureau.carriers_and_sanctions(seed, adults),
    }
    return pl.DataFrame(columns)


HORIZON = 120


def _trouble(seed: int, propensity: np.ndarray) -> Whole:
    """Months after the county's day until lasting trouble begins; 120 and more means never."""
    draw = stream(seed, "trouble").random(propensity.size)
    months = np.ceil(12 * np.log(draw) / np.log1p(-propensity))
    return np.minimum(months, HORIZON).astype(np.int64)


def _write(out: Path, tables: dict[str, pl.DataFrame], made: CountyMade) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / JOURNAL).unlink(missing_ok=True)
    for name, table in tables.items():
        with _headed(out / f"{name}.csv", made.seed) as file:
            table.with_columns(pl.col(pl.String).replace("", None)).write_csv(file)
    about = {key: value for key, value in asdict(made).items() if key != "out"}
    truth = {
        "notice": NOTICE.format(seed=made.seed).strip("# \n"),
        "synthetic": True,
        "identity_region": REGION,
        "counts": about,
        "truth": {
            "z": "standard normal over the county; bad records fall and good ones rise with it",
            "village_share": economy.VILLAGE_SHARE,
            "household_share": economy.HOUSEHOLD_SHARE,
            "log_income_per_z": economy.INCOME_ON_Z,
            "default_log_odds": [
                economy.DEFAULT_INTERCEPT,
                economy.DEFAULT_ON_Z,
                economy.DEFAULT_ON_INCOME,
            ],
            "trouble_horizon_months": HORIZON,
        },
    }
    text = json.dumps(truth, ensure_ascii=False, indent=1, sort_keys=True)
    (out / "world.json").write_text(text + "\n", encoding="utf-8", newline="\n")


@contextmanager
def _headed(path: Path, seed: int) -> Iterator[IO[bytes]]:
    """An open file whose first line already says that nobody in it exists."""
    with path.open("wb") as file:
        file.write(NOTICE.format(seed=seed).encode())
        yield file
