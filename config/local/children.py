"""The programs that `make run` keeps alive: sandbox, web, worker, beat."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass, field

from config.local import processes
from config.local.places import Place
from config.local.words import LocalError, say, tail

MOST_DEATHS = 5
WITHIN_SECONDS = 60
PATIENCE_SECONDS = 10
PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux
_LIBC = ctypes.CDLL(None)  # opened here, since little is safe between fork and exec


@dataclass
class Deaths:
    """When a program died of late, and so how long to wait before it is started again."""

    at: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_DEATHS))

    def count(self, now: float) -> float:
        """Note a death at ``now``; the seconds to wait. TooManyDeaths where it is hopeless."""
        self.at.append(now)
        recent = [each for each in self.at if now - each < WITHIN_SECONDS]
        if len(recent) == MOST_DEATHS:
            raise TooManyDeaths
        return 0.5 * 2 ** (len(recent) - 1)


class TooManyDeaths(Exception):  # noqa: N818 - a verdict
    """Starting again does not help."""


class Child:
    """One program with its own process group and log."""

    def __init__(self, chinese: str, english: str, arguments: list[str], place: Place) -> None:
        self.chinese = chinese
        self.english = english
        self.arguments = arguments
        self.place = place
        self.log = place.log(english)
        self.deaths = Deaths()
        self.due: float | None = None
        self._process: subprocess.Popen | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        self.due = None
        with contextlib.closing(os.fdopen(self.place.open_log(self.english), "ab")) as log:
            self._process = start(self.arguments, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def look_after(self) -> None:
        """Notice a death, say so, and start again when the pause is over."""
        now = time.monotonic()
        if self.due is not None:
            if now >= self.due:
                self.start()
            return
        if self._process is None or self._process.poll() is None:
            return
        how = _manner(self._process.returncode)
        kill_group(self._process.pid)
        try:
            pause = self.deaths.count(now)
        except TooManyDeaths as exc:
            raise LocalError(
                f"{self.chinese}一分钟内停止 {MOST_DEATHS} 次，放弃重启，日志见 {self.log}。",
                f"The {self.english} died {MOST_DEATHS} times within a minute, so everything ends; "
                f"its log is {self.log} and ends:\n{tail(self.log)}",
            ) from exc
        self.due = now + pause
        say(
            f"{self.chinese}意外停止，{pause:g} 秒后重启。",
            f"The {self.english} died ({how}); starting it again in {pause:g} s.",
        )

    def ask_to_end(self) -> None:
        self.due = None
        if self._process and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()

    def see_ended(self, *, deadline: float) -> None:
        """Wait until ``deadline``, then end whatever is left of its process group."""
        if self._process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=max(0, deadline - time.monotonic()))
        kill_group(self._process.pid)
        self._process.wait()
        self._process = None


def start(arguments: list[str], **streams: object) -> subprocess.Popen:
    """Run our own Python with ``arguments`` in a process group of its own, from the checkout."""
    return subprocess.Popen(  # noqa: S603 - our own programs
        [sys.executable, *arguments],
        start_new_session=True,
        preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        **streams,
    )


def kill_group(pid: int) -> None:
    """End at once whatever still runs in the process group that ``pid`` began."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
        processes.wait_until(lambda: not _group_lives(pid), seconds=2)


def _group_lives(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _end_with_parent() -> None:
    """Ask the system to end this child even where its keeper is killed without a chance to."""
    _LIBC.prctl(PARENT_DEATH_SIGNAL, signal.SIGTERM)


def _manner(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
