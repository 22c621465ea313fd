"""The launcher's part inside the engine's server: drain, readiness and metrics, around every request.

An ASGI middleware without arguments, so that vLLM takes it by name (`--middleware`). It is the outermost one, and costs a
request a few function calls and a streamed token two.
"""

import asyncio
import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headway_model_server.in_engine import refusal
from headway_model_server.in_engine.control_line import ControlLine
from headway_model_server.in_engine.exposition import expose
from headway_model_server.in_engine.first_token import PAUSE_SECONDS, NoToken, first_token
from headway_model_server.in_engine.metrics import Metrics
from headway_model_server.in_engine.request_in_work import RequestInWork
from headway_model_server.messages import ColdStartSeen, Cut, Drain, InWork, Ready, ToEngine, Welcome

HEALTH_PATHS = frozenset({"/health", "/health_generate", "/ping"})
METRICS_PATH = "/metrics"
READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that make the engine work on nothing; they pass even while draining."""
TOKEN_PATHS = frozenset(
    {
        "/v1/completions",
        "/v1/chat/completions",
        "/v1/responses",
        "/v1/messages",
        "/generate",
        "/invocations",
        "/inference/v1/generate",
    }
)
"""Paths whose requests count as requests for tokens."""

log = structlog.get_logger()


class EngineMiddleware:
    """State of one server process of the engine."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._metrics = Metrics()
        self._control = ControlLine.from_environment(self._take)
        self._open: set[RequestInWork] = set()
        self._draining = False
        self._ready = False
        self._tokens_series: str | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers itself, or lets the engine answer."""
        path = scope.get("path")
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif path in HEALTH_PATHS and (self._draining or not self._ready):
            await _answer(send, refusal.DRAINING if self._draining else refusal.NO_TOKEN_YET)
        elif path == METRICS_PATH and scope.get("method") == "GET":
            await expose(self._app, self._tokens_series, scope, receive, send)
        elif scope.get("method") in READING:
            await self._app(scope, receive, send)
        elif self._draining:
            await self._refuse(scope, send)
        else:
            await self._work(scope, receive, send)

    async def _work(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = RequestInWork(send)
        began = time.perf_counter()
        self._open.add(request)
        self._metrics.in_work.inc()
        if tokens := scope["path"] in TOKEN_PATHS:
            self._metrics.active.inc()
        try:
            await request.run(self._app, scope, receive)
        finally:
            self._open.discard(request)
            self._metrics.in_work.dec()
            if tokens:
                self._count(request, time.perf_counter() - began)
            if self._draining:
                self._control.tell(InWork(len(self._open)))

    def _count(self, request: RequestInWork, seconds: float) -> None:
        self._metrics.active.dec()
        self._metrics.requests.labels(request.status).inc()
        if request.status == "success":
            self._metrics.latency.observe(seconds)

    async def _refuse(self, scope: Scope, send: Send) -> None:
        self._metrics.refused.inc()
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1013, "reason": refusal.DRAINING})
        else:
            await _answer(send, refusal.DRAINING)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def started(message: Message) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                await self._control.connect()
                self._tasks = [
                    asyncio.create_task(self._control.read()),
                    asyncio.create_task(self._prove(scope.get("app"))),
                ]

        try:
            await self._app(scope, receive, started)
        finally:
            for task in self._tasks:
                task.cancel()

    async def _prove(self, root: object) -> None:
        """Asks for a first token until one comes; until then `/health` answers 503."""
        while True:
            try:
                seconds = await first_token(self._app, root)
            except Exception as fault:  # whatever the engine does: it is not ready, and asked again
                log.warning(
                    "no_first_token", fault=type(fault).__name__, said=str(fault) if isinstance(fault, NoToken) else ""
                )
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            self._ready = True
            self._metrics.model_loaded.set(1)
            self._control.tell(Ready(first_token_seconds=round(seconds, 3)))
            return

    def _take(self, message: ToEngine) -> None:
        match message:
            case Welcome(tokens_series=series):
                self._tokens_series = series
            case ColdStartSeen(seconds=seconds, artifacts=artifacts):
                self._metrics.show_cold_start(seconds, artifacts)
            case Drain() if not self._draining:
                self._draining = True
                self._metrics.draining.set(1)
                self._control.tell(InWork(len(self._open)))
            case Cut():
                self._metrics.cut.inc(sum(request.cut() for request in tuple(self._open)))


async def _answer(send: Send, message: str) -> None:
    for part in refusal.unavailable(message):
        await send(part)
