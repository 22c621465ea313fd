"""uvicorn inside the run's own event loop, without its signal handlers."""

import contextlib
import socket
from collections.abc import Callable, Iterator

import anyio
import uvicorn
from starlette.applications import Starlette

from headway.local.faults import CannotRun


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens already, so that who comes before the server waits. Raises `CannotRun`."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise CannotRun(f"port {port} of {host}: {error.strerror}", "headway up --port-base N takes others") from error
    return listening


async def serve(app: Starlette, listening: socket.socket, ending: Callable[[], None]) -> None:
    """Serves until it is cancelled; `ending` is called then, and must end what streams without end."""
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1)
    server = _Server(config)
    with listening:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_until_cancelled, server, ending)
            with anyio.CancelScope(shield=True):
                await server.serve(sockets=[listening])


async def _until_cancelled(server: uvicorn.Server, ending: Callable[[], None]) -> None:
    try:
        await anyio.sleep_forever()
    finally:
        ending()
        server.should_exit = True
