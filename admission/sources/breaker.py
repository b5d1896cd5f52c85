"""Leaving a source alone that is down, so that nobody waits for it and it can recover."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

AFTER_FAILURES = 5
REST_SECONDS = 30.0


@dataclass
class _State:
    failures: int = 0
    resting_until: float = 0.0
    probing: bool = False


class Breakers:
    """One breaker per source of this process.

    After ``after`` failures in a row a source rests; then one question is let through, and its
    fate decides whether the source is back.
    """

    def __init__(
        self,
        *,
        after: int = AFTER_FAILURES,
        rest: float = REST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._after, self._rest, self._clock = after, rest, clock
        self._states: dict[str, _State] = {}
        self._lock = threading.Lock()

    def lets_through(self, source: str) -> bool:
        """Whether the source may be asked now."""
        with self._lock:
            state = self._states.get(source)
            if state is None or state.failures < self._after:
                return True
            if state.probing or self._clock() < state.resting_until:
                return False
            state.probing = True
            return True

    def answered(self, source: str) -> None:
        """The source is well."""
        with self._lock:
            self._states.pop(source, None)

    def failed(self, source: str) -> None:
        """The source did not answer."""
        with self._lock:
            state = self._states.setdefault(source, _State())
            state.failures += 1
            state.probing = False
            if state.failures >= self._after:
                state.resting_until = self._clock() + self._rest

    def undecided(self, source: str) -> None:
        """The question ended without a word about the source: the next one may try it instead."""
        with self._lock:
            if state := self._states.get(source):
                state.probing = False

    def reset(self) -> None:
        """Forget all failures."""
        with self._lock:
            self._states.clear()


breakers = Breakers()
"""The breakers of this process."""
