"""One line to the outside, on which nobody waits beyond a moment.

The time limits of a connection begin anew with every byte: a system that drips its reply, or the
headings before it, would be waited for without end.
"""

import io
import json
import select
import socket
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from core import tls

KEPT_SECONDS = 2.0
"""How long an idle line is kept: shorter than any server keeps it, so none is used that is gone."""

LARGEST = 2_000_000
"""Bytes of a reply; a credit report of a lifetime has a tenth of that."""


class LineError(Exception):
    """A question had no reply."""


class NoConnection(LineError):
    """The question never went out."""


class Late(LineError):
    """The question went out, and its reply was not all there in time."""


class Broken(LineError):
    """The question may have gone out, and no sense could be made of what came back."""


@dataclass(frozen=True)
class Limits:
    """How long one question is waited for: ``connecting`` until a connection stands and
    ``silence`` between two pieces of a reply, in seconds; ``until`` a moment of the monotonic clock
    for all of it."""

    connecting: float
    silence: float
    until: float


@dataclass(frozen=True)
class Reply:
    """What came back: an HTTP status and the body; not whole where that went on for longer than
    :data:`LARGEST`. Of a system that failed nothing is read but the status."""

    status: int
    body: bytes
    is_whole: bool = True

    @property
    def failed(self) -> bool:
        """Whether the other side says that it could not answer."""
        return self.status >= HTTPStatus.INTERNAL_SERVER_ERROR

    @property
    def is_success(self) -> bool:
        """Whether the other side took what it was told."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    def json(self) -> Any:
        """What the body says. Raises ValueError where that is not JSON."""
        return json.loads(self.body)


class Line:
    """A connection to one address, opened when it is needed, for one question at a time.

    It follows nothing, keeps no cookies and repeats nothing: a question costs little more than the
    sockets it goes over.
    """

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._prefix = parts.path.rstrip("/")
        host, port = parts.hostname or "", parts.port
        if parts.scheme == "https":
            self._http: HTTPConnection = HTTPSConnection(host, port, context=tls.trusted())
        else:
            self._http = HTTPConnection(host, port)
        self._spoke = 0.0

    def ask(
        self,
        path: str,
        body: bytes,
        *,
        limits: Limits,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Reply:
        """Put a question, :func:`written`. Raises NoConnection, Late or Broken, and hangs up
        then."""
        try:
            self._connect(limits)
            reply = self._put(path, body, {"Content-Type": "application/json", **headers})
        except BaseException:
            self.close()
            raise
        if not reply.is_whole or reply.failed:
            self.close()
        self._spoke = time.monotonic()
        return reply

    def close(self) -> None:
        """Hang up; another question connects anew."""
        self._http.close()

    def _connect(self, limits: Limits) -> None:
        if self._http.sock and not self._is_gone():
            self._http.sock.limits = limits
            return
        self.close()
        self._http.timeout = min(limits.connecting, limits.until - time.monotonic())
        if self._http.timeout <= 0:
            raise NoConnection("The time of the question is over.")
        try:
            self._http.connect()
        except OSError as exc:
            raise NoConnection(type(exc).__name__) from exc
        self._http.sock = _Socket(self._http.sock, limits)

    def _is_gone(self) -> bool:
        """Whether the other side may have hung up, or said something nobody asked for."""
        return time.monotonic() - self._spoke > KEPT_SECONDS or self._http.sock.has_something()

    def _put(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        try:
            self._http.request("POST", self._prefix + path, body, headers)
            with self._http.getresponse() as response:
                return _read(response)
        except TimeoutError as exc:
            raise Late("No reply in time.") from exc
        except (OSError, HTTPException) as exc:
            raise Broken(type(exc).__name__) from exc


def written(body: Mapping[str, Any]) -> bytes:
    """A question as it is sent, JSON. Raises TypeError for what JSON cannot say."""
    return json.dumps(body, ensure_ascii=False).encode()


def post(address: str, body: Mapping[str, Any], *, seconds: float) -> Reply:
    """What another system answers to one question, all of it within ``seconds``. Raises
    LineError."""
    parts = urlsplit(address)
    limits = Limits(connecting=seconds, silence=seconds, until=time.monotonic() + seconds)
    with closing(Line(f"{parts.scheme}://{parts.netloc}")) as line:
        reply = line.ask(parts.path, written(body), limits=limits)
    if not reply.is_whole:
        raise Broken("TooLarge")
    return reply


def _read(response: HTTPResponse) -> Reply:
    told = Reply(response.status, b"")
    if told.failed:
        return told
    body = response.read(LARGEST + 1)
    if len(body) > LARGEST:
        return Reply(response.status, body[:LARGEST], is_whole=False)
    if response.length:
        raise Broken("IncompleteRead")
    return Reply(response.status, body)


class _Socket:
    """What an HTTP connection needs of a socket, each of its waits within a question's limits."""

    def __init__(self, inner: socket.socket, limits: Limits) -> None:
        self._inner, self.limits = inner, limits

    def has_something(self) -> bool:
        """Whether something can be read, the end of the connection among it."""
        poll = select.poll()
        poll.register(self._inner, select.POLLIN)
        return bool(poll.poll(0))

    def wait(self) -> None:
        """Let the next step take what is left of the limits. Raises TimeoutError."""
        left = self.limits.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("The time of the question is over.")
        self._inner.settimeout(min(left, self.limits.silence))

    def sendall(self, data: bytes) -> None:
        """Send."""
        self.wait()
        self._inner.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What will be received."""
        return io.BufferedReader(_Received(self, self._inner.makefile("rb", buffering=0)))

    def close(self) -> None:
        """Hang up."""
        self._inner.close()


class _Received(io.RawIOBase):
    """What a socket receives, waited for within its limits."""

    def __init__(self, of: _Socket, inner: io.RawIOBase) -> None:
        super().__init__()
        self._of, self._inner = of, inner

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, into: Any) -> int | None:
        """What has arrived, however little."""
        self._of.wait()
        return self._inner.readinto(into)

    def close(self) -> None:
        """Let go of the socket, which stays open until that hangs up too."""
        self._inner.close()
        super().close()
