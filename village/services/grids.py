"""Grids change hands: a manager leaves, another takes over, villages go from one to the other."""

from core import audit, events
from core.models import User
from village.events import GridHandedOver
from village.models import Grid


def handed_over(grid: Grid, *, actor: User | None) -> None:
    """Write down who walks a grid from now on, and let those know whose work hangs on it.

    For whoever has just saved the grid, or villages that came to it, in the same transaction.
    """
    audit.record(grid, "village.grid.handed_over", actor=actor, manager=grid.manager_id)
    events.publish(GridHandedOver(grid_id=grid.pk))
