"""The same relay with a client of its own: an asyncio.Protocol over httptools and a list of idle connections.

Measured for the decision about the gateway's data path; run by `tools/bench_gateway.py --prototypes`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import httptools

PLACE = urlsplit(os.environ["UPSTREAM"])
HOST, PORT = PLACE.hostname or "127.0.0.1", PLACE.port or 80
PROLOGUE = f"Host: {HOST}\r\nContent-Type: application/json\r\nContent-Length: ".encode()


class Upstream(asyncio.Protocol):
    """One keep-alive connection: at most one request at a time."""

    def __init__(self, idle: list[Upstream]) -> None:
        self.idle = idle
        self.loop = asyncio.get_running_loop()
        self.closed = False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def connection_lost(self, _error: Exception | None) -> None:
        self.closed = True
        self.complete = True
        self._wake()

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)
        self._wake()

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() in (b"content-type", b"content-length"):
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.status = self.parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        self.parts.append(body)

    def on_message_complete(self) -> None:
        self.complete = True

    def _wake(self) -> None:
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    async def _more(self) -> None:
        self.waiter = self.loop.create_future()
        await self.waiter
        self.waiter = None

    async def ask(self, head: bytes, body: bytes) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.headers: list[tuple[bytes, bytes]] = []
        self.parts: list[bytes] = []
        self.status = 0
        self.complete = False
        self.waiter: asyncio.Future[None] | None = None
        self.transport.write(head + body)
        while not self.status and not self.closed:
            await self._more()

    async def body(self) -> AsyncIterator[bytes]:
        while True:
            if self.parts:
                chunk = self.parts[0] if len(self.parts) == 1 else b"".join(self.parts)
                self.parts.clear()
                yield chunk
            elif self.complete:
                break
            else:
                await self._more()
        if not self.closed:
            self.idle.append(self)


class Relay:
    """One upstream, one list of idle connections."""

    def __init__(self) -> None:
        self.idle: list[Upstream] = []

    async def _connection(self) -> Upstream:
        while self.idle:
            if not (known := self.idle.pop()).closed:
                return known
        _, fresh = await asyncio.get_running_loop().create_connection(lambda: Upstream(self.idle), HOST, PORT)
        return fresh

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        message = await receive()
        body = message["body"]
        while message.get("more_body"):
            message = await receive()
            body += message["body"]
        upstream = await self._connection()
        head = b"%s %s HTTP/1.1\r\n%s%d\r\n\r\n" % (scope["method"].encode(), scope["raw_path"], PROLOGUE, len(body))
        await upstream.ask(head, body)
        await send({"type": "http.response.start", "status": upstream.status, "headers": upstream.headers})
        async for chunk in upstream.body():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


app = Relay()
