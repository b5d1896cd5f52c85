"""One line to the outside, on which nobody waits beyond a moment.

The time limits of a connection begin anew with every byte: a system that drips its reply, or the
headings before it, would be waited for without end.
"""

import ssl
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import Any

import httpcore
import httpx

from core import tls

KEPT_SECONDS = 2.0
"""How long an idle line is kept: shorter than any server keeps it, so none is used that is gone."""


class Line(httpx.HTTPTransport):
    """One line, for one question at a time; an answer that is not all there at the question's
    ``until`` is a timeout.

    A client's redirects, cookies and retries of its own are of no use here, and cost more than the
    question itself.
    """

    def __init__(self) -> None:
        super().__init__(verify=tls.trusted(), trust_env=False)
        self._ends = _Ends()
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls.trusted(),
            max_connections=1,
            keepalive_expiry=KEPT_SECONDS,
            network_backend=self._ends,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Put a question; ``until`` is a moment of the monotonic clock."""
        self._ends.until = request.extensions["until"]
        return super().handle_request(request)


def post(address: str, body: Mapping[str, Any], *, seconds: float) -> httpx.Response:
    """What another system answers to one question, all of it within ``seconds``. Raises
    httpx.HTTPError."""
    question = httpx.Request(
        "POST",
        address,
        json=body,
        extensions={
            "timeout": httpx.Timeout(seconds).as_dict(),
            "until": time.monotonic() + seconds,
        },
    )
    with closing(Line()) as line:
        reply = line.handle_request(question)
        reply.read()
    return reply


class _Ends(httpcore.NetworkBackend):
    """Opens connections that all end at one moment."""

    def __init__(self) -> None:
        self.until = 0.0
        self._opens = httpcore.SyncBackend()

    def left(self, timeout: float | None, over: type[Exception]) -> float:
        """How long one may still wait. Raises ``over`` once the moment has passed."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise over("The time of the question is over.")
        return left if timeout is None else min(left, timeout)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to a host."""
        within = self.left(timeout, httpcore.ConnectTimeout)
        opened = self._opens.connect_tcp(host, port, within, local_address, socket_options)
        return _Stream(opened, self)


class _Stream(httpcore.NetworkStream):
    """A connection each of whose waits ends with the question's time."""

    def __init__(self, inner: httpcore.NetworkStream, ends: _Ends) -> None:
        self._inner, self._ends = inner, ends

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has arrived, however little."""
        return self._inner.read(max_bytes, self._ends.left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send."""
        self._inner.write(buffer, self._ends.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """Hang up."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """The same connection, encrypted."""
        within = self._ends.left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, within), self._ends)

    def get_extra_info(self, info: str) -> Any:
        """What the connection says of itself."""
        return self._inner.get_extra_info(info)
