"""What the rest of the bank may need to know about visits."""

from dataclasses import dataclass


@dataclass(frozen=True)
class VisitAccepted:
    """A second person found a manager's findings sound."""

    task_id: int


@dataclass(frozen=True)
class VisitCalledOff:
    """Nobody goes there any more."""

    task_id: int
