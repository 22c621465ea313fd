"""The gateway's survey as a server: in a thread of the test, or as a process that a test may kill."""

import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI, Request, Response

from headway_gateway.errors import GatewayError, Unauthenticated
from headway_gateway.identity.client import Client
from headway_gateway.metrics import Metrics
from headway_gateway.mode import Mode
from headway_gateway.routes.config import config_router
from headway_gateway.routes.survey import survey_router
from headway_gateway.settings import Settings
from headway_gateway.storage import open_objects
from headway_gateway.surveys import SurveyService

AUDIENCE = {"Authorization": "Bearer audience"}
PRESENTER = {"Authorization": "Bearer presenter"}
START_SECONDS = 10


def supervisor_command(fd: int) -> list[str]:
    """What keeps one gateway process alive on an open listening socket, and prints the id of each."""
    return [sys.executable, __file__, str(fd)]


def survey_app(settings: Settings, metrics: Metrics) -> FastAPI:
    """The survey and mode routes with two keys."""
    app = FastAPI()
    service = SurveyService(open_objects(settings, metrics), metrics, retention_days=settings.survey_retention_days)
    app.include_router(survey_router(service, _authenticate))
    app.include_router(config_router(Mode(settings.mode_file)))

    @app.exception_handler(GatewayError)
    async def refuse(_: Request, error: GatewayError) -> Response:
        headers = {} if error.retry_after_seconds is None else {"Retry-After": str(error.retry_after_seconds)}
        return Response(error.body(), error.status, headers, "application/json")

    return app


def _authenticate(request: Request) -> Client:
    name = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if name not in ("audience", "presenter"):
        raise Unauthenticated("No key.")
    return Client(name, name, presenter=name == "presenter")


def _server(app: FastAPI) -> uvicorn.Server:
    return uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", timeout_graceful_shutdown=1))


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
