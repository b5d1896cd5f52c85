"""What every stage of the demo knows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from core.models import User
from core.roles import Role
from sandbox.county.truth import load_households, load_world
from sandbox.demo.clock import Clock

Tell = Callable[[int, int], None]
"""Says how far a stage has come: done, of how many."""


@dataclass
class Setting:
    """One simulated county, its people's hidden truth, and the bank's staff who act in it."""

    county: Path
    seed: int
    clock: Clock
    password: str
    sandbox_url: str

    def chance(self, stage: str) -> np.random.Generator:
        """Chance for one stage, the same whenever the same seed is played."""
        return np.random.default_rng([self.seed, *stage.encode()])

    @cached_property
    def world(self) -> pl.DataFrame:
        """The hidden truth about every adult."""
        return load_world(self.county)

    @cached_property
    def households(self) -> pl.DataFrame:
        """What a neighbour can see of each household."""
        return load_households(self.county)

    @cached_property
    def true_incomes(self) -> dict[str, int]:
        """What each household really earns a year, yuan, by household number."""
        by_household = self.world.group_by("household_no").agg(
            pl.col("household_income_true").first()
        )
        return dict(by_household.iter_rows())

    def staff(self, role: Role) -> list[User]:
        """The bank's people in one role, in the order of their numbers."""
        return list(User.objects.filter(role=role).select_related("branch").order_by("username"))

    def one(self, role: Role) -> User:
        """Somebody in one role."""
        return self.staff(role)[0]


VISITS_AFTER = timedelta(days=3)
"""From the neighbours' review to the first visits."""
