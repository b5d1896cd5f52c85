"""Runs the sandbox under uvicorn in this process, without access logs."""

import uvicorn

from sandbox.server.app import Sandbox


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
    """Serve until told to stop. Ends the process with a status when the port is taken."""
    uvicorn.Server(configuration(app, host, port)).run()
