"""Everything that can wait for somebody in the back office, in the order of the first page."""

from collections.abc import Sequence

from config.queues import admission, limits, loans, upkeep, villages
from config.queues.queue import Queue

QUEUES: Sequence[Queue] = (
    *limits.QUEUES,
    *villages.QUEUES,
    *loans.QUEUES,
    *admission.QUEUES,
    *upkeep.QUEUES,
)
