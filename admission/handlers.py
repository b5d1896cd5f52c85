"""How the admission room reacts to what it is asked for; config/wiring.py says to what.

Handlers run inside a transaction; what takes long is handed to a worker once that has committed.
"""

from admission.events import MeasuringAsked, TaggingAsked
from admission.tasks import measure_county as measure_task
from admission.tasks import tag_county as tag_task
from core.tasks import hand_over


def tag_county(event: TaggingAsked) -> None:
    """Have everybody tagged anew."""
    hand_over(tag_task, event.asked_by_id)


def measure_county(event: MeasuringAsked) -> None:
    """Have all features measured anew."""
    hand_over(measure_task, event.asked_by_id)
