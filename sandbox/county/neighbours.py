"""Who would sit on a village's review panel, how well they see, and who would collude."""

import numpy as np
import polars as pl

from sandbox.county import economy
from sandbox.county.chance import Flags, Whole, stream
from sandbox.county.economy import Homes, Livelihoods
from sandbox.county.people import HEAD, People
from sandbox.county.places import Places
from sandbox.county.roster import Papers

FEWEST, MOST = 12, 20
COLLUDING_SHARE = 0.2
"""Share of villages in which somebody colludes; every county has at least one such village."""


def neighbours(
    seed: int, places: Places, homes: Homes, everyone: People, lives: Livelihoods, papers: Papers
) -> pl.DataFrame:
    """Willing household heads, spread over a village's groups.

    ``insight`` is the standard deviation of the noise with which they see a neighbour's z;
    ``clique`` numbers those who agreed to praise one another's households, else nothing.
    """
    rng = stream(seed, "neighbours")
    heads = np.flatnonzero(everyone.relation == HEAD)
    age = everyone.age[heads]
    fit = (age >= 28) & (age <= 70) & (lives.residence[heads] == economy.RESIDENT)
    chosen = _panel_list(rng, homes, fit, places.village_code.size)
    clique = _cliques(rng, homes.village[chosen])
    seen_by = np.round(np.clip(rng.gamma(6, 0.14, chosen.size), 0.35, 1.8), 3)
    return pl.DataFrame(
        {
            "村代码": places.village_code[homes.village[chosen]],
            "组号": np.array([c[-2:] for c in places.group_code])[homes.group[chosen]],
            "户号": papers.household_no[chosen],
            "证件号码": papers.id_number[heads[chosen]],
            "insight": seen_by,
            "clique": pl.Series([None if c == 0 else int(c) for c in clique], dtype=pl.Int64),
        }
    )


def _panel_list(rng: np.random.Generator, homes: Homes, fit: Flags, villages: int) -> Whole:
    """Households whose heads are asked: one from every group, then a second, until enough."""
    able = np.flatnonzero(fit)
    able = able[np.lexsort((rng.random(able.size), homes.group[able]))]
    turn = np.arange(able.size) - np.searchsorted(homes.group[able], homes.group[able])
    by_turn = np.lexsort((rng.random(able.size), turn, homes.village[able]))
    able = able[by_turn]
    seat = np.arange(able.size) - np.searchsorted(homes.village[able], homes.village[able])
    wanted = rng.integers(FEWEST, MOST + 1, villages)
    return np.sort(able[seat < wanted[homes.village[able]]])


def _cliques(rng: np.random.Generator, village: Whole) -> Whole:
    """One or two pairs in a few villages; 0 is nobody's clique."""
    clique = np.zeros(village.size, dtype=np.int64)
    present = np.unique(village)
    few = max(1, round(COLLUDING_SHARE * present.size))
    number = 0
    for where in np.sort(rng.permutation(present)[:few]):
        members = rng.permutation(np.flatnonzero(village == where))
        pairs = min(1 + int(rng.random() < 0.4), members.size // 2)
        for pair in range(pairs):
            number += 1
            clique[members[2 * pair : 2 * pair + 2]] = number
    return clique
