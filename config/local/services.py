"""The database and the broker that a command works with: those it was given, or the embedded ones.

Every command that uses the embedded servers holds a shared lock. The last one to leave stops them,
so that nothing is left behind and nobody loses a server that is in use.
"""

import atexit
import contextlib
import fcntl
import os
import signal
import sys
import threading
from collections.abc import Iterator

from config.local import given
from config.local.places import Place, here
from config.local.postgres import Postgres
from config.local.redis import RedisServer

Server = Postgres | RedisServer


class Services:
    """What one process holds of the embedded servers. Empty where both addresses were given."""

    def __init__(self) -> None:
        self._place: Place | None = None
        self._servers: list[Server] = []
        self._users: int | None = None
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
        self._users = self._place.lock("users")
        with self._place.door():
            fcntl.flock(self._users, fcntl.LOCK_SH)
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
        if self._users is None or os.getpid() != self._owner:
            return
        users, self._users = self._users, None
        for variable in self._named:
            os.environ.pop(variable, None)
        with self._place.door():
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                for server in reversed(both(self._place)):
                    server.stop()
            finally:
                fcntl.flock(users, fcntl.LOCK_UN)
                os.close(users)

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


def _end_in_order_on_sigterm() -> None:
    """Without this, SIGTERM ends Python without a goodbye and leaves the servers running."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, lambda number, _: sys.exit(128 + number))
