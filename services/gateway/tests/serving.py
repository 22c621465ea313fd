"""The gateway's survey as a server: in a thread of the test, or as a process that a test may kill."""

import os
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from headway_gateway.app import create_app
from headway_gateway.metrics import Metrics
from headway_gateway.settings import Settings

AUDIENCE = {"Authorization": "Bearer audience"}
PRESENTER = {"Authorization": "Bearer presenter"}
START_SECONDS = 10
PLENTY = 10**7


def supervisor_command(fd: int) -> list[str]:
    """What keeps one gateway process alive on an open listening socket, and prints the id of each."""
    return [sys.executable, __file__, str(fd)]


def survey_app(settings: Settings, metrics: Metrics) -> FastAPI:
    """The gateway's application with two keys, no models, and limits that a crowd does not reach."""
    folder = Path(tempfile.mkdtemp(prefix="survey-"))
    (folder / "upstreams.json").write_text("[]")
    keys = "".join(f"{name}:{sha256(name.encode()).hexdigest()}\n" for name in ("audience", "presenter"))
    (folder / "keys").write_text(keys)
    stated = {
        "upstreams_file": folder / "upstreams.json",
        "api_keys_file": folder / "keys",
        "presenter_clients": ("presenter",),
        "requests_per_minute": PLENTY,
        "request_burst": PLENTY,
    }
    return create_app(settings.model_copy(update=stated), metrics)


def _server(app: FastAPI) -> uvicorn.Server:
    return uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on", timeout_graceful_shutdown=1))


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve `app` on a free port of loopback in a thread; yields its URL."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    server = _server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
        listener.close()


def _supervise(listener: socket.socket) -> None:
    """Fork a gateway whenever there is none: imports are paid for once, not at each of 200 starts."""
    while True:
        child = os.fork()
        if child == 0:
            _server(survey_app(Settings(), Metrics())).run(sockets=[listener])
            os._exit(0)
        print(child, flush=True)
        os.waitpid(child, 0)


if __name__ == "__main__":
    _supervise(socket.socket(fileno=int(sys.argv[1])))
