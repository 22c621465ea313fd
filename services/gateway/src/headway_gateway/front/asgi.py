"""The ASGI side of the native door: everything that is not the data path is answered by the FastAPI application."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from headway_gateway.front.exchange import Exchange

Message = MutableMapping[str, Any]
AsgiApp = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]


class AsgiCall:
    """One call of an ASGI application for one exchange; the request body is already whole."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._read = False
        self._head: Message | None = None

    async def run(self, app: AsgiApp) -> None:
        """Let the application answer."""
        await app(self._scope(), self._receive, self._send)

    def _scope(self) -> MutableMapping[str, Any]:
        request = self._exchange.request
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": request.http_version,
            "method": request.method.decode("ascii"),
            "scheme": "http",
            # Not unquoted: no path here needs it, and what was decided by the raw path must not become another one.
            "path": request.path.decode("latin-1"),
            "raw_path": request.path,
            "query_string": request.query,
            "root_path": "",
            "headers": list(request.headers.items()),
            "client": (request.peer, 0),
            "server": None,
            "state": {"client": request.client},
        }

    async def _receive(self) -> Message:
        if self._read:
            # A client that leaves cancels this task, so there is nothing more to say.
            await asyncio.get_running_loop().create_future()
        self._read = True
        return {"type": "http.request", "body": self._exchange.request.body, "more_body": False}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._head = message
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        if self._head is not None:
            self._start(None if more else len(body))
        if body:
            self._exchange.write(body)
        if not more:
            self._exchange.end()

    def _start(self, length: int | None) -> None:
        head, self._head = self._head or {}, None
        headers = [(name, value) for name, value in head.get("headers", ()) if name != b"content-length"]
        stated = [int(value) for name, value in head.get("headers", ()) if name == b"content-length"]
        bodiless = head["status"] in (204, 304) or self._exchange.request.method == b"HEAD"
        self._exchange.start(head["status"], headers, stated[0] if stated else 0 if bodiless else length)
