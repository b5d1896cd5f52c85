"""Waits until nobody uses the embedded servers, then has them stopped: kill -9 leaves none behind.

Started beside the servers as `python -I -S caretaker.py LOCK BASE PYTHON CHECKOUT`. It only sleeps
on a lock, so it imports next to nothing. A command that leaves in good order ends it.
"""

import fcntl
import os
import sys


def main(lock: str, base: str, python: str, checkout: str) -> None:
    with open(lock) as used:  # noqa: PTH123 - pathlib would cost more than all the rest
        fcntl.flock(used, fcntl.LOCK_EX)
    if not os.path.isdir(base):  # noqa: PTH112 - as above
        return  # somebody removed it all
    os.chdir(checkout)
    # Takes our place, and starts another caretaker if somebody has come meanwhile.
    os.environ["QIANMO_LOCAL"] = base
    os.execv(python, [python, "-m", "config.local", "close"])  # noqa: S606 - our own command


if __name__ == "__main__":
    main(*sys.argv[1:])
