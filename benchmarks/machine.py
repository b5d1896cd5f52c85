"""How fast the machine is at the moment, so that seconds of two runs can be compared.

Rented machines slow down and speed up from hour to hour. One thread of plain Python is the
yardstick: most of what the platform's own work takes is that.
"""

import time

TURNS, TIMES = 5_000_000, 3


def loop_seconds() -> float:
    """Seconds of ten million turns of a loop that adds, the quickest of a few."""
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        _loop()
        took.append(time.perf_counter() - began)
    return round(2 * min(took), 3)


def _loop() -> int:
    total = 0
    for each in range(TURNS):
        total += each
    return total
