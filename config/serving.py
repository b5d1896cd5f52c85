"""What a process does that answers people, before the first question: it works on few rows, and
nobody waits for anything but the answer."""

import gc
import os

ENVIRONMENT = {"POLARS_MAX_THREADS": "1"}
"""Of one customer or one page there are few rows: more threads over them only wait for one
another. Workers, which go over the county, keep them all."""


def prepare() -> None:
    """Set what libraries read when they are imported; what a bank has set itself stays."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def settle() -> None:
    """Spare the garbage collector what lives as long as the process, which it would look through
    while somebody waits."""
    gc.collect()
    gc.freeze()
