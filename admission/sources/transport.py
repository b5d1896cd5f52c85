"""Getting one question to a source and its reply back: time limits, retries, size limit."""

import logging
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus

from admission.sources.breaker import Breakers, breakers
from admission.sources.errors import NotTrusted, SourceError
from core.line import Broken, Late, Limits, Line, NoConnection, Reply, written

log = logging.getLogger("qianmo.admission")


@dataclass(frozen=True)
class Manners:
    """How long we wait and how often we try; waits between tries double."""

    timeout: float = 8.0
    connect_timeout: float = 2.0
    attempts: int = 3
    first_wait: float = 0.1

    @property
    def overall(self) -> float:
        """Seconds after which a question is not asked again after silence."""
        return self.timeout * 1.5


PATIENCE = 2
"""How many time limits a question may take in all, however often it is put and however slowly its
answer keeps coming: a limit on each piece alone would wait for ever for a source that drips."""


@dataclass
class Tries:
    """How often a question has been put to a source, however it ended."""

    number: int = 0


class Silence(SourceError):
    """The question went out and no answer came in time: it may have been heard."""

    def __init__(self) -> None:
        super().__init__("No answer in time.")


class TooLarge(NotTrusted):
    """The reply goes on for too long; ``beginning`` is what was read of it."""

    def __init__(self, beginning: bytes) -> None:
        super().__init__("The reply is too large.")
        self.beginning = beginning


@dataclass(frozen=True)
class _Asked:
    """One question on its way."""

    source: str
    path: str
    body: bytes
    authorisation: str
    tries: Tries
    until: float


class Transport:
    """Asks the outside world over HTTP; safe to share between threads."""

    def __init__(
        self,
        base_url: str,
        *,
        manners: Manners | None = None,
        breakers: Breakers = breakers,
        opens: Callable[[str], Line] = Line,
    ) -> None:
        self._manners = manners or Manners()
        self._breakers = breakers
        self._base_url = base_url
        self._idle: deque[Line] = deque()
        self._opens = opens

    def __enter__(self) -> "Transport":
        return self

    def __exit__(self, *_: object) -> None:
        while self._idle:
            self._idle.pop().close()

    def post(
        self,
        source: str,
        path: str,
        body: dict[str, str],
        *,
        authorisation: str,
        is_repeatable: bool = False,
        tries: Tries | None = None,
    ) -> bytes:
        """The reply's bytes. Raises SourceError, or TooLarge for a reply without end.

        Only what surely had no effect is tried again: a connection that never stood, a 5xx but for
        504, which tells of silence further on. After silence the question is put once more where
        that does no harm, within the overall limit. ``tries`` counts along.
        """
        question = written(body)
        if not self._breakers.lets_through(source):
            raise SourceError("The source is resting after failures in a row.", delivered=False)
        began = time.monotonic()
        until = began + self._manners.timeout * PATIENCE
        asked = _Asked(source, path, question, authorisation, tries or Tries(), until)
        try:
            return self._counted(asked, self._manners.timeout, self._manners.attempts)
        except Silence:
            left = began + self._manners.overall - time.monotonic()
            if not is_repeatable or left <= 0 or not self._breakers.lets_through(source):
                raise
        log.warning("%s did not answer in time and is asked once more.", source)
        return self._counted(asked, min(left, self._manners.timeout), 1)

    def _counted(self, asked: _Asked, timeout: float, attempts: int) -> bytes:
        """The reply, and the breaker told how the source did."""
        try:
            reply = self._with_retries(asked, timeout, attempts)
        except SourceError as exc:
            if exc.permanent:
                self._breakers.answered(asked.source)
            else:
                self._breakers.failed(asked.source)
            raise
        except TooLarge:
            self._breakers.answered(asked.source)
            raise
        except BaseException:
            self._breakers.undecided(asked.source)
            raise
        self._breakers.answered(asked.source)
        return reply

    def _with_retries(self, asked: _Asked, timeout: float, attempts: int) -> bytes:
        for attempt in range(1, attempts + 1):
            try:
                return self._once(asked, timeout)
            except SourceError as exc:
                is_over = attempt == attempts or time.monotonic() >= asked.until
                if exc.permanent or exc.delivered or is_over:
                    raise
            time.sleep(self._manners.first_wait * 2 ** (attempt - 1))
        raise AssertionError("unreachable")

    def _once(self, asked: _Asked, timeout: float) -> bytes:
        limits = Limits(min(self._manners.connect_timeout, timeout), timeout, asked.until)
        try:
            with self._line() as line:
                asked.tries.number += 1
                reply = line.ask(
                    asked.path,
                    asked.body,
                    limits=limits,
                    headers={"X-Authorisation": asked.authorisation},
                )
        except NoConnection as exc:
            raise SourceError("No connection.", delivered=False) from exc
        except Late as exc:
            raise Silence from exc
        except Broken as exc:
            raise SourceError(f"The line broke: {exc}.") from exc
        return _told(reply)

    @contextmanager
    def _line(self) -> Iterator[Line]:
        """A line that nobody else speaks on meanwhile: an idle one, or one more.

        A pool shared by all looks at each of its lines for every question; that cost half the time.
        """
        try:
            line = self._idle.pop()
        except IndexError:
            line = self._opens(self._base_url)
        try:
            yield line
        finally:
            self._idle.append(line)


def _told(reply: Reply) -> bytes:
    """The reply's bytes, if the source has answered. Raises SourceError, TooLarge."""
    if reply.status == HTTPStatus.GATEWAY_TIMEOUT:
        raise Silence
    if reply.failed:
        raise SourceError(f"HTTP {reply.status}.", delivered=False)
    if reply.status != HTTPStatus.OK:
        raise SourceError(f"HTTP {reply.status}.", permanent=True, delivered=False)
    if not reply.is_whole:
        raise TooLarge(reply.body)
    return reply.body


MOST_AT_ONCE = 64
"""Questions of this process that may be under way at the same time for people who wait."""


def shared(base_url: str, timeout: float) -> Transport:
    """The transport of this process to one address: opening one costs more than a question."""
    return _shared(base_url, timeout, os.getpid())


@lru_cache(maxsize=4)
def _shared(base_url: str, timeout: float, process: int) -> Transport:
    """``process`` keeps a child from speaking on the lines of the process that began it."""
    return Transport(base_url, manners=Manners(timeout=timeout))


def askers() -> Executor:
    """The threads of this process that ask; beginning new ones costs more than the questions."""
    return _askers(os.getpid())


@lru_cache(maxsize=1)
def _askers(process: int) -> Executor:
    """``process`` as above: a child has none of the threads of the process that began it."""
    return ThreadPoolExecutor(max_workers=MOST_AT_ONCE, thread_name_prefix="source")
