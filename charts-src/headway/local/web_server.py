"""uvicorn inside the run's own event loop, without its signal handlers."""

import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette

from headway.local.faults import CannotRun


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(app: Starlette, host: str, port: int) -> None:
    """Serves until it is cancelled. Raises `CannotRun` where the port is taken."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            raise CannotRun(
                f"port {port} of {host}: {error.strerror}", "headway up --port-base N takes others"
            ) from error
        config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1)
        await _Server(config).serve(sockets=[listening])
