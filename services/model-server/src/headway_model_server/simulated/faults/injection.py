"""An ASGI layer that lets drawn faults happen to the answers of the generating paths."""

import asyncio
import zlib
from collections.abc import Mapping

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headway_model_server.simulated.api.errors import ApiError
from headway_model_server.simulated.extensions import BODY, TRANSPORT
from headway_model_server.simulated.faults.catalogue import RETRY_AFTER_SECONDS
from headway_model_server.simulated.faults.connection import reset
from headway_model_server.simulated.faults.plan import FaultPlan
from headway_model_server.simulated.faults.spoiling import Spoiler

GENERATING = frozenset({"/v1/chat/completions", "/v1/completions"})


class InjectFaults:
    """Draws for every request that generates and came by a connection, and stands between it and its answer.

    The launcher's own request for a first token came by none: it meets no fault and uses none up.
    """

    def __init__(self, app: ASGIApp, plan: FaultPlan) -> None:
        self._app = app
        self._plan = plan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        generates = scope["type"] == "http" and scope["path"] in GENERATING and TRANSPORT in scope["extensions"]
        faults = self._plan.draw() if generates else {}
        if not faults:
            await self._app(scope, receive, send)
        elif "hang-before-headers" in faults:
            await left(receive)
        elif "overloaded" in faults:
            await overloaded(int(faults["overloaded"]))(scope, receive, send)
        else:
            faulty = FaultySend(scope, send, faults)
            scope["extensions"][BODY] = faulty
            await self._app(scope, receive, faulty)


class FaultySend:
    """Passes an answer on, spoiled."""

    def __init__(self, scope: Scope, send: Send, faults: Mapping[str, float]) -> None:
        self._scope = scope
        self._send = send
        self._faults = faults
        self._spoiler = Spoiler(faults)
        self._events = 0
        self._stream = False
        self._gzip = zlib.compressobj(wbits=31) if "gzip" in faults else None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if "die-before-first-byte" in self._faults:
                reset(self._scope)
                return
            self._stream = b"text/event-stream" in dict(message["headers"]).get(b"content-type", b"")
            await self._send({**message, "headers": self._headers(message["headers"])})
        elif message["type"] == "http.response.body":
            await self._body(message.get("body", b""), message.get("more_body", False))

    async def _body(self, body: bytes, more: bool) -> None:
        if not self._stream:
            await self._whole(body)
            return
        for event in [event + b"\n\n" for event in body.split(b"\n\n") if event]:
            self._events += 1
            for part in self._spoiler.event(self._events, event):
                await self._part(part)
            if self._events == self._faults.get("die-mid-stream"):
                reset(self._scope)
            if self._events == self._faults.get("stall-mid-stream"):
                await self._stall()
        if not more:
            end = self._gzip.flush() if self._gzip else b""
            await self._send({"type": "http.response.body", "body": end, "more_body": False})

    async def _whole(self, body: bytes) -> None:
        """A body without a stream; its length has been dropped from the headers."""
        await self._part(self._spoiler.body(body))
        if "die-mid-stream" in self._faults:
            reset(self._scope)
        elif "stall-mid-stream" in self._faults:
            await self._stall()
        end = self._gzip.flush() if self._gzip else b""
        await self._send({"type": "http.response.body", "body": end, "more_body": False})

    async def _part(self, part: bytes) -> None:
        if self._gzip:
            part = self._gzip.compress(part) + self._gzip.flush(zlib.Z_SYNC_FLUSH)
        await self._send({"type": "http.response.body", "body": part, "more_body": True})
        if "split-utf8" in self._faults:
            await asyncio.sleep(SPLIT_SECONDS)

    async def _stall(self) -> None:
        """Nothing more; the call ends when its client has had enough, which the app that sends here sees as well."""
        await asyncio.get_running_loop().create_future()

    def _headers(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        kept = [(name, value) for name, value in headers if name != b"content-length"]
        if "wrong-content-type" in self._faults:
            kept = [(name, b"text/html" if name == b"content-type" else value) for name, value in kept]
        if self._gzip:
            kept.append((b"content-encoding", b"gzip"))
        return kept


SPLIT_SECONDS = 0.01
"""Pause between two writes, so that they travel apart."""


async def left(receive: Receive) -> None:
    """Waits until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def overloaded(status: int) -> Response:
    """What an engine without room answers."""
    error = ApiError("The engine is overloaded, try again later.")
    error.status = status
    error.kind = "Too Many Requests" if status == 429 else "ServiceUnavailableError"
    headers = {"retry-after": str(RETRY_AFTER_SECONDS)}
    return Response(error.body(), status, headers, "application/json")
