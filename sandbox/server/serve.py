"""Runs the sandbox under uvicorn in this process, without access logs."""

import os
import socket

import uvicorn

from sandbox.server.app import Sandbox


class PortTaken(OSError):
    """The sandbox was asked to listen where it cannot."""


def configuration(app: Sandbox, host: str, port: int) -> uvicorn.Config:
    """How the sandbox is served; lines about single calls are not written anywhere."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        lifespan="off",
        ws="none",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=2,
    )


def serve(app: Sandbox, *, host: str, port: int) -> None:
    """Serve until told to stop. Raises ``PortTaken`` when another program listens there."""
    try:
        listening = socket.create_server((host, port), backlog=2048)
    except OSError as exc:
        raise PortTaken(f"Cannot listen on {host}:{port}: {os.strerror(exc.errno or 0)}.") from exc
    with listening:
        uvicorn.Server(configuration(app, host, port)).run([listening])
