"""Who reacts to what. The only place where a room learns of rooms before it on the road."""

from collections.abc import Callable, Sequence
from typing import Any

from core import events
from core.tasks import deliver_event

HANDLERS: dict[type, Sequence[Callable[[Any], None]]] = {}


def connect() -> None:
    """Tie events to those who react, and the outbox to the workers."""
    events.wire(HANDLERS)
    events.wake_with(deliver_event.delay)
