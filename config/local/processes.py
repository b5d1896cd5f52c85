"""What lives and what has died, seen by its number."""

import contextlib
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil


def is_alive(pid: int) -> bool:
    """Whether a process runs under this number. One that ended and was not yet fetched does not."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def first_line_number(file: Path) -> int | None:
    """The process number in the first line of a pid file, where there is one."""
    try:
        return int(file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def running(recognised: Callable[[psutil.Process], bool]) -> list[int]:
    """The numbers of all live processes that ``recognised`` says yes to."""
    return [each.pid for each in psutil.process_iter() if _is(each, recognised)]


def is_recognised(pid: int | None, recognised: Callable[[psutil.Process], bool]) -> bool:
    """Whether ``pid`` is alive and ``recognised`` says yes to it: numbers are given out again."""
    if pid is None or not is_alive(pid):
        return False
    try:
        return _is(psutil.Process(pid), recognised)
    except psutil.NoSuchProcess:
        return False


def _is(process: psutil.Process, recognised: Callable[[psutil.Process], bool]) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and recognised(process)
    except (psutil.Error, OSError):
        return False


def wait_until(happened: Callable[[], bool], *, seconds: float) -> bool:
    """Whether it came to pass within ``seconds``."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def end(pids: Iterable[int], *, signals: Iterable[tuple[int, float]]) -> None:
    """Send one signal after another, each with its seconds of patience, until all have ended."""
    left = list(pids)
    for number, seconds in signals:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        wait_until(lambda: not any(is_alive(pid) for pid in left), seconds=seconds)  # noqa: B023
        left = [pid for pid in left if is_alive(pid)]
