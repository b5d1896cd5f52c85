"""The sandbox for tests: a real server on a free port, in a thread of the test's own process."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from sandbox.server.app import Sandbox
from sandbox.server.serve import configuration

_START_SECONDS = 20.0


@dataclass(frozen=True)
class Running:
    """A sandbox that answers at ``url``; ``app`` lets a test look at what was paid and sent."""

    url: str
    app: Sandbox


@contextmanager
def running(
    directory: Path,
    *,
    latency_ms: tuple[float, float] = (0.0, 0.0),
    journal: Path | None = None,
    hold_seconds: float = 5.0,
) -> Iterator[Running]:
    """Serve the county in ``directory`` over HTTP until the block ends."""
    app = Sandbox(directory, latency_ms=latency_ms, journal=journal, hold_seconds=hold_seconds)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(configuration(app, "127.0.0.1", 0))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not server.started:
            if time.monotonic() > deadline or not thread.is_alive():
                raise RuntimeError("The sandbox did not start.")
            time.sleep(0.01)
        try:
            yield Running(f"http://127.0.0.1:{listening.getsockname()[1]}", app)
        finally:
            server.should_exit = True
            thread.join(timeout=10)
