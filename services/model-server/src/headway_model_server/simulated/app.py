"""The ASGI application of a simulated engine."""

from collections.abc import Callable
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headway_model_server.simulated.api.admin import admin_routes
from headway_model_server.simulated.api.bodies import encode
from headway_model_server.simulated.api.routes import Routes
from headway_model_server.simulated.extensions import BODY
from headway_model_server.simulated.faults.injection import InjectFaults
from headway_model_server.simulated.metrics.http import CountRequests
from headway_model_server.simulated.simulation import Simulation

VARY = (b"vary", b"Origin")
"""On every answer of the engine's own: what vLLM's CORS layer adds."""


def create_app(
    simulation: Simulation,
    changed: Callable[[], None] | None = None,
    middleware: Callable[[ASGIApp], ASGIApp] | None = None,
) -> ASGIApp:
    """The application, with `middleware` around it; `changed` is called when faults of the server may have changed."""

    def apply() -> None:
        simulation.apply_faults()
        if changed:
            changed()

    routes = Routes(simulation).routes()
    simulation.exposition.http.paths = frozenset(route.path for route in routes)
    if simulation.options.allow_faults:
        routes += admin_routes(simulation, apply)
    inner = Starlette(routes=routes, exception_handlers={HTTPException: _http_error})
    counted = CountRequests(InjectFaults(inner, simulation.faults), simulation.exposition.http)
    varied = Vary(counted)
    return middleware(varied) if middleware else varied


class Vary:
    """Adds the header that every answer of the engine's own has."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def varied(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), VARY]}
            await send(message)

        scope.setdefault("extensions", {})[BODY] = send
        await self._app(scope, receive, varied)


async def _http_error(_: Request, error: Exception) -> Response:
    """Paths and methods that do not exist, in the shape of all other errors."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) else "Internal Server Error"
    body = {"message": detail, "type": HTTPStatus(status).phrase, "param": None, "code": status}
    return Response(encode({"error": body}), status, media_type="application/json")
