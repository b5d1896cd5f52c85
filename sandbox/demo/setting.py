"""What every stage of the demo knows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
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
    _frames: dict[str, pl.DataFrame] = field(default_factory=dict)

    def chance(self, stage: str) -> np.random.Generator:
        """Chance for one stage, the same whenever the same seed is played."""
        return np.random.default_rng([self.seed, *stage.encode()])

    @property
    def world(self) -> pl.DataFrame:
        """The hidden truth about every adult."""
        return self._frame("world", load_world)

    @property
    def households(self) -> pl.DataFrame:
        """What a neighbour can see of each household."""
        return self._frame("households", load_households)

    def _frame(self, name: str, load: Callable[[Path], pl.DataFrame]) -> pl.DataFrame:
        if name not in self._frames:
            self._frames[name] = load(self.county)
        return self._frames[name]

    def staff(self, role: Role) -> list[User]:
        """The bank's people in one role, in the order of their numbers."""
        return list(User.objects.filter(role=role).select_related("branch").order_by("username"))

    def one(self, role: Role) -> User:
        """Somebody in one role."""
        return self.staff(role)[0]


VISITS_AFTER = timedelta(days=3)
"""From the neighbours' review to the first visits."""
