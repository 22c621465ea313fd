"""No ASGI: the client's side is an asyncio.Protocol too, and callbacks write straight from one socket to the other.

How far plain Python goes when nothing is awaited a request. Measured for the decision about the gateway's data path;
run by `tools/bench_gateway.py --prototypes`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any
from urllib.parse import urlsplit

import httptools
import uvloop

PLACE = urlsplit(os.environ["UPSTREAM"])
HOST, PORT = PLACE.hostname or "127.0.0.1", PLACE.port or 80
PROLOGUE = f" HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\nContent-Length: ".encode()
IDLE: list[Upstream] = []


class Upstream(asyncio.Protocol):
    """One keep-alive connection to the model server; hands what it parses to the client it serves."""

    client: Client | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def connection_lost(self, _error: Exception | None) -> None:
        if self in IDLE:
            IDLE.remove(self)
        if self.client is not None:
            self.client.transport.close()

    def serve(self, client: Client, request: bytes) -> None:
        self.client = client
        self.parser = httptools.HttpResponseParser(self)
        self.type, self.length = b"", b""
        self.out: list[bytes] = []
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)
        if self.out and self.client is not None:
            self.client.transport.write(b"".join(self.out))
            self.out.clear()
        if self.complete:
            self.complete = False
            client, self.client = self.client, None
            IDLE.append(self)
            if client is not None:
                client.answered()

    complete = False

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name == b"content-type":
            self.type = value
        elif name == b"content-length":
            self.length = value

    def on_headers_complete(self) -> None:
        framing = b"content-length: " + self.length if self.length else b"transfer-encoding: chunked"
        status = self.parser.get_status_code()
        self.out.append(b"HTTP/1.1 %d OK\r\ncontent-type: %s\r\n%s\r\n\r\n" % (status, self.type, framing))

    def on_body(self, body: bytes) -> None:
        self.out.append(body if self.length else b"%x\r\n%s\r\n" % (len(body), body))

    def on_message_complete(self) -> None:
        if not self.length:
            self.out.append(b"0\r\n\r\n")
        self.complete = True


class Client(asyncio.Protocol):
    """One connection of a client: at most one request at a time."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.parts: list[bytes] = []
        self.url = b""
        self.upstream: Upstream | None = None
        self.parser = httptools.HttpRequestParser(self)

    def connection_lost(self, _error: Exception | None) -> None:
        if self.upstream is not None and self.upstream.client is self:
            self.upstream.client = None
            self.upstream.transport.close()

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self.url = url

    def on_body(self, body: bytes) -> None:
        self.parts.append(body)

    def on_message_complete(self) -> None:
        body = b"".join(self.parts)
        self.parts.clear()
        request = b"%s %s%s%d\r\n\r\n%s" % (self.parser.get_method(), self.url, PROLOGUE, len(body), body)
        if IDLE:
            self.upstream = IDLE.pop()
            self.upstream.serve(self, request)
        else:
            asyncio.get_running_loop().create_task(self._connect(request))

    async def _connect(self, request: bytes) -> None:
        _, self.upstream = await asyncio.get_running_loop().create_connection(Upstream, HOST, PORT)
        self.upstream.serve(self, request)

    def answered(self) -> None:
        self.upstream = None


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Client, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
