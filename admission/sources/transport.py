"""Getting one question to a source and its reply back: time limits, retries, size limit."""

import logging
import os
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache

import httpx

from admission.sources.breaker import Breakers, breakers
from admission.sources.errors import NotTrusted, SourceError
from core.line import Line

log = logging.getLogger("qianmo.admission")

LARGEST_REPLY = 2_000_000
"""Bytes; a credit report of a lifetime has a tenth of that."""


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
    body: dict[str, str]
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
        inner: httpx.BaseTransport | None = None,
    ) -> None:
        self._manners = manners or Manners()
        self._breakers = breakers
        self._base_url = base_url.rstrip("/")
        self._idle: deque[httpx.BaseTransport] = deque([inner] if inner else [])
        self._opens = Line if inner is None else lambda: inner

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
        if not self._breakers.lets_through(source):
            raise SourceError("The source is resting after failures in a row.", delivered=False)
        began = time.monotonic()
        until = began + self._manners.timeout * PATIENCE
        asked = _Asked(source, path, body, authorisation, tries or Tries(), until)
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
        connect = min(self._manners.connect_timeout, timeout)
        question = httpx.Request(
            "POST",
            f"{self._base_url}{asked.path}",
            headers={"X-Authorisation": asked.authorisation},
            json=asked.body,
            extensions={
                "timeout": httpx.Timeout(timeout, connect=connect).as_dict(),
                "until": asked.until,
            },
        )
        try:
            with self._line() as line, closing(_put(line, question, asked.tries)) as reply:
                if reply.status_code == httpx.codes.GATEWAY_TIMEOUT:
                    raise Silence
                if reply.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
                    raise SourceError(f"HTTP {reply.status_code}.", delivered=False)
                if reply.status_code != httpx.codes.OK:
                    raise SourceError(f"HTTP {reply.status_code}.", permanent=True, delivered=False)
                return _limited(reply, asked.until)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as exc:
            raise SourceError("No connection.", delivered=False) from exc
        except httpx.TimeoutException as exc:
            raise Silence from exc
        except httpx.HTTPError as exc:
            raise SourceError(f"The line broke: {type(exc).__name__}.") from exc

    @contextmanager
    def _line(self) -> Iterator[httpx.BaseTransport]:
        """A line that nobody else speaks on meanwhile: an idle one, or one more.

        A pool shared by all looks at each of its lines for every question; that cost half the time.
        """
        try:
            line = self._idle.pop()
        except IndexError:
            line = self._opens()
        try:
            yield line
        finally:
            self._idle.append(line)


def _put(line: httpx.BaseTransport, question: httpx.Request, tries: Tries) -> httpx.Response:
    tries.number += 1
    return line.handle_request(question)


def _limited(reply: httpx.Response, until: float) -> bytes:
    read = bytearray()
    for chunk in reply.iter_bytes():
        if time.monotonic() > until:
            raise Silence
        read += chunk
        if len(read) > LARGEST_REPLY:
            raise TooLarge(bytes(read[:LARGEST_REPLY]))
    return bytes(read)


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
