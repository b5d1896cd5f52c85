"""What this room does when it hears of something: a worker takes it up."""

from core.tasks import hand_over
from village.events import RosterOrdered, RosterReceived
from village.tasks import bring_roster, try_roster


def try_roster_out(event: RosterReceived) -> None:
    """A file is to be tried out."""
    hand_over(try_roster, event.import_id)


def bring_roster_in(event: RosterOrdered) -> None:
    """A file is to be brought in."""
    hand_over(bring_roster, event.import_id)
