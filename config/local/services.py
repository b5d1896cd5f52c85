"""The database and the broker that a command works with: those it was given, or the embedded ones.

Every command that uses the embedded servers holds a shared lock. The last one to leave stops them,
so that nothing is left behind and nobody loses a server that is in use. Where it was killed and
could not, the caretaker does.
"""

import atexit
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil

from config.local import given, processes
from config.local.places import CHECKOUT, Place, here
from config.local.postgres import Postgres
from config.local.redis import RedisServer

CARETAKER = Path(__file__).with_name("caretaker.py")
Server = Postgres | RedisServer


class Services:
    """What one process holds of the embedded servers. Empty where both addresses were given."""

    def __init__(self) -> None:
        self._place: Place | None = None
        self._servers: list[Server] = []
        self._locks: list[int] = []
        self._named: list[str] = []
        self._owner = os.getpid()

    def name(self) -> "Services":
        """Write DATABASE_URL and REDIS_URL into the environment without starting anything.

        For commands that read the settings but ask nothing of a server.
        """
        for variable, server in self._missing().items():
            os.environ[variable] = server.url
        return self

    def ensure(self) -> "Services":
        """Have a database and a broker that answer, and their addresses in the environment.

        Raises LocalError, with one sentence, where a given address does not answer.
        """
        given.check_those_set()
        missing = self._missing()
        if not missing:
            return self
        self._servers = list(missing.values())
        self._locks = [self._place.lock("users"), self._place.lock("alive")]
        with self._place.door():
            for lock in self._locks:
                fcntl.flock(lock, fcntl.LOCK_SH)
            _have_caretaker(self._place)
            for server in self._servers:
                server.ensure()
        for variable, server in missing.items():
            os.environ[variable] = server.url
            self._named.append(variable)
        return self

    def repair(self) -> list[str]:
        """Start again whichever embedded server has died; their names."""
        dead = [server for server in self._servers if server.pid is None]
        if not dead:
            return []
        with self._place.door():
            return [server.name for server in dead if server.ensure()]

    def release(self) -> None:
        """Leave. Where nobody else is using the embedded servers, stop them.

        Both, since the other one may have been left running by a command that was killed.
        """
        if not self._locks or os.getpid() != self._owner:
            return
        locks, self._locks = self._locks, []
        for variable in self._named:
            os.environ.pop(variable, None)
        with self._place.door():
            if _is_last(locks[0]):
                _dismiss_caretaker(self._place)
                for server in reversed(both(self._place)):
                    server.stop()
            for lock in locks:
                fcntl.flock(lock, fcntl.LOCK_UN)
                os.close(lock)

    def _missing(self) -> dict[str, Server]:
        """The servers that no variable names, by the name of the variable."""
        unset = [name for name in (given.DATABASE, given.REDIS) if not os.environ.get(name)]
        if not unset:
            return {}
        self._place = here()
        made = dict(zip((given.DATABASE, given.REDIS), both(self._place), strict=True))
        return {name: made[name] for name in unset}


def both(place: Place) -> tuple[Postgres, RedisServer]:
    return Postgres(place), RedisServer(place)


@contextlib.contextmanager
def ensure() -> Iterator[Services]:
    """Servers for as long as the block runs."""
    services = Services()
    try:
        yield services.ensure()
    finally:
        services.release()


def ensure_until_exit() -> Services:
    """Servers for as long as this process runs, also where it is asked to end by a signal."""
    services = Services()
    atexit.register(services.release)
    _end_in_order_on_sigterm()
    return services.ensure()


def close() -> None:
    """Stop servers that nobody uses any more; where somebody does after all, watch on."""
    place = here()
    users = place.lock("users")
    with place.door():
        if _is_last(users):
            for server in reversed(both(place)):
                server.stop()
        else:
            _have_caretaker(place)
        os.close(users)


def _is_last(users: int) -> bool:
    """Whether nobody else holds the users' lock. The caller is behind the door."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _have_caretaker(place: Place) -> None:
    if not processes.is_recognised(_caretaker(place), _is_caretaker):
        _start_caretaker(place)


def _start_caretaker(place: Place) -> None:
    lock = str(place.base / "alive.lock")
    words = [str(CARETAKER), lock, str(place.base), sys.executable, str(CHECKOUT)]
    with contextlib.closing(os.fdopen(place.open_log("caretaker"), "ab")) as log:
        started = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", "-S", *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    (place.sockets / "caretaker.pid").write_text(str(started.pid))


def _dismiss_caretaker(place: Place) -> None:
    pid = _caretaker(place)
    if processes.is_recognised(pid, _is_caretaker):
        processes.end([pid], signals=[(signal.SIGTERM, 5), (signal.SIGKILL, 5)])


def _caretaker(place: Place) -> int | None:
    return processes.first_line_number(place.sockets / "caretaker.pid")


def _is_caretaker(process: psutil.Process) -> bool:
    return str(CARETAKER) in process.cmdline()


def _end_in_order_on_sigterm() -> None:
    """Without this, SIGTERM ends Python without a goodbye and leaves the servers running."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, lambda number, _: sys.exit(128 + number))
