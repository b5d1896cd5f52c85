"""Gives the test suite its servers before Django's settings are read.

A pytest plugin, named in pyproject.toml. Two runs at the same time get a database each.
"""

import fcntl
import os
from collections.abc import Generator

import pytest

from config.local import places, services
from config.local.words import LocalError


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    """Goes round every other plugin's part, pytest-django's included.

    The workers of pytest-xdist inherit the addresses and need nothing of their own.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        try:
            services.ensure_until_exit()
        except LocalError as exc:
            raise pytest.UsageError(str(exc)) from exc
        os.environ.setdefault("TEST_DATABASE", _free_name())
    return (yield)


def _free_name() -> str:
    """`test_qianmo` for the first run on this machine, `test_qianmo_2` for one beside it."""
    place = places.here()
    for number in range(1, 100):
        lock = place.lock(f"tests-{number}")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        return "test_qianmo" if number == 1 else f"test_qianmo_{number}"  # locked until we end
    raise pytest.UsageError("A hundred test runs are under way at once; wait for one to end.")
