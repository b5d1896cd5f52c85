"""`make run`: prepares Qianmo on this machine, serves it, and keeps every part of it alive."""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from config.local import services
from config.local.children import (
    MOST_DEATHS,
    PATIENCE_SECONDS,
    Child,
    Deaths,
    TooManyDeaths,
    kill_group,
    start,
)
from config.local.places import CHECKOUT, Place, here
from config.local.words import LocalError, say, tail

WEB_PORT = 8000
SANDBOX_PORT = 8100


class Stopping(Exception):  # noqa: N818 - an order, not an error
    """The person asked us to stop."""


class Supervisor:
    """Everything that `make run` has started, from the first step to the last goodbye."""

    def __init__(self, place: Place, *, port: int) -> None:
        self.place = place
        self.port = port
        self.address = f"http://127.0.0.1:{port}/"
        self.children: list[Child] = []
        self.servers = services.Services()
        self.server_deaths = Deaths()
        self._asked = 0

    def run(self) -> None:
        """Serve until asked to stop. Raises LocalError, in one sentence, where that cannot be."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        try:
            with _the_only_one(self.place, self.address):
                _see_port_is_free(self.port)
                say("启动 PostgreSQL 与 Redis……", "Starting PostgreSQL and Redis…", to=sys.stdout)
                with services.ensure() as self.servers:
                    self._serve()
        except Stopping:
            pass
        say("已停止。", "Stopped.", to=sys.stdout)

    def _serve(self) -> None:
        """Prepare and start everything. What may overlap does: starting is mostly importing."""
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
        os.environ["PYTHONUNBUFFERED"] = "1"
        os.chdir(CHECKOUT)
        try:
            sandbox_answers = self._begin_sandbox()
            if not catalogues_are_compiled(CHECKOUT / "locale"):
                self._step("编译中文词条", "Compiling the catalogue", "compile_catalogues")
            self._step("准备数据库与演示县", "Preparing database and demo county", "prepare")
            self._begin_web()
            self._wait_for("外部模拟", "sandbox", sandbox_answers)
            self._wait_for("网页", "web", lambda: _is_healthy(self.address))
            self._begin_work()
            say("网页已启动", f"Web is up: {self.address}", to=sys.stdout)
            say(f"日志在 {self.place.logs}，", "logs are there. Ctrl-C stops all.", to=sys.stdout)
            while True:
                self._look_after_all()
        finally:
            self._end_all()

    def _begin_sandbox(self) -> Callable[[], bool]:
        """Play the outside world, unless SOURCES_URL names another; whether it answers by now."""
        if os.environ.get("SOURCES_URL"):
            return lambda: True
        port = _free_port(SANDBOX_PORT)
        os.environ["SOURCES_URL"] = f"http://127.0.0.1:{port}"
        self._begin("外部模拟", "sandbox", ["manage.py", "sandbox", "--port", str(port)])
        return lambda: _is_taken(port)

    def _begin_web(self) -> None:
        web = ["-m", "uvicorn", "config.asgi:application", "--port", str(self.port)]
        self._begin("网页", "web", [*web, "--no-access-log", "--timeout-graceful-shutdown", "3"])

    def _begin_work(self) -> None:
        """Workers start once somebody can look at pages: each is seconds of importing."""
        celery = ["-m", "celery", "-A", "config.celery:app"]
        worker = [*celery, "worker", "--pool=prefork", "-c", "2", "--hostname=qianmo@localhost"]
        self._begin("任务进程", "worker", [*worker, "--loglevel=INFO"])
        beat = [*celery, "beat", "--schedule", str(self.place.base / "beat-schedule")]
        self._begin("定时进程", "beat", [*beat, "--pidfile=", "--loglevel=INFO"])

    def _begin(self, chinese: str, english: str, arguments: list[str]) -> None:
        child = Child(chinese, english, arguments, self.place)
        child.start()
        self.children.append(child)

    def _step(self, chinese: str, english: str, *command: str) -> None:
        """Run one command of manage.py to its end, with its output where the person sees it."""
        say(f"{chinese}……", f"{english}…", to=sys.stdout)
        process = start(["manage.py", *command], stdin=subprocess.DEVNULL)
        try:
            while process.poll() is None:
                self._look_after_all()
        finally:
            if process.poll() is None:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=PATIENCE_SECONDS)
            kill_group(process.pid)
        if process.returncode:
            what = " ".join(["manage.py", *command])
            raise LocalError(f"{what} 未成功，原因见上。", f"{what} failed; the reason is above.")

    def _wait_for(self, chinese: str, english: str, answers: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not answers():
            if time.monotonic() > end:
                log = self.place.log(english)
                raise LocalError(
                    f"{chinese} 60 秒内没有应答，日志见 {log}。",
                    f"The {english} did not answer within 60 s; its log is {log} and ends:\n"
                    f"{tail(log)}",
                )
            self._look_after_all()

    def _look_after_all(self) -> None:
        self._stop_if_asked()
        for name in self.servers.repair():
            say(f"{name} 意外停止，已重新启动。", f"{name} had died and was started again.")
            try:
                self.server_deaths.count(time.monotonic())
            except TooManyDeaths as exc:
                raise LocalError(
                    f"{name} 一分钟内停止 {MOST_DEATHS} 次，放弃重启。",
                    f"{name} died again and again, so everything ends; see {self.place.logs}.",
                ) from exc
        for child in self.children:
            child.look_after()
        time.sleep(0.1)

    def _end_all(self) -> None:
        if self.children:
            say("正在停止……", "Stopping…", to=sys.stdout)
        for child in reversed(self.children):
            child.ask_to_end()
        deadline = time.monotonic() + PATIENCE_SECONDS
        for child in self.children:
            child.see_ended(deadline=deadline)

    def _ask_to_stop(self, *_: object) -> None:
        self._asked += 1

    def _stop_if_asked(self) -> None:
        if self._asked:
            raise Stopping


def run() -> None:
    """Serve this checkout on the port that PORT names, 8000 unless told otherwise."""
    Supervisor(here(), port=_port_from_environment()).run()


def catalogues_are_compiled(locale: Path) -> bool:
    """Whether every translation has been compiled since it was last written."""
    return all(
        text.with_suffix(".mo").exists()
        and text.with_suffix(".mo").stat().st_mtime > text.stat().st_mtime
        for text in locale.glob("*/LC_MESSAGES/*.po")
    )


def _port_from_environment() -> int:
    text = os.environ.get("PORT") or str(WEB_PORT)
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise LocalError(
            f"PORT 应为 1 到 65535 的整数，而不是 {text}。",
            f"PORT must be a whole number from 1 to 65535, not {text!r}; say: PORT=8001 make run",
        )
    return int(text)


@contextlib.contextmanager
def _the_only_one(place: Place, address: str) -> Iterator[None]:
    """One checkout is served once. The second is told where the first one is."""
    with os.fdopen(place.lock("run"), "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            there = lock.read().strip()
            raise LocalError(
                f"本目录的阡陌已在运行：{there}", f"Qianmo is already running here: {there}"
            ) from exc
        lock.truncate(0)
        lock.write(address)
        lock.flush()
        yield


def _see_port_is_free(port: int) -> None:
    try:
        _bind(port)
    except PermissionError as exc:
        raise LocalError(
            f"无权使用端口 {port}。",
            f"This user may not serve on port {port}; choose one above 1023: PORT=8001 make run",
        ) from exc
    except OSError as exc:
        raise LocalError(
            f"端口 {port} 已被占用。",
            f"Port {port} is in use by another program; choose another: PORT={port + 1} make run",
        ) from exc


def _bind(port: int) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return probe.getsockname()[1]


def _free_port(wanted: int) -> int:
    try:
        return _bind(wanted)
    except OSError:
        return _bind(0)


def _is_taken(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _is_healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}healthz", timeout=3) as answer:  # noqa: S310 - http
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
