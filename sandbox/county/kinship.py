"""Ties across households: brothers, married daughters, guarantors, business partners."""

import numpy as np
import polars as pl

from sandbox.county import economy
from sandbox.county.chance import Whole, happens, stream
from sandbox.county.economy import Homes, Livelihoods
from sandbox.county.people import HEAD, SPOUSE, People
from sandbox.county.places import Places
from sandbox.county.roster import Papers

KIN, GUARANTEE, PARTNERSHIP = "亲属", "担保", "合伙"


def relations(
    seed: int, places: Places, homes: Homes, everyone: People, lives: Livelihoods, papers: Papers
) -> pl.DataFrame:
    """One row for each tie between people of different households; nobody is tied to themselves."""
    rng = stream(seed, "kinship")
    heads = np.flatnonzero(everyone.relation == HEAD)
    of_head = homes.village
    brothers = _brothers(rng, heads, of_head, everyone, papers)
    daughters = _married_daughters(rng, heads, places, homes, everyone, papers)
    guarantors = _neighbours_of(rng, heads, of_head, happens(rng, homes.z, 0.03, tilt=-0.2))
    trades = np.isin(lives.occupation[heads], (economy.SHOPKEEPER, economy.OWNER))
    partners = _neighbours_of(
        rng, heads[trades], of_head[trades], rng.random(int(trades.sum())) < 0.12
    )
    frames = [
        _tied(papers, brothers, KIN),
        _tied(papers, daughters, KIN),
        _tied(papers, guarantors, GUARANTEE),
        _tied(papers, partners, PARTNERSHIP),
    ]
    return pl.concat(frames).unique(maintain_order=True)


def _tied(papers: Papers, pairs: tuple[Whole, Whole], kind: str) -> pl.DataFrame:
    one, other = pairs
    return pl.DataFrame(
        {
            "证件号码": papers.id_number[one],
            "关联证件号码": papers.id_number[other],
            "关系": pl.repeat(kind, one.size, eager=True, dtype=pl.String),
        },
        schema_overrides={"证件号码": pl.String, "关联证件号码": pl.String},
    )


def _brothers(
    rng: np.random.Generator, heads: Whole, village: Whole, everyone: People, papers: Papers
) -> tuple[Whole, Whole]:
    """Male heads of one surname and village, near in age, some of whom are brothers."""
    men = np.flatnonzero(everyone.male[heads])
    person = heads[men]
    order = np.lexsort(
        (everyone.born_on[person].astype(np.int64), papers.surname[person], village[men])
    )
    person, place = person[order], village[men][order]
    one, other = person[:-1], person[1:]
    same = (place[:-1] == place[1:]) & (papers.surname[one] == papers.surname[other])
    near = np.abs(everyone.age[one] - everyone.age[other]) <= 14
    are = same & near & (rng.random(one.size) < 0.3)
    return one[are], other[are]


def _married_daughters(
    rng: np.random.Generator,
    heads: Whole,
    places: Places,
    homes: Homes,
    everyone: People,
    papers: Papers,
) -> tuple[Whole, Whole]:
    """Wives and the heads they are daughters of: same surname, same town, a generation apart."""
    wives = np.flatnonzero((everyone.relation == SPOUSE) & ~everyone.male)
    wives = wives[rng.random(wives.size) < 0.45]
    town = places.village_town[homes.village]
    bucket = town * 1000 + papers.surname[heads]
    order = np.argsort(bucket, kind="stable")
    kinds, first, sizes = np.unique(bucket[order], return_index=True, return_counts=True)
    wanted = town[everyone.household[wives]] * 1000 + papers.surname[wives]
    slot = np.minimum(np.searchsorted(kinds, wanted), kinds.size - 1)
    offset = (rng.random(wives.size) * sizes[slot]).astype(np.int64)
    father = heads[order[first[slot] + offset]]
    apart = everyone.age[father] - everyone.age[wives]
    found = (kinds[slot] == wanted) & (apart >= 20) & (apart <= 42)
    found &= everyone.household[father] != everyone.household[wives]
    return wives[found], father[found]


def _neighbours_of(
    rng: np.random.Generator, heads: Whole, village: Whole, chosen: np.ndarray
) -> tuple[Whole, Whole]:
    """For each chosen head, another head among the fifteen that follow in the same village."""
    one = np.flatnonzero(chosen)
    other = one + rng.integers(1, 16, one.size)
    inside = other < heads.size
    one, other = one[inside], other[inside]
    same = village[one] == village[other]
    return heads[one[same]], heads[other[same]]
